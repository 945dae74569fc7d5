"""Generations of an engine that is always called from one thread: one at a time, each called off between two
tokens, whoever waits in the order of the schedule."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable

from app.kernel.blocking import Lane
from app.kernel.errors import Bug, SoloError
from app.llm.handover import Handover
from app.llm.port import Finished, Generation, Step
from app.llm.scheduler.door import Door, Place
from app.llm.scheduler.turns import in_turn

Run = Handover[Step]


class OneByOne:
    """library: as a sentence names it. check: raises what keeps a request from being answered; write: one
    generation, on the thread: it puts pieces and one Finished into the run, and looks whether that was
    cancelled."""

    def __init__(
        self, library: str, check: Callable[[Generation], None], write: Callable[[Generation, Run], None]
    ) -> None:
        self.lane = Lane("solo-llm")
        self._library = library
        self._check = check
        self._generate = write
        self._door = Door(1)
        self._runs: set[Run] = set()
        self._ended: set[asyncio.Task[None]] = set()

    def generate(self, request: Generation) -> AsyncGenerator[Step, None]:
        """See `LanguageModel`."""
        return in_turn(self._door, request, self._run)

    async def _run(self, request: Generation, place: Place) -> AsyncGenerator[Step, None]:
        self._check(request)
        run = Run()
        self._runs.add(run)
        ended = asyncio.create_task(
            self.lane.run(self._write, request, run), name=f"{self._library}:generate"
        )
        self._ended.add(ended)
        ended.add_done_callback(self._ended.discard)
        place.runs(ended, run.cancel)
        end: Step | None = None
        try:
            async for step in run:
                if isinstance(step, Finished):
                    end = step
                else:
                    yield step
            await asyncio.wait({ended})
            if end is not None:
                yield end
        finally:
            # The asker leaves at once; the model is busy until the thread has noticed.
            run.cancel()
            self._runs.discard(run)

    def _write(self, request: Generation, run: Run) -> None:
        """One generation, on the model's thread."""
        try:
            if not run.cancelled:
                self._generate(request, run)
            run.close()
        except SoloError as error:
            run.close(error)
        except Exception as error:  # noqa: BLE001  (the seam to C: whatever breaks answers the asker)
            run.close(Bug(f"{self._library} failed: {error}"))

    async def rest(self) -> None:
        """Call off what runs, and wait until the thread is idle."""
        for run in self._runs:
            run.cancel()
        if self._ended:
            await asyncio.wait(self._ended)
