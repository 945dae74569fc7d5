"""The API as a supervised service: Uvicorn inside Solo's own loop, without its signal handlers."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import os
import socket
from collections.abc import Generator
from typing import Final

import anyio
import structlog
import uvicorn

from app.api.address import Address, own_token, remove_address, write_address
from app.api.collector import Collector
from app.api.dependencies import Deps
from app.api.door import body_limit
from app.api.factory import create_app
from app.config.api import ApiSettings
from app.config.settings import Settings
from app.kernel.errors import BadSettings, Busy, Unavailable
from app.kernel.lifecycle import Ready
from app.kernel.runtime import Runtime

log = structlog.get_logger("solo.api")

GRACE: Final = 2.0
"""Seconds that running requests get when Solo stops."""
HEADERS_MOST: Final = 32_768
"""Bytes of one request's line and headers."""


class ApiService:
    """Listens on settings.api. Raises Busy (port in use), BadSettings (no such address)."""

    def __init__(self, runtime: Runtime, settings: Settings, collector: Collector) -> None:
        self._runtime = runtime
        self._settings = settings
        self._collector = collector

    async def run(self, ready: Ready) -> None:
        """Serve until cancelled."""
        settings = self._settings
        deps = Deps(self._runtime, settings, self._collector, own_token(settings.data_dir))
        with contextlib.closing(listen(settings.api)) as listener:
            server = _Server(_config(deps))
            serving = asyncio.create_task(server.serve(sockets=[listener]), name="api.uvicorn")
            try:
                await server.wait_started(serving)
                address = _address(listener, settings.api)
                write_address(settings.data_dir, address)
                log.info("listening", url=address.url)
                ready()
                # Not awaited as it is: being cancelled must not cancel it, but ask it to end.
                await asyncio.wait({serving})
                raise Unavailable("The API's server ended by itself.") from _failure(serving)
            finally:
                remove_address(settings.data_dir)
                deps.closing.say()
                with anyio.CancelScope(shield=True):
                    await server.end(serving)


class _Server(uvicorn.Server):
    """Uvicorn as a guest: signals are the supervisor's, and it is told to end instead of looking ten times
    a second whether it should."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._ending = asyncio.Event()

    async def main_loop(self) -> None:
        while not await self.on_tick(0):  # it dates the answers
            with anyio.move_on_after(1):
                await self._ending.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await asyncio.sleep(0.01)  # whoever was just let in shows up
        state = self.server_state
        if state.tasks:  # they have been told, and say good-bye
            await asyncio.wait(state.tasks, timeout=0.1)
        if state.connections or state.tasks:
            await super().shutdown(sockets)
        for server in self.servers:
            server.close()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def wait_started(self, serving: asyncio.Task[None]) -> None:
        """Return when connections are really taken."""
        while not self.started:
            if serving.done():
                raise Unavailable("The API's server did not start.") from _failure(serving)
            await asyncio.sleep(0.005)

    async def end(self, serving: asyncio.Task[None]) -> None:
        """Ask, wait, then insist."""
        self.should_exit = True
        self._ending.set()
        _, running = await asyncio.wait({serving}, timeout=GRACE + 1.0)
        if running:
            serving.cancel()
            await asyncio.wait({serving}, timeout=1.0)


def _config(deps: Deps) -> uvicorn.Config:
    return uvicorn.Config(
        create_app(deps),
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="websockets-sansio",
        ws_max_size=body_limit("", deps.settings.api),
        h11_max_incomplete_event_size=HEADERS_MOST,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=round(GRACE),
    )


def listen(settings: ApiSettings) -> socket.socket:
    """A listening socket of our own, so that a failure is a sentence and not the end of the process."""
    try:
        family, kind, protocol, _, target = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError) as error:
        raise BadSettings(
            f"{settings.host!r} is no address of this machine.", hint="Set SOLO_API__HOST=127.0.0.1"
        ) from error
    listener = socket.socket(family, kind, protocol)
    try:
        if (
            os.name == "posix"
        ):  # there it means "even just after another one"; on Windows, "beside another one"
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(target)
        listener.listen(128)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise _refused(settings, error) from error
    return listener


def _refused(settings: ApiSettings, error: OSError) -> Busy | BadSettings:
    if error.errno in (errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE)):
        return Busy(
            f"Port {settings.port} on {settings.host} is in use, by another program or another Solo.",
            hint=f"Stop that one, or choose another port: SOLO_API__PORT={settings.port + 1}",
        )
    if error.errno == errno.EACCES:
        return BadSettings(
            f"The system does not let Solo listen on port {settings.port}.",
            hint="Choose one above 1023: SOLO_API__PORT=8765",
        )
    return BadSettings(
        f"{settings.host!r} is no address of this machine.", hint="Set SOLO_API__HOST=127.0.0.1"
    )


def _address(listener: socket.socket, settings: ApiSettings) -> Address:
    host, port = listener.getsockname()[:2]
    ip = ipaddress.ip_address(host)
    if ip.is_unspecified:
        host = "::1" if ip.version == 6 else "127.0.0.1"
    shown = f"[{host}]" if ":" in host else host
    return Address(url=f"http://{shown}:{port}", host=settings.host, port=port, pid=os.getpid())


def _failure(serving: asyncio.Task[None]) -> BaseException | None:
    return serving.exception() if serving.done() and not serving.cancelled() else None
