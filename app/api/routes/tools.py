"""Tools: which there are, and calling one."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Path, Request

from app.api.dependencies import Deps, Given
from app.api.streaming import leaving_cancels
from app.api.tooling import (
    ToolCallBody,
    ToolCallReply,
    ToolLine,
    ToolQuery,
    ToolServerLine,
    ToolServersReply,
    ToolsReply,
)
from app.events.llm import ToolCall
from app.events.tools import (
    CallToolEvent,
    ListToolServersEvent,
    ListToolsEvent,
    Tool,
    ToolResultEvent,
    ToolServersEvent,
    ToolsEvent,
)

router = APIRouter(prefix="/api/v1/tools", tags=["tools"])


@router.get("")
async def tools(deps: Given) -> ToolsReply:
    """All that may be called, by name."""
    return await _listed(deps, ListToolsEvent())


@router.post("")
async def fitting(body: ToolQuery, deps: Given) -> ToolsReply:
    """Those that bear on these words, best first, often none. A POST, so that the words stand in no
    address."""
    return await _listed(deps, ListToolsEvent(query=body.query, limit=body.limit))


@router.get("/servers")
async def servers(deps: Given) -> ToolServersReply:
    """The MCP servers that bring tools, and how they are."""
    seconds = deps.settings.api.timeout_seconds
    found = await deps.runtime.bus.request(ListToolServersEvent(), ToolServersEvent, timeout=seconds)
    return ToolServersReply(servers=tuple(ToolServerLine(**one.model_dump()) for one in found.servers))


@router.post("/{name}")
async def call(
    name: Annotated[str, Path(max_length=64)], body: ToolCallBody, request: Request, deps: Given
) -> ToolCallReply:
    """Call one. Whatever goes wrong in it is an answer, too: `ok` is false and `text` says why. Where the
    person has to be asked first there is a `question`, and the same call with its `ticket` says yes."""
    called = ToolCall(id=deps.runtime.clock.new_id(), name=name, arguments=json.dumps(body.arguments))
    asked = CallToolEvent(call=called, ticket=body.ticket)
    async with leaving_cancels(request, deps.closing):
        seconds = deps.settings.api.timeout_seconds
        done = await deps.runtime.bus.request(asked, ToolResultEvent, timeout=seconds)
    return ToolCallReply.model_validate(done.model_dump(include={*ToolCallReply.model_fields}))


async def _listed(deps: Deps, asked: ListToolsEvent) -> ToolsReply:
    found = await deps.runtime.bus.request(asked, ToolsEvent, timeout=deps.settings.api.timeout_seconds)
    return ToolsReply(tools=tuple(_line(tool) for tool in found.tools))


def _line(tool: Tool) -> ToolLine:
    return ToolLine(**tool.model_dump() | {"parameters": json.loads(tool.parameters)})
