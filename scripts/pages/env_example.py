"""Makes .env.example: every setting with its default and its meaning, all commented out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from app.config.load import variable
from app.config.settings import Settings

HEAD = """\
# Settings of Solo. Copy this file to .env and uncomment what you want to change.
# The same names work as environment variables, as keys of solo.toml (sections as tables) and as
# flags: solo --set voice.wake.engine=none run. Flags win over the environment, that over .env, and
# .env over solo.toml. A name that Solo does not know is refused, with the nearest one.
# This file is made by ./scripts/docs.sh.

"""
TAIL = """
# Used by the set-up scripts alone:
# an index with ready-made CUDA builds of llama-cpp-python, for run_agent --gpu
# SOLO_SETUP_GPU_INDEX=
"""


def text() -> str:
    """The whole file."""
    return HEAD + section(Settings, ()) + TAIL


def section(model: type[BaseModel], path: tuple[str, ...]) -> str:
    """The settings of one section, then the sections in it."""
    plain: list[str] = []
    nested: list[str] = []
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            heading = f"\n# ── {'.'.join((*path, name))}: {field.description} " + "─" * 30 + "\n"
            nested.append(heading[:100].rstrip("\n") + "\n" + section(inner, (*path, name)))
        else:
            plain.append(f"# {field.description}\n# {variable((*path, name))}={written(field.default)}\n")
    return "".join(plain + nested)


def written(value: Any) -> str:
    """A default as it is written in a .env file."""
    if value is None:
        return ""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value)
    if isinstance(value, dict):
        return json.dumps(value)
    text = value.as_posix() if isinstance(value, Path) else str(value)
    return f'"{text}"' if " " in text else text
