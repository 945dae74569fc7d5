"""The stage that says what Solo has to say by itself: a sound, then a sentence.

It waits until the person has finished and what is being said has been heard; like an answer it can be
interrupted, and leaving the request silences it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Final

import anyio
import structlog

from app.events.base import Answer
from app.events.skills import AnnouncedEvent, AnnounceEvent
from app.events.voice import AttentionEvent, SpeakEvent
from app.kernel.errors import SoloError, TurnCancelled
from app.kernel.lifecycle import Ready
from app.kernel.runtime import Runtime
from app.voice.announce.tones import RATE, tone
from app.voice.audio.playback import Playback

log = structlog.get_logger("solo.announce")

BUSY: Final = frozenset(("hearing", "thinking", "speaking"))
"""While the ear is in one of these the conversation goes on."""
TAIL_MS: Final = 100.0
"""What lacks no more than this was heard to its end."""
PATIENCE_SECONDS: Final = 20.0
"""A conversation is interrupted after all when it takes longer."""


class AnnounceService:
    """Owns AnnounceEvent; one announcement at a time."""

    def __init__(self, runtime: Runtime, playback: Playback) -> None:
        self._bus = runtime.bus
        self._clock = runtime.clock
        self._playback = playback
        self._one = asyncio.Lock()
        self._free = asyncio.Event()
        self._free.set()

    async def run(self, ready: Ready) -> None:
        """Announce until cancelled."""
        with self._bus.subscribe(AttentionEvent, name="announce") as states:
            async with self._bus.serve(AnnounceEvent, self._announce, name="announce", limit=64):
                ready()
                async for attention in states:
                    if attention.state in BUSY:
                        self._free.clear()
                    else:
                        self._free.set()

    async def _announce(self, asked: AnnounceEvent) -> AsyncGenerator[Answer, None]:
        turn = asked.turn or self._clock.new_id()
        async with self._one:
            with anyio.move_on_after(PATIENCE_SECONDS):
                await self._free.wait()
            try:
                await self._playback.play(turn, tone(asked.chime), RATE)
                spoken = await self._speak(asked, turn)
                heard = await self._playback.done(turn)
            finally:
                self._playback.stop(turn)  # nothing happens to what has been heard to its end
        stopped = not spoken or heard < self._given(turn) - TAIL_MS
        yield AnnouncedEvent(owner=asked.owner, turn=asked.turn, heard_ms=heard, stopped=stopped)

    async def _speak(self, asked: AnnounceEvent, turn: str) -> bool:
        """Without a voice the sound alone has to do. False when it was called off."""
        request = SpeakEvent(owner=asked.owner, turn=turn, text=asked.text)
        try:
            async with self._bus.ask(request) as answers:
                async for _ in answers:
                    pass
        except TurnCancelled:
            return False
        except SoloError as error:
            log.warning("not_spoken", turn=turn, code=error.code, error=str(error))
        finally:
            self._playback.finish(turn)
        return True

    def _given(self, turn: str) -> float:
        """Milliseconds that there were to be heard."""
        ranges = self._playback.ranges(turn)
        return ranges[-1][1] if ranges else 0.0
