"""What a tool says, as the model may read it: text of a bounded size, without signs that steer screens.

A rule file.
"""

from __future__ import annotations

import re
from typing import Final

from app.kernel.errors import Kind, SoloError

SENTENCE: Final = 300
"""Characters of a failure."""
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def cleaned(text: str) -> str:
    """Without control characters, but for new lines and tabs."""
    return _CONTROL.sub("", _COLOURS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def fitted(text: str, most: int) -> str:
    """Cleaned and at most `most` characters long; of what is cut off it is said how much that is."""
    head = cleaned(text[: 2 * most + SENTENCE]).strip()
    if len(text) <= 2 * most + SENTENCE:
        text = head
    if len(text) <= most:
        return text
    note = f"\n[{len(text) - most} more characters were left out]"
    return head[: max(0, most - len(note))].rstrip() + note


def failure(tool: str, error: BaseException) -> tuple[str, str]:
    """Its code and one sentence. An error that is not Solo's own is named, not quoted: its text may hold
    anything."""
    if isinstance(error, SoloError) and error.kind is not Kind.BUG:
        return error.code, fitted(" ".join(str(error).split()), SENTENCE)
    return "bug", f"The tool {tool} failed ({type(error).__name__})."
