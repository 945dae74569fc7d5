"""The tools of a server that is connected, as the toolbox wants them. Imports `mcp`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import anyio
from anyio.abc import TaskGroup

from app.events.tools import Tool
from app.kernel.errors import NotFound, PermanentError, SoloError, Unavailable
from app.skills.tools.mcp.content import text_of
from app.skills.tools.mcp.failures import KNOWN, meaning
from app.skills.tools.mcp.hiding import Hiding
from app.skills.tools.mcp.link import Link
from app.skills.tools.mcp.offered import Offered
from app.skills.tools.port import Caller

LONGEST_FAILURE: Final = 1000


class _Errand:
    """A call under way, in a task of its own: whoever asked for it may leave at once, while the package
    still tells the server."""

    def __init__(self) -> None:
        self.scope = anyio.CancelScope()
        self.done = anyio.Event()
        self.text = ""
        self.error: SoloError | None = None

    def end(self, text: str = "", error: SoloError | None = None) -> None:
        """The first end counts."""
        if not self.done.is_set():
            self.text, self.error = text, error
            self.done.set()


class McpSource:
    """See ToolSource. doubt: set when a call has found the connection broken."""

    def __init__(self, name: str, link: Link, group: TaskGroup, hiding: Hiding) -> None:
        self.name = f"mcp.{name}"  # no plug-in's, whatever the server is called
        self.doubt = anyio.Event()
        self._server = name
        self._link = link
        self._group = group
        self._hiding = hiding
        self._offered = Offered()
        self._errands: set[_Errand] = set()
        self._over = False

    @property
    def busy(self) -> bool:
        """Calls are under way."""
        return bool(self._errands)

    def offer(self, offered: Offered) -> None:
        """From now on these."""
        self._offered = offered

    def tools(self) -> Sequence[Tool]:
        return self._offered.tools

    async def call(self, tool: str, arguments: dict[str, Any], caller: Caller) -> str:
        own = dict(self._offered.own).get(tool)
        if own is None:
            raise NotFound(f"The MCP server {self._server} no longer has the tool {tool}.")
        if self._over:
            raise self._away()
        errand = _Errand()
        self._errands.add(errand)
        try:
            self._group.start_soon(self._run, errand, own, arguments, name=f"mcp:{self._server}:call")
            await errand.done.wait()
        finally:
            self._errands.discard(errand)
            errand.scope.cancel()
        if errand.error is not None:
            raise errand.error
        return errand.text

    def close(self) -> None:
        """Nobody waits any longer; idempotent."""
        self._over = True
        for errand in self._errands:
            errand.end(error=self._away())

    async def _run(self, errand: _Errand, own: str, arguments: dict[str, Any]) -> None:
        try:
            with errand.scope:
                said = await self._link.ask(own, arguments)
                text = text_of(said)
                if said.is_error:
                    errand.end(error=PermanentError(self._hiding.shown(text, LONGEST_FAILURE)))
                else:
                    errand.end(text)
        except (SoloError, ExceptionGroup, *KNOWN) as error:
            failure = meaning(self._server, error, self._hiding)
            if failure is None:
                raise
            if isinstance(failure, Unavailable):
                self.doubt.set()
            errand.end(error=failure)
        finally:
            errand.end(error=self._away())

    def _away(self) -> Unavailable:
        return Unavailable(f"The MCP server {self._server} is away.")
