"""The shapes of tools over HTTP; imports pydantic and schemas only."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from app.api.schemas import Schema


class ToolLine(Schema):
    """A tool. parameters: their JSON schema; effects: what a call changes; confirm: the person is asked
    before it runs; unasked: they have said that they need not be; outside: what it says was written by
    others."""

    name: str
    description: str
    parameters: dict[str, Any]
    source: str
    effects: Literal["none", "own", "world"]
    confirm: bool
    unasked: bool = False
    outside: bool


class ToolsReply(Schema):
    """What may be called."""

    tools: tuple[ToolLine, ...]


class ToolQuery(Schema):
    """Only tools that bear on these words, and how many at most."""

    query: str = Field(min_length=1, max_length=2000)
    limit: int = Field(8, ge=1, le=64)


class ToolServerLine(Schema):
    """An MCP server; reason: why it is not ready; tools: how many it brings."""

    name: str
    state: Literal["connected", "connecting", "away"]
    reason: str = ""
    tools: int = 0


class ToolServersReply(Schema):
    """MCP servers, by name."""

    servers: tuple[ToolServerLine, ...]


class ToolCallBody(Schema):
    """Arguments of a call; ticket: yes to the call that was asked back about, whose own arguments count."""

    arguments: dict[str, Any] = Field(default_factory=dict)
    ticket: str = Field("", max_length=64)


class ToolCallReply(Schema):
    """What came of a call. ok: it did what it was asked for; code: of the failure; question, ticket:
    nothing was done yet; the same call with this ticket says yes to the question."""

    name: str
    ok: bool
    text: str
    code: str = ""
    effects: Literal["none", "own", "world"] = "none"
    outside: bool = False
    question: str = ""
    ticket: str = ""
