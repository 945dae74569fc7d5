"""What shows that something was done: results of tools, and what skills did.  A rule file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from app.dialogue.claims.evidence import Evidence
from app.dialogue.context import Line
from app.dialogue.steps import Step


def evidence_of(lines: Iterable[Line], steps: Sequence[Step]) -> list[Evidence]:
    """From the part of the dialogue that the model is shown, and from this turn."""
    found: list[Evidence] = []
    for line in lines:
        found += [replace(_of_step(step), now=False) for step in line.steps]
        if line.role == "assistant" and not line.model and line.content:
            # Nothing but a skill replies without a model.
            found.append(Evidence(name="skill", result=line.content, ok=True, effects="own", now=False))
    return [*found, *map(_of_step, steps)]


def _of_step(step: Step) -> Evidence:
    return Evidence(
        name=step.call.name,
        description=step.about,
        arguments=step.call.arguments,
        result=step.text,
        ok=step.ok and not step.asked,
        effects=step.effects,
    )
