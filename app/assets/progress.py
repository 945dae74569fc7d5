"""What is told while models are pulled or checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Phase = Literal["present", "origin", "source", "failed_source", "fetch", "check", "done"]


@dataclass(frozen=True, slots=True)
class Step:
    """One happening.

    phase: present (nothing to do), origin (text: how far it is known, before anything is fetched),
    source (text: where it is now fetched from), failed_source (text: why that did not work), fetch and
    check (done and total in bytes of the whole model), done.
    """

    model: str
    phase: Phase
    done: int = 0
    total: int = 0
    text: str = ""


Observer = Callable[[Step], None]
"""Called from any thread; must be quick and must not raise."""


def silent(step: Step) -> None:
    """An observer for nobody."""
