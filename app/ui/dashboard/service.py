"""The dashboard as a supervised service: a process of its own, started after READY."""

from __future__ import annotations

import asyncio
import os
import subprocess
from asyncio.subprocess import Process
from collections import deque
from typing import Final

import anyio
import httpx
import psutil
import structlog

from app.config.settings import Settings
from app.kernel.errors import Unavailable
from app.kernel.lifecycle import Ready
from app.kernel.loopback import nobody
from app.kernel.runtime import Runtime
from app.ui.dashboard import launch

log = structlog.get_logger("solo.dashboard")

GRACE: Final = 2.0
"""Seconds between asking the process to end and ending it."""
LOOK_EVERY: Final = 0.15
GROUP: Final = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
"""On Windows, so that Ctrl-C reaches Solo and not its child as well."""


class DashboardService:
    """Raises Busy (port in use) and Unavailable (the process ended)."""

    def __init__(self, runtime: Runtime, settings: Settings) -> None:
        self._runtime = runtime
        self._settings = settings
        self._last_words: deque[str] = deque(maxlen=5)

    async def run(self, ready: Ready) -> None:
        """Keep it running until cancelled."""
        launch.check_port(self._settings)
        process = await asyncio.create_subprocess_exec(
            *launch.command(self._settings),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=launch.environment(),
            start_new_session=os.name == "posix",
            creationflags=GROUP,
        )
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._listen, process, name="dashboard.stderr")
                group.start_soon(self._announce, ready, name="dashboard.ready")
                await process.wait()
                group.cancel_scope.cancel()
            raise Unavailable(self._obituary(process.returncode), hint="Start it by hand: solo dashboard")
        finally:
            with anyio.CancelScope(shield=True):
                await _end(process)

    async def _announce(self, ready: Ready) -> None:
        health = f"{launch.url(self._settings)}/_stcore/health"
        async with httpx.AsyncClient(trust_env=False, verify=nobody(), timeout=2) as client:
            while not await _answers(client, health):
                await self._runtime.clock.sleep(LOOK_EVERY)
        log.info("listening", url=launch.url(self._settings))
        ready()

    async def _listen(self, process: Process) -> None:
        assert process.stderr is not None  # noqa: S101  (asked for above)
        async for line in process.stderr:
            self._last_words.append(line.decode("utf-8", "replace").strip())

    def _obituary(self, code: int | None) -> str:
        said = next((line for line in reversed(self._last_words) if line), "")
        return f"The dashboard's process ended with code {code}{f' ({said[:200]})' if said else ''}."


async def _answers(client: httpx.AsyncClient, health: str) -> bool:
    try:
        return (await client.get(health)).status_code == 200
    except httpx.HTTPError:
        return False


async def _end(process: Process) -> None:
    """End it and whatever it started; first in a friendly way."""
    if process.returncode is not None:
        return
    family = _family(process.pid)
    for member in family:
        _signal(member, kill=False)
    with anyio.move_on_after(GRACE):
        await process.wait()
    for member in family:
        _signal(member, kill=True)
    await process.wait()


def _family(pid: int) -> list[psutil.Process]:
    try:
        parent = psutil.Process(pid)
        return [*parent.children(recursive=True), parent]
    except psutil.NoSuchProcess:
        return []


def _signal(member: psutil.Process, *, kill: bool) -> None:
    try:
        member.kill() if kill else member.terminate()
    except psutil.NoSuchProcess:
        return
