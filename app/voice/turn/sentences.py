"""Which sentences of a long turn need not be heard again.

Whoever pauses behind a whole sentence and goes on has said it: its words are there since the pause,
so only what comes behind is transcribed, and the last words of a long turn are there as soon as those of a
short one.  Of a short beginning nothing would be gained, and "Set a timer." is a beginning.

A rule file: transcripts and pauses in, words out.
"""

from __future__ import annotations

from typing import Final

from app.events.voice import STTEvent
from app.voice.audio.frames import RATE, samples_of
from app.voice.turn.segmenter import Segmenter

LEAST: Final = 2 * RATE
"""Samples that a sentence lasts at least …"""
LEAST_WORDS: Final = 5
PAUSE: Final = samples_of(250)
"""… and the pause behind it."""
BEFORE: Final = samples_of(200)
"""Of the pause so much is heard again, before the words that end it."""
ENDS: Final = (".", "!", "?")


class Sentences:
    """Those of one turn. since: the sample from which on it is yet to be heard; None: from its beginning."""

    def __init__(self) -> None:
        self.since: int | None = None
        self._said: STTEvent | None = None

    def went_on(self, said: STTEvent | None, cut: Segmenter) -> None:
        """There was a pause, in front of which this had been understood, if anything yet."""
        began = cut.began_at if self.since is None else self.since
        if said is None or began is None or cut.paused_for < PAUSE or not _whole(said):
            return
        if cut.resumed_at - cut.paused_for - began >= LEAST:
            self.since = cut.resumed_at - min(cut.paused_for // 2, BEFORE)
            self._said = said

    def then(self, heard: STTEvent) -> STTEvent:
        """What was said in all, when this was heard behind them."""
        said = self._said
        if said is None:
            return heard
        if not heard.text:
            return said.model_copy(update={"revision": heard.revision, "took_ms": heard.took_ms})
        whole = {"text": f"{said.text} {heard.text}", "seconds": said.seconds + heard.seconds}
        return heard.model_copy(update=whole)


def _whole(said: STTEvent) -> bool:
    return (
        said.text.endswith(ENDS) and not said.text.endswith("...") and len(said.text.split()) >= LEAST_WORDS
    )
