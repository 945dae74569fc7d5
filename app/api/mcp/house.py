"""What an MCP server of Solo's needs of Solo: one that runs in this process, or one that is reached."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, Protocol

from app.api.conversations import SessionLine
from app.api.pieces import AskDelta, AskStep
from app.api.schemas import AskReply, MemoryLine, MessageLine
from app.events.tools import Tool, ToolResultEvent, ToolServer

TOOLS: Final = frozenset({"skills", "tools"})
"""The parts of Solo that tools take."""
TALK: Final = frozenset({"dialogue", "tools"})
"""The parts of Solo that a talk takes."""
ARCHIVE: Final = frozenset({"archive"})
"""The parts of Solo that keep conversations."""
MEMORY: Final = frozenset({"memory"})
"""The parts of Solo that remember."""
NOTHING: Final = frozenset[str]()

Tell = Callable[[AskDelta | AskStep], Awaitable[None]]
"""Told each next piece of a reply, and each tool that is used for it."""


class House(Protocol):
    """A Solo. Everything is its owner's, and nobody else's. Whatever goes wrong is a SoloError; leaving
    a call ends its work."""

    speaks: bool
    """A loudspeaker belongs to it."""

    async def tools(self) -> tuple[Tool, ...]:
        """Those that the owner may use; none where tools are switched off."""
        ...

    async def servers(self) -> tuple[ToolServer, ...]:
        """The MCP servers that some of these tools are of."""
        ...

    async def call(self, name: str, arguments: dict[str, Any], ticket: str = "") -> ToolResultEvent:
        """Call one; ticket: the person said yes to what was asked back, and that is done."""
        ...

    async def ask(self, text: str, dialogue: str | None, tell: Tell) -> AskReply:
        """What Solo replies, told while it comes."""
        ...

    async def say(self, text: str) -> float:
        """Speak it aloud; seconds of speech, once it has been heard."""
        ...

    async def dialogues(self, limit: int) -> tuple[SessionLine, ...]:
        """The latest first."""
        ...

    async def messages(self, dialogue: str, limit: int) -> tuple[MessageLine, ...]:
        """The latest of one dialogue, oldest first."""
        ...

    async def recall(self, words: str, limit: int) -> tuple[MemoryLine, ...]:
        """What is remembered that bears on these words, best first."""
        ...


class Housing(Protocol):
    """Where there is a house. remembers: it has a memory; reexports: tools of the MCP servers that Solo
    itself uses are offered, too; patience: seconds for which a yes is waited for."""

    remembers: bool
    reexports: bool
    patience: float

    def needs(self, tool: str) -> frozenset[str]:
        """The parts of Solo that this tool asks, beside TOOLS."""
        ...

    def keep(self) -> None:
        """A question is open: whoever knows its ticket stays until it is too late for a yes."""
        ...

    def at_hand(self, parts: frozenset[str]) -> AbstractAsyncContextManager[House]:
        """The house with these parts, started if need be. Raises why there is none."""
        ...

    def near(self) -> AbstractAsyncContextManager[House | None]:
        """The house if nothing has to be started for it."""
        ...
