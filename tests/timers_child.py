"""A process that runs the skills alone: to be killed at any moment, and looked at from outside.

python -m tests.timers_child FOLDER BATCH: sets the timers of BATCH ("name:milliseconds …"), once, and
prints a line for each thing that it does: READY, SET name due, and TOLD name kind again at lateness.
"""

from __future__ import annotations

import os
import sys
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


async def main(folder: Path, batch: str) -> None:
    settings = Settings(data_dir=folder)
    log.configure(settings.log.model_copy(update={"level": "error"}), folder / "logs")
    runtime = Runtime.new()
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
                        tell("TOLD", fact.name, fact.kind, int(fact.again), now.timestamp(), round(late, 4))


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
