"""What the sound of a pause says: was that the end?

The first moment of silence tells best (decision 0018), and the processor is idle in it; so the judge
is asked at the first quiet frame, before it is known whether this is a pause at all.
"""

from __future__ import annotations

import anyio
import structlog
from anyio.abc import TaskGroup

from app.kernel.errors import SoloError
from app.kernel.runtime import Runtime
from app.voice.audio.frames import Samples
from app.voice.turn.port import EndOfTurn
from app.voice.turn.segmenter import Segmenter

log = structlog.get_logger("solo.turn")


class _Judgement:
    """until: the last voiced sample before the silence that is judged."""

    def __init__(self, until: int) -> None:
        self.until = until
        self.probability: float | None = None
        self.made = anyio.Event()


class Melody:
    """That of one turn. judge: may be slow, then it is called in a thread."""

    def __init__(self, runtime: Runtime, judge: EndOfTurn, group: TaskGroup) -> None:
        self._runtime = runtime
        self._judge = judge
        self._group = group
        self._last: _Judgement | None = None

    def hear(self, cut: Segmenter) -> None:
        """A frame has gone by."""
        if cut.began_at is None or cut.held or cut.over or not cut.silence:
            return
        if self._last is None or self._last.until != cut.voiced_until:
            self._last = _Judgement(cut.voiced_until)
            self._group.start_soon(self._run, self._last, cut.audio(), name="turn:melody")

    async def of(self, cut: Segmenter) -> float | None:
        """The probability of an end in the silence that is now; None: nobody can tell."""
        self.hear(cut)
        last = self._last
        if last is None:
            return None
        await last.made.wait()
        return last.probability

    async def _run(self, judgement: _Judgement, audio: Samples) -> None:
        try:
            if self._judge.instant:
                judgement.probability = self._judge.judge(audio)
            else:
                judgement.probability = await self._runtime.pool.run(self._judge.judge, audio)
        except SoloError as error:
            log.warning("judge_failed", error=str(error))
        finally:
            judgement.made.set()
