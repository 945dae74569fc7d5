"""A server that is a program: started, spoken to in lines of JSON on its input and output, and ended.

The package's own transport keeps a line of any length in memory and looks through it anew for every piece;
this one has a limit for lines, for rubbish between them, and for what the program writes to its log.
Imports `mcp`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, TypeAlias, cast

import anyio
import structlog
from anyio.abc import ByteReceiveStream, Process
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.client.stdio import get_default_environment
from mcp.os.posix.utilities import terminate_posix_process_tree
from mcp.os.win32.utilities import (
    close_process_job,
    create_windows_process,
    get_windows_executable_command,
    terminate_windows_process_tree,
)
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter

from app.config.tools import McpServer
from app.kernel.clock import Clock
from app.kernel.errors import BadSettings, NotFound, SoloError, Unavailable
from app.skills.tools.mcp.ending import Ending
from app.skills.tools.mcp.hiding import Hiding
from app.skills.tools.mcp.lines import Lines, LineTooLong

log = structlog.get_logger("solo.mcp")

Inbox: TypeAlias = MemoryObjectReceiveStream[SessionMessage | Exception]
Outbox: TypeAlias = MemoryObjectSendStream[SessionMessage]

LONGEST_LINE: Final = 4 * 1024 * 1024
RUBBISH: Final = 50
"""Lines in a row that are no messages; some programs greet on their output."""
MESSAGES: Final = 500
"""In a second; a program that writes more has to wait until they are read."""
LONGEST_REMARK: Final = 300
REMARKS: Final = 50
REMARKS_SECONDS: Final = 10.0
"""Of what it writes to its log, so many lines in so many seconds are kept."""
GRACE: Final = 1.0
"""Seconds for it to end by itself, and again after it was told to."""
BROKEN = (anyio.EndOfStream, anyio.ClosedResourceError, anyio.BrokenResourceError, OSError)


@asynccontextmanager
async def started(
    name: str, server: McpServer, hiding: Hiding, ending: Ending, clock: Clock
) -> AsyncGenerator[tuple[Inbox, Outbox]]:
    """The program runs while the context is open, and nothing of it afterwards.

    Raises NotFound or BadSettings where it cannot be started.
    """
    process = await _start(name, server)
    talk = _Talk(name, process, hiding, ending, clock)
    to_us, inbox = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    outbox, to_it = anyio.create_memory_object_stream[SessionMessage](0)
    async with anyio.create_task_group() as group:
        group.start_soon(talk.read, to_us, name=f"mcp:{name}:read")
        group.start_soon(talk.write, to_it, name=f"mcp:{name}:write")
        group.start_soon(_closed_with, ending, to_it, name=f"mcp:{name}:end")
        group.start_soon(talk.remarks, name=f"mcp:{name}:remarks")
        try:
            yield inbox, outbox
        finally:
            with anyio.CancelScope(shield=True):
                await _stop(process, GRACE if ending.error is None else 0.0)
            group.cancel_scope.cancel()
            for stream in (to_us, inbox, outbox, to_it):
                stream.close()


async def _closed_with(ending: Ending, to_it: MemoryObjectReceiveStream[SessionMessage]) -> None:
    """Whoever would still say something to a program that does not listen is not kept."""
    await ending.over.wait()
    to_it.close()


class _Talk:
    def __init__(self, name: str, process: Process, hiding: Hiding, ending: Ending, clock: Clock) -> None:
        self._name = name
        self._process = process
        self._hiding = hiding
        self._ending = ending
        self._clock = clock

    async def read(self, to_us: MemoryObjectSendStream[SessionMessage | Exception]) -> None:
        """Messages, until the program ends or says what cannot be borne."""
        async with to_us:
            try:
                await self._messages(_stream(self._process.stdout), to_us)
            except LineTooLong:
                limit = LONGEST_LINE // (1024 * 1024)
                self._over(f"wrote a line of more than {limit} MiB")
            except BROKEN:
                pass
        if self._ending.error is None:  # whoever waits for answers knows already
            with anyio.move_on_after(GRACE / 2):
                await self._process.wait()
            status = self._process.returncode
            self._over("has ended" if status is None else f"has ended (exit status {status})")

    async def _messages(
        self, stdout: ByteReceiveStream, to_us: MemoryObjectSendStream[SessionMessage | Exception]
    ) -> None:
        lines, rubbish, heard, since = Lines(LONGEST_LINE), 0, 0, self._clock.monotonic()
        while True:
            for line in lines.feed(await stdout.receive()):
                heard += 1
                if heard > MESSAGES:
                    await self._clock.sleep(since + 1.0 - self._clock.monotonic())
                    heard, since = 0, self._clock.monotonic()
                try:
                    message = jsonrpc_message_adapter.validate_json(line, by_name=False)
                except ValueError:
                    rubbish += 1
                    if rubbish > RUBBISH:
                        self._over("writes on its output what is no message of MCP")
                        return
                    continue
                rubbish = 0
                await to_us.send(SessionMessage(message))

    def _over(self, what: str) -> None:
        hint = "Its own words are in Solo's log at the level debug."
        self._ending.say(Unavailable(f"The MCP server {self._name} {what}.", hint=hint))

    async def write(self, to_it: MemoryObjectReceiveStream[SessionMessage]) -> None:
        """Each message on a line."""
        stdin = self._process.stdin
        with suppress(*BROKEN):
            async for message in to_it:
                text = message.message.model_dump_json(by_alias=True, exclude_unset=True)
                if stdin is not None:
                    await stdin.send(text.encode("utf-8", "replace") + b"\n")

    async def remarks(self) -> None:
        """What it writes to its log goes to Solo's, while it is not too much."""
        lines, said, since = Lines(LONGEST_REMARK * 16, cut=True), 0, self._clock.monotonic()
        with suppress(*BROKEN):
            stderr = _stream(getattr(self._process, "stderr", None))
            while True:
                for line in lines.feed(await stderr.receive()):
                    if self._clock.monotonic() - since > REMARKS_SECONDS:
                        said, since = 0, self._clock.monotonic()
                    said += 1
                    if said <= REMARKS:
                        text = self._hiding.shown(line.decode("utf-8", "replace"), LONGEST_REMARK)
                        log.debug("mcp_server_said", server=self._name, text=text)


def _stream(stream: ByteReceiveStream | None) -> ByteReceiveStream:
    if stream is None:  # where an event loop knows no processes (Windows), a log is not read
        raise anyio.EndOfStream
    return stream


async def _start(name: str, server: McpServer) -> Process:
    secrets = {variable: value.get_secret_value() for variable, value in server.env.items()}
    environment = get_default_environment() | secrets
    process: Process | None = None
    try:
        with anyio.CancelScope(shield=True):  # a program that is half started would be left behind
            process = await _open(server, environment)
    except (OSError, ValueError) as error:
        raise _not_started(name, server, error) from None
    return cast(Process, process)  # nobody cancels this scope


async def _open(server: McpServer, environment: dict[str, str]) -> Process:
    cwd = server.cwd or None
    if sys.platform == "win32":
        program = await anyio.to_thread.run_sync(get_windows_executable_command, server.command)
        log_to = cast(Any, subprocess.PIPE)
        made = await create_windows_process(program, list(server.args), environment, log_to, cwd)
        return cast(Process, made)
    command = [server.command, *server.args]
    return await anyio.open_process(
        command, env=environment, stderr=subprocess.PIPE, cwd=cwd, start_new_session=True
    )


def _not_started(name: str, server: McpServer, error: Exception) -> SoloError:
    begins = f"The MCP server {name} cannot be started:"
    if isinstance(error, FileNotFoundError) and (not server.cwd or error.filename == server.command):
        return NotFound(
            f"{begins} there is no program {server.command!r}.", hint="Install it, or name its whole path."
        )
    if isinstance(error, OSError):
        where = server.command if error.filename == server.command else server.cwd or server.command
        return BadSettings(f"{begins} {where!r}: {error.strerror or 'it cannot be used'}.")
    return BadSettings(f"{begins} its command, arguments or environment cannot be used.")


async def _stop(process: Process, grace: float) -> None:
    """Close its input, wait, then end it with all that it has started. grace: none for one at fault."""
    with suppress(*BROKEN):
        if process.stdin is not None:
            await process.stdin.aclose()
    with anyio.move_on_after(grace):
        await process.wait()
    if sys.platform == "win32":
        await terminate_windows_process_tree(process)
    else:
        await terminate_posix_process_tree(process, GRACE)
    with anyio.move_on_after(GRACE):
        await process.wait()
    close_process_job(process)
    # A child that has left the group may hold a pipe: close our ends whatever it does.
    transport = getattr(getattr(process, "_process", None), "_transport", None)
    if transport is not None:
        with suppress(PermissionError):
            transport.close()
