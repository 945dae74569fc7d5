"""The providers that there are: Solo's own, a YAML file each, and those that are plugged in.

A third party plugs one in with an entry point of the group `solo.providers`, whose value is a
`Provider`, the same as plain data, or the path of a YAML or JSON file.  Nothing is read before it
is asked for.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError

from app.kernel.errors import BrokenFile
from app.kernel.plugins import load, plugged_in
from app.llm.providers.entries import Provider, provider_of

FOLDER: Final = Path(__file__).parent / "data"
OWN: Final = (
    "anthropic",
    "google",
    "huggingface",
    "llama_server",
    "lm_studio",
    "mistral",
    "ollama",
    "openai",
    "openrouter",
    "vllm",
)


def provider_names() -> list[str]:
    """Every provider that may be named, sorted."""
    return sorted({*OWN, *plugged_in("providers").names})


def is_provider(name: str) -> bool:
    """There is one of that name."""
    return name in OWN or name in provider_names()


@cache
def provider(name: str) -> Provider:
    """Its entry. Raises NotFound with the nearest name, BrokenFile, MissingExtra."""
    if name in OWN:
        return read_entry(name, FOLDER / f"{name}.yaml")
    found: Any = load("providers", dict.fromkeys(OWN, ""), name, what="provider of language models")
    if isinstance(found, Path | str):
        return read_entry(name, Path(found))
    return checked(name, found, f"The provider {name}")


def read_entry(name: str, path: Path) -> Provider:
    """A file of YAML or JSON. Raises BrokenFile."""
    try:
        data: object = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise BrokenFile(f"The entry of the provider {name} in {path} cannot be read.") from error
    return checked(name, data, f"The entry of the provider {name} in {path}")


def checked(name: str, data: object, what: str) -> Provider:
    """An entry as plain data; what: how a sentence about it begins. Raises BrokenFile with the place."""
    try:
        return provider_of(name, data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BrokenFile(f"{what} is wrong at {where}: {first['msg']}.") from error
