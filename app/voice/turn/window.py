"""The ear after an answer: open for a while without the wake word, and not for everybody.

A rule file: built when the answer has been heard, asked with the words of whoever speaks then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal, TypeAlias

from app.events.voice import STTEvent
from app.kernel.errors import BadSettings
from app.voice.audio.frames import RATE
from app.voice.turn.addressee import WEIGHTS, Before, Remark, Verdict, is_farewell, judge
from app.voice.turn.segmenter import Segmenter

Refusal: TypeAlias = Literal["", "not_meant", "farewell"]


@dataclass(frozen=True, slots=True)
class Window:
    """From sample `opened` until `until`. tested: only what seems to be meant for Solo counts."""

    before: Before
    opened: int
    until: int
    tested: bool
    weights: Mapping[str, float]

    def refusal(self, said: STTEvent, cut: Segmenter) -> Refusal:
        """Why this gets no answer; empty: it gets one."""
        if is_farewell(said.text, self.before.said, said.language):
            return "farewell"
        return "" if not self.tested or self.verdict(said, cut).meant else "not_meant"

    def verdict(self, said: STTEvent, cut: Segmenter) -> Verdict:
        """Whom it is meant for, and why."""
        began = self.opened if cut.began_at is None else cut.began_at
        remark = Remark(
            said.text,
            language=said.language,
            dbfs=cut.loudness,
            after=max(0.0, (began - self.opened) / RATE),
            no_speech=said.no_speech,
            log_probability=said.log_probability,
        )
        return judge(remark, self.before, self.weights)


def check_weights(weights: Mapping[str, float]) -> None:
    """Raises BadSettings for a sign that there is not."""
    for name in weights:
        if name not in WEIGHTS:
            near = get_close_matches(name, WEIGHTS, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(WEIGHTS)}."
            raise BadSettings(f"voice.turn.follow_up_weights: nothing is called {name[:40]!r}.", hint=hint)
