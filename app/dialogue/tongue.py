"""In which language the model is to answer, told it where that changes.

A small model answers a German question in English now and then.  It is told once, with the words of the
turn in which the language changes, so what was sent before stays as it was and nothing is read twice.

A rule file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from app.dialogue.context import Line
from app.kernel.languages import name_of

USUAL: Final = "English"
"""That of Solo's own prompt."""
_TOLD: Final = re.compile(r"^\(Please answer in ([^().]+)\.\)$", re.MULTILINE)


def answer_in(language: str | None, lines: Sequence[Line]) -> str:
    """What to tell before the person's words; empty when it is clear. lines: what the model is shown."""
    if not language:
        return ""
    wanted, now = name_of(language), _spoken(lines)
    return "" if wanted == now else f"(Please answer in {wanted}.)"


def _spoken(lines: Sequence[Line]) -> str:
    """The language that was asked for last."""
    for line in reversed(lines):
        found = _TOLD.findall(line.sent) if line.role == "user" and line.finish != "failed" else []
        if found:
            return str(found[-1])
    return USUAL
