"""Which Solo this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def solo_version() -> str:
    """The version that is installed."""
    try:
        return version("solo-assistant")
    except PackageNotFoundError:
        return "0.0.0"
