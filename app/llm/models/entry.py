"""A model file that was found, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.llm.checkpoints.folder import is_checkpoint
from app.llm.models.facts import Facts, revived

Stamp = tuple[int, int]
"""Size and time of the last change (ns): as long as both are the same, the file is taken for the same."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One model. name: what it is called by, its file's without the ending, or its folder's. files: its parts
    in order; of a checkpoint its config goes first. size: bytes of all of them. broken: why it cannot be
    used, a sentence; empty: nothing is known against it.
    """

    name: str
    files: tuple[Path, ...]
    size: int
    facts: Facts = field(default_factory=Facts)
    broken: str = ""

    @property
    def path(self) -> Path:
        """What an engine is handed: the first part, which leads to the others."""
        return self.files[0]

    @property
    def checkpoint(self) -> bool:
        """It is a folder of Hugging Face's, and no GGUF."""
        return is_checkpoint(self.path)

    @property
    def usable(self) -> bool:
        """It can be loaded and asked, as far as is known."""
        return not self.broken and self.facts.kind == "model"


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of one file."""

    stamp: Stamp
    facts: Facts = field(default_factory=Facts)
    broken: str = ""

    def plain(self) -> dict[str, Any]:
        """As JSON can keep it."""
        return {"stamp": self.stamp, "facts": self.facts.plain(), "broken": self.broken}

    @classmethod
    def revived(cls, plain: dict[str, Any]) -> Known:
        """What `plain` gave. Raises TypeError, KeyError or ValueError for anything else."""
        size, changed = plain["stamp"]
        return cls((int(size), int(changed)), revived(plain["facts"]), str(plain["broken"]))
