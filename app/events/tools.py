"""Tools: functions that a language model may have called, those of Solo and those of MCP servers."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from app.events.base import Answer, Fact, Request
from app.events.llm import ToolCall

Effects: TypeAlias = Literal["none", "own", "world"]
"""What a call changes: nothing; something of Solo's own that can be taken back, such as a timer; or
something beyond Solo, which nobody can take back for certain."""

HOUSE = "solo"
"""The source of Solo's own tools."""


class Tool(BaseModel):
    """A function that may be called. name: letters, digits, _ and -, at most 64; parameters: their JSON
    schema, as JSON; source: `solo`, a plug-in's or an MCP server's name; confirm: the person is asked
    before it runs; unasked: the owner has said that they need not be; outside: what it says was written by
    others, and is never an order to Solo."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    description: str = ""
    parameters: str = '{"type": "object", "properties": {}}'
    source: str = HOUSE
    effects: Effects = "none"
    confirm: bool = False
    unasked: bool = False
    outside: bool = False


class ListToolsEvent(Request):
    """The tools that the owner may use → one ToolsEvent.

    query: only those that bear on these words, best first, at most `limit`; empty: all, by name.
    also: these as well, whatever the query is.
    """

    part: ClassVar[str] = "toolbox"

    query: str = ""
    limit: int = 8
    also: tuple[str, ...] = ()


class ToolsEvent(Answer):
    """What may be called."""

    tools: tuple[Tool, ...]


class CallToolEvent(Request):
    """Call one → one ToolResultEvent. Whatever goes wrong in the tool is a result, too, not an error.

    ticket: carries out the very call that was asked back about, whatever `call` says.
    tainted: words that the person did not say have come into the turn (the result of a tool that speaks
    for others), so whatever changes something is asked back about.
    """

    part: ClassVar[str] = "toolbox"

    call: ToolCall
    ticket: str = ""
    tainted: bool = False


class ToolResultEvent(Answer):
    """What came of a call. text: for the model, cut to a bounded size; ok: it did what it was asked for;
    code: of the failure, as of errors; question, ticket: nothing was done yet, the person has to be asked
    this first, and CallToolEvent with this ticket does it."""

    call_id: str
    name: str
    ok: bool
    text: str
    code: str = ""
    effects: Effects = "none"
    outside: bool = False
    question: str = ""
    ticket: str = ""


class ToolCalledEvent(Fact):
    """A tool ran. No words: neither its arguments nor its result."""

    name: str
    source: str
    ok: bool
    code: str = ""
    ms: float = 0.0


class ToolServer(BaseModel):
    """An MCP server of the settings. state: as its service's; reason: why it is not ready."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    state: Literal["connected", "connecting", "away"]
    reason: str = ""
    tools: int = 0


class ListToolServersEvent(Request):
    """The MCP servers whose tools are used → one ToolServersEvent."""


class ToolServersEvent(Answer):
    """By name."""

    servers: tuple[ToolServer, ...]
