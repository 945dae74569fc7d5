"""The options that stand before every command."""

from __future__ import annotations

from typing import Any

from app.kernel.errors import BadSettings


def overrides(pairs: list[str], data_dir: str | None, models_dir: str | None) -> dict[str, Any]:
    """What the flags say, as dotted name → value; `pairs` are `section.name=value`. Raises BadSettings."""
    given: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise BadSettings(
                f"--set {pair} is not of the form name=value.",
                hint="For example: --set voice.wake.engine=none",
            )
        given[name.strip().lower().replace("__", ".")] = value
    given |= {"data_dir": data_dir} if data_dir else {}
    given |= {"models_dir": models_dir} if models_dir else {}
    return given
