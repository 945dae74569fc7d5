"""Models on Hugging Face that are in no catalogue: searched for, and made into something that can be pulled.

What the hub says is not trusted: names that lead outside are refused, files without a sha256 are left
out, and what comes is compared with it.  "Unverified origin" it stays, for anybody can upload anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, TypeVar

from pydantic import ValidationError

from app.assets import reach
from app.assets.catalogue import HubSource, Model, ModelFile, clipped
from app.assets.gguf.names import Named, parse
from app.assets.sources.hub import failures
from app.kernel.errors import BadInput, NotFound, Unavailable

T = TypeVar("T")
REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")
MOST_FILES = 2000
MOST_PARTS = 500
SECONDS = 10.0
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Found:
    """A repository. gated: its owner wants an account to be asked; licence: as it says, or empty."""

    repository: str
    downloads: int
    likes: int
    licence: str
    gated: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that can be pulled. quantization: as its file is called; empty: unknown."""

    quantization: str
    model: Model


def search(words: str, *, limit: int = 20, endpoint: str = "", offline: bool = False) -> list[Found]:
    """Repositories with GGUF files, the most pulled first. Raises Unavailable, BadInput."""
    if not words.strip() or len(words) > 200:
        raise BadInput("Search for what?", hint="For example: solo models search smollm2 instruct")

    def ask(api: Any) -> list[Found]:
        listed = api.list_models(search=words.strip(), filter="gguf", sort="downloads", limit=limit)
        return [_found(one) for _, one in zip(range(limit), listed, strict=False)]

    return [one for one in _asked(ask, endpoint, offline) if REPOSITORY.fullmatch(one.repository)]


def offers(repository: str, *, endpoint: str = "", offline: bool = False) -> list[Offer]:
    """Every GGUF model of a repository, smallest first, at the revision that it has now.

    Raises Unavailable, NotFound where it has none, BadInput for what is no name of a repository.
    """
    if not REPOSITORY.fullmatch(repository):
        raise BadInput(
            f"{clipped(repository)!r} is no name of a repository.", hint="It looks like this: OWNER/NAME"
        )
    info = _asked(lambda api: api.model_info(repository, files_metadata=True), endpoint, offline)
    files = [one for one in (info.siblings or [])[:MOST_FILES] if _usable(one)]
    licence = _licence(info)
    made = [_offer(repository, str(info.sha), licence, group) for group in _groups(files)]
    found = sorted((one for one in made if one is not None), key=lambda one: one.model.size)
    if not found:
        raise NotFound(f"{repository} has no GGUF file with a known sha256.", hint="See: solo models search")
    return found


def choose(found: list[Offer], wanted: str, repository: str) -> Offer:
    """The offer that is wanted: by its quantization or the name of its file; where nothing is said, Q4_K_M
    or the only one. Raises NotFound with what there is."""
    names = ", ".join(dict.fromkeys(one.quantization or one.model.name for one in found))
    plain = wanted.lower().removesuffix(".gguf")
    if not plain:
        usual = [one for one in found if one.quantization == "Q4_K_M"] or found
        if len(usual) == 1:
            return usual[0]
        raise BadInput(f"Which one of {repository}?", hint=f"There are: {names}.")
    exact = [one for one in found if plain in (one.quantization.lower(), one.model.name.lower())]
    if len(exact) == 1:
        return exact[0]
    if exact:
        several = ", ".join(one.model.name for one in exact)
        raise BadInput(f"There are {len(exact)} of them in {repository}.", hint=f"Name the file: {several}.")
    raise NotFound(f"{repository} has no {clipped(wanted)!r}.", hint=f"There are: {names}.")


def _asked(ask: Callable[[Any], T], endpoint: str, offline: bool) -> T:
    if offline:
        raise Unavailable(
            "Solo is set to stay offline, so Hugging Face is not asked.", hint="Set SOLO_OFFLINE=false"
        )
    from huggingface_hub import HfApi, constants, errors
    from huggingface_hub.utils import logging

    logging.set_verbosity_error()
    place = endpoint or constants.ENDPOINT
    reach.require(place, "Hugging Face")
    try:
        return ask(HfApi(endpoint=place, token=False))
    except errors.RepositoryNotFoundError as error:
        raise NotFound(
            "Hugging Face has no such repository, or it wants an account to be asked.",
            hint="See: solo models search WORDS",
        ) from error
    except (*failures(errors), TypeError, KeyError, AttributeError) as error:
        # The last three: an answer of another form than the client expects.
        why = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise Unavailable(f"Hugging Face did not answer as it should: {why[:200]}.") from error


def _found(one: Any) -> Found:
    return Found(str(one.id), int(one.downloads or 0), int(one.likes or 0), _licence(one), bool(one.gated))


def _licence(info: Any) -> str:
    tags = [str(tag) for tag in info.tags or ()]
    named = next((tag.partition(":")[2] for tag in tags if tag.startswith("license:")), "")
    return "".join(letter for letter in named if letter.isprintable())[:60]


def _usable(file: Any) -> bool:
    path = PurePosixPath(str(file.rfilename))
    return (
        path.suffix.lower() == ".gguf"
        and ".." not in path.parts
        and not path.is_absolute()
        and "\\" not in str(file.rfilename)
        and file.lfs is not None
        and bool(file.lfs.size)
    )


def _groups(files: list[Any]) -> list[list[tuple[Named, Any]]]:
    """Files that belong together, in the order of their parts; those of which one is absent are left out."""
    groups: dict[tuple[str, str, int], dict[int, tuple[Named, Any]]] = {}
    for file in files:
        path = PurePosixPath(str(file.rfilename))
        named = parse(path.name)
        groups.setdefault((str(path.parent), named.stem, named.parts), {})[named.part] = (named, file)
    return [
        [parts[number] for number in sorted(parts)]
        for (_, _, count), parts in groups.items()
        if len(parts) == count <= MOST_PARTS
    ]


def _offer(repository: str, revision: str, licence: str, group: list[tuple[Named, Any]]) -> Offer | None:
    """A model as the catalogue has them; None where the hub's own words cannot be taken."""
    named = group[0][0]
    folder = f"llm/{repository.replace('/', '--')}"
    theirs = {_UNFIT.sub("-", PurePosixPath(file.rfilename).name): file for _, file in group}
    try:
        files = tuple(
            ModelFile(path=f"{folder}/{ours}", size=int(file.lfs.size), sha256=str(file.lfs.sha256))
            for ours, file in theirs.items()
        )
        model = Model(
            name=_UNFIT.sub("-", named.stem) or "model",
            kind="llm",
            purpose=f"Language model from {repository}",
            licence=licence or "not stated",
            licence_url=f"https://huggingface.co/{repository}",
            verified=False,
            origin=f"anybody can upload there; the hash is the one that the hub lists for {repository}",
            path=files[0].path,
            files=files,
            sources=(
                HubSource(
                    kind="hub",
                    repository=repository,
                    revision=revision,
                    names={ours: str(file.rfilename) for ours, file in theirs.items()},
                ),
            ),
        )
    except (ValidationError, ValueError, TypeError):
        return None
    return Offer(named.quantization, model)
