"""A process that runs the skills alone: to be killed at any moment, and looked at from outside.

python -m tests.timers_child FOLDER BATCH: sets the timers of BATCH ("name:milliseconds …"), once, and
prints a line for each thing that it does: READY, SET name due, and TOLD name kind again at lateness held.
held: how much of the lateness the whole process was kept from running, by a signal or a machine that had no
time for it: a thread that does nothing but look at the clock did not run either.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import anyio

from app.config.settings import Settings
from app.db.engine import Database
from app.events.skills import AnnouncementEvent, SetTimerEvent, TimersEvent
from app.kernel import log
from app.kernel.errors import BadInput
from app.kernel.runtime import Runtime
from app.kernel.supervisor import Supervisor
from app.skills.specs import skill_specs


def tell(*words: object) -> None:
    """In one call, so that a kill leaves whole lines or none."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


BEAT_SECONDS = 0.02
HELD_SECONDS = 0.2
"""Only a longer gap between two looks at the clock counts."""


class Heart:
    """A thread that notices when the process does not run."""

    def __init__(self) -> None:
        self._last = time.monotonic()
        self._gaps: list[tuple[float, float]] = []
        threading.Thread(target=self._beat, daemon=True).start()

    def _beat(self) -> None:
        while True:
            time.sleep(BEAT_SECONDS)
            self._note()

    def _note(self) -> None:
        last, self._last = self._last, time.monotonic()
        if self._last - last > HELD_SECONDS:
            self._gaps.append((last, self._last))

    def held(self, seconds: float) -> float:
        """Seconds of the last so many in which the process did not run."""
        now = time.monotonic()
        open_gap = [(self._last, now)] if now - self._last > HELD_SECONDS else []
        return sum(max(0.0, end - max(start, now - seconds)) for start, end in [*self._gaps, *open_gap])


async def main(folder: Path, batch: str) -> None:
    settings = Settings(data_dir=folder)
    log.configure(settings.log.model_copy(update={"level": "error"}), folder / "logs")
    runtime, heart = Runtime.new(), Heart()
    async with Database(folder) as database:
        made = skill_specs(runtime, settings, lambda: database, rings=True)
        specs = [replace(spec, needs=()) for spec in made]
        with runtime.bus.subscribe(AnnouncementEvent, name="child") as told:
            async with Supervisor(runtime, specs).running() as supervisor:
                await supervisor.ready()
                tell("READY")
                async with anyio.create_task_group() as group:
                    group.start_soon(_set, runtime, batch)
                    async for fact in told:
                        now = runtime.clock.now()
                        late = (now - datetime.fromisoformat(fact.due_at)).total_seconds()
                        held = heart.held(late)
                        words = (fact.name, fact.kind, int(fact.again), now.timestamp())
                        tell("TOLD", *words, round(late, 4), round(held, 4))


async def _set(runtime: Runtime, batch: str) -> None:
    for one in batch.split():
        name, _, milliseconds = one.partition(":")
        due = runtime.clock.now() + timedelta(milliseconds=int(milliseconds))
        request = SetTimerEvent(kind="reminder", name=name, due_at=due.isoformat())
        if int(milliseconds) % 3 == 0:
            due = runtime.clock.now() + timedelta(seconds=1)
            request = SetTimerEvent(name=name, seconds=1)
        with suppress(BadInput):  # on a busy machine the moment may be over already
            await runtime.bus.request(request, TimersEvent)
            tell("SET", name, due.timestamp())


if __name__ == "__main__":
    anyio.run(main, Path(sys.argv[1]), sys.argv[2])
