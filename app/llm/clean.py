"""Takes the debris of chat templates out of what a model writes, while it is still writing.

Small models sometimes write the marks of their own template as text, or begin by saying whose
line it is.  A mark that ends a message ends the answer; a leading "assistant:" is dropped.
"""

from __future__ import annotations

END_MARKS = ("<|im_end|>", "<|im_start|>", "<|endoftext|>", "<|eot_id|>", "<|end|>", "<end_of_turn>", "</s>")
SPEAKERS = ("assistant", "solo")
_LONGEST_OPENING = 24
"""Characters within which a leading "assistant:" shows itself."""


class ReplyCleaner:
    """Feed it pieces, speak what it returns; `ended` says that the model is through."""

    def __init__(self) -> None:
        self.ended = False
        self._begun = False
        self._held = ""

    def feed(self, text: str) -> str:
        """What may be shown now; the rest is held back until it is clear what it is."""
        if self.ended:
            return ""
        self._held += text
        cut = min((at for mark in END_MARKS if (at := self._held.find(mark)) >= 0), default=-1)
        if cut >= 0:
            self._held = self._held[:cut]
            self.ended = True
            return self._release(len(self._held))
        return self._release(len(self._held) - _tail(self._held))

    def finish(self) -> str:
        """What was still held back when the model stopped."""
        self.ended = True
        return self._release(len(self._held))

    def _release(self, until: int) -> str:
        if not self._begun:
            if not self.ended and _may_be_speaker(self._held):
                return ""
            before = len(self._held)
            self._held = _without_speaker(self._held)
            until = max(0, until - (before - len(self._held)))
            self._begun = until > 0
        out, self._held = self._held[:until], self._held[until:]
        return out


def _tail(text: str) -> int:
    """How many characters at the end could be the beginning of a mark."""
    for size in range(min(len(text), max(map(len, END_MARKS)) - 1), 0, -1):
        if any(mark.startswith(text[-size:]) for mark in END_MARKS):
            return size
    return 0


def _may_be_speaker(text: str) -> bool:
    start = text.lstrip().lower()
    if len(start) >= _LONGEST_OPENING:
        return False
    return any(f"{name}:".startswith(start) or f"{name}\n".startswith(start) for name in SPEAKERS)


def _without_speaker(text: str) -> str:
    start = text.lstrip()
    for name in SPEAKERS:
        rest = start[len(name) :]
        if start.lower().startswith(name) and rest[:1] in {":", "\n"}:
            return rest[1:].lstrip()
    return start
