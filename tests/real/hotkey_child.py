"""The hotkey service in a process of its own: pynput looks for a screen when it is imported, and
leaves its connections to it open.  python -m tests.real.hotkey_child KEY MODE"""

from __future__ import annotations

import sys

import anyio

from app.config.voice import HotkeySettings
from app.events.voice import PushToTalkEvent
from app.kernel.errors import SoloError
from app.kernel.runtime import Runtime
from app.voice.wake.hotkey import HotkeyService


async def main(key: str, mode: str) -> None:
    runtime = Runtime.new()
    heard = runtime.bus.subscribe(PushToTalkEvent, name="child")
    settings = HotkeySettings.model_validate({"key": key, "mode": mode})
    async with anyio.create_task_group() as group:
        group.start_soon(HotkeyService(runtime, settings).run, lambda: print("ready", flush=True))
        async for event in heard:
            print("down" if event.pressed else "up", flush=True)


if __name__ == "__main__":
    try:
        anyio.run(main, sys.argv[1], sys.argv[2])
    except* SoloError as group:
        print(group.exceptions[0], flush=True)
