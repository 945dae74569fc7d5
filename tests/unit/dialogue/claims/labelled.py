"""Sentences and answers of which a person said whether something is claimed in them.

`rules`: what the rules were written with; `held`: written before them, and not looked at while they were.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from app.dialogue.claims.evidence import Evidence

DATA = Path(__file__).parent / "data"
PARTS = ("rules", "held")


@dataclass(frozen=True)
class Labelled:
    """unsupported: a claim in it is borne out by none of the evidence."""

    part: str
    language: str
    text: str
    unsupported: bool
    evidence: tuple[Evidence, ...] = ()


def evidence() -> dict[str, Evidence]:
    stored = json.loads((DATA / "evidence.json").read_text(encoding="utf-8"))
    return {name: Evidence(**fields) for name, fields in stored.items()}


def claims(part: str) -> list[Labelled]:
    """Sentences that claim something, with and without what bears it out."""
    known = evidence()
    found: list[Labelled] = []
    for line in (DATA / f"claims_{part}.tsv").read_text(encoding="utf-8").splitlines():
        language, verdict, names, text = line.split("\t")
        shown = tuple(known[name] for name in names.split(",") if name != "-")
        found.append(Labelled(part, language, text, verdict == "claim", shown))
    return found


def innocent(part: str) -> list[Labelled]:
    """Answers in which nothing is claimed."""
    stored = (DATA / f"innocent_{part}.txt").read_text(encoding="utf-8")
    blocks = [block.partition("\n") for block in stored.split("%% ")[1:]]
    return [Labelled(part, head.strip(), text.rstrip("\n"), False) for head, _, text in blocks]
