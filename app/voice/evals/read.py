"""A conversation test from its file; whatever is wrong with it is one sentence that names the file,
the line and the key, and the nearest key that there is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, NoReturn, get_args

from pydantic import BaseModel, ValidationError

from app.config.load import setting_paths
from app.kernel.errors import BadInput
from app.voice.evals import yamltree
from app.voice.evals.moments import Moment
from app.voice.evals.places import find_sound
from app.voice.evals.schema import Scenario, Step

LARGEST: Final = 256 * 1024
"""Bytes of a file."""
RESERVED: Final = ("answer", "wake", "interruption", "after", "the", "start", "end")
ALLOWED: Final = (
    "voice.turn.",
    "voice.vad.",
    "voice.wake.",
    "voice.echo.",
    "voice.chimes.",
    "voice.audio.volume",
    "voice.stt.language",
    "voice.tts.speed",
    "dialogue.",
    "skills.",
    "memory.enabled",
    "llm.generation.temperature",
    "llm.generation.max_tokens",
)
"""Settings that a conversation test may change: how Solo converses, never where it reads, writes or
connects."""
FORBIDDEN: Final = ("voice.turn.model", "voice.wake.access_key")
_PLAIN: Final = re.compile(r"[\w ,+-]{0,100}")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A test that can be played. sounds: where the files it names lie; names: of its steps."""

    path: Path
    scenario: Scenario
    sounds: dict[str, Path]
    names: tuple[str, ...]


def read_scenario(path: Path, folders: Sequence[Path] = ()) -> Loaded:
    """folders: where else its sounds may lie. Raises BadInput."""
    tree = yamltree.parse(_text(path), path.name)
    return _Reader(path, tree, (path.parent, *folders)).read()


def _text(path: Path) -> str:
    try:
        if path.is_dir():
            raise BadInput(f"{path} is a folder, not a conversation test.")
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise BadInput(f"There is no file {path}.") from None
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} cannot be read: {error}.") from None
    if len(data) > LARGEST:
        raise BadInput(f"{path.name} is larger than a conversation test can be ({LARGEST // 1024} KiB).")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadInput(f"{path.name}, line {line}: this is not UTF-8 text.") from None


class _Reader:
    """One file; see the module."""

    def __init__(self, path: Path, tree: yamltree.Tree, folders: Sequence[Path]) -> None:
        self._path = path
        self._tree = tree
        self._folders = folders

    def read(self) -> Loaded:
        """Check it from the outside in."""
        if not isinstance(self._tree.value, dict):
            self._refuse((), "a conversation test has keys: about, play, expect")
        self._refuse_unknown(Scenario, self._tree.value, ())
        try:
            scenario = Scenario.model_validate(self._tree.value)
        except ValidationError as error:
            first = error.errors()[0]
            self._refuse(tuple(first["loc"]), _said(first["msg"]))
        self._check_settings(scenario.settings)
        names = self._names(scenario.play)
        self._check_moments(scenario, names)
        return Loaded(self._path, scenario, self._sounds(scenario), names)

    def _refuse(self, path: yamltree.Path, what: str) -> NoReturn:
        """Numbers are positions in a list; people count from one."""
        while path and path not in self._tree.lines:
            path = path[:-1]
        key = ".".join(str(part + 1) if isinstance(part, int) else part for part in path)
        what = what.rstrip(".?!") + (what[-1] if what[-1:] in "?!" else ".")
        raise BadInput(f"{self._path.name}, line {self._tree.line(path)}{f', {key}' if key else ''}: {what}")

    def _refuse_unknown(self, model: type[BaseModel], value: Any, path: yamltree.Path) -> None:
        if not isinstance(value, dict):
            return
        fields = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
        for key, inner in value.items():
            if key not in fields:
                near = get_close_matches(str(key), fields, n=1, cutoff=0.5)
                hint = f"did you mean {near[0]}?" if near else f"there is {', '.join(fields)}"
                self._refuse((*path, key), f"{key!r} is no key; {hint}")
            part = _model_in(fields[key])
            if part is None:
                continue
            items = enumerate(inner) if isinstance(inner, list) else [(None, inner)]
            for number, item in items:
                at = (*path, key) if number is None else (*path, key, number)
                self._refuse_unknown(part, item, at)

    def _check_settings(self, settings: dict[str, Any]) -> None:
        known = [".".join(path) for path in setting_paths()]
        for name, value in settings.items():
            where = ("settings", name)
            if name not in known:
                near = get_close_matches(name, known, n=1, cutoff=0.5)
                self._refuse(
                    where, f"{name!r} is no setting" + (f"; did you mean {near[0]}?" if near else "")
                )
            if not name.startswith(ALLOWED) or name in FORBIDDEN:
                self._refuse(where, "a conversation test may not change this setting")
            if not may_be_set(name, value):
                self._refuse(where, "the value must be a number, true, false, or plain words")

    def _names(self, play: Sequence[Step]) -> tuple[str, ...]:
        names: list[str] = []
        for number, step in enumerate(play):
            name = step.name or f"step-{number + 1}"
            if name in names or name in RESERVED:
                self._refuse(
                    ("play", number, "name"), f"{name!r} cannot be the name of this step: it is taken"
                )
            if step.at is None and number:
                self._refuse(("play", number), "at is missing: only the first step does without")
            names.append(name)
        return tuple(names)

    def _check_moments(self, scenario: Scenario, names: tuple[str, ...]) -> None:
        for number, step in enumerate(scenario.play):
            self._check_step(("play", number, "at"), step.at, names[:number])
        for number, expected in enumerate(scenario.expect):
            for where, moment in _moments(expected):
                self._check_step(("expect", number, *where), moment, names)
            after = expected.answered.after if expected.answered else None
            if after is not None and after not in names:
                self._unknown_step(("expect", number, "answered", "after"), after, names)

    def _check_step(self, where: yamltree.Path, moment: Moment | None, names: Sequence[str]) -> None:
        if moment is None:
            return
        if moment.plus < 0 and where[0] == "play":
            self._refuse(where, f"{moment.text!r} may have passed when it is known; a step comes after it")
        if moment.anchor == "step" and moment.step not in names:
            self._unknown_step(where, moment.step, names)

    def _unknown_step(self, where: yamltree.Path, name: str, names: Sequence[str]) -> NoReturn:
        near = get_close_matches(name, (*names, "answer"), n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else f"there is {', '.join(names) or 'none before it'}"
        self._refuse(where, f"there is no step {name!r} before it; {hint}")

    def _sounds(self, scenario: Scenario) -> dict[str, Path]:
        found: dict[str, Path] = {}
        places: list[tuple[yamltree.Path, str | None]] = [
            (("play", number, "file"), step.file) for number, step in enumerate(scenario.play)
        ]
        places.append((("room", "file"), scenario.room.file if scenario.room else None))
        for where, name in places:
            if name is not None and name not in found:
                try:
                    found[name] = find_sound(name, self._folders)
                except BadInput as error:
                    self._refuse(where, str(error))
        return found


def _moments(expected: BaseModel) -> Iterator[tuple[tuple[str, ...], Moment]]:
    """Every moment in an expectation, with its path."""
    for name, field in type(expected).model_fields.items():
        value = getattr(expected, name)
        key = field.alias or name
        if isinstance(value, Moment):
            yield (key,), value
        elif isinstance(value, BaseModel):
            for where, moment in _moments(value):
                yield (key, *where), moment


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model in `Model | None`, `tuple[Model, ...]` and the like."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _model_in(inner))), None)


def may_be_set(name: str, value: Any) -> bool:
    """A conversation test may give this setting this value."""
    values = value if isinstance(value, list) else [value]
    allowed = name.startswith(ALLOWED) and name not in FORBIDDEN
    return allowed and all(_is_plain(item) for item in values)


def _is_plain(value: Any) -> bool:
    return isinstance(value, bool | int | float) or (
        isinstance(value, str) and _PLAIN.fullmatch(value) is not None
    )


def _said(message: str) -> str:
    """Pydantic's message in the middle of a sentence."""
    message = message.removeprefix("Value error, ")
    return message[:1].lower() + message[1:]
