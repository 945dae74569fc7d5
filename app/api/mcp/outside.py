"""The Solo that runs already, by its API."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from app.api.client import named
from app.api.conversations import SessionLine, SessionsReply
from app.api.mcp.house import Tell
from app.api.pieces import AskDelta, AskStep
from app.api.schemas import (
    AskReply,
    DialoguesReply,
    MemoryLine,
    MessageLine,
    SayReply,
    SearchReply,
)
from app.api.tooling import ToolCallReply, ToolServersReply, ToolsReply
from app.events.tools import Tool, ToolResultEvent, ToolServer
from app.kernel.errors import Interrupted, TimedOut, Unavailable

M = TypeVar("M", bound=BaseModel)


class Outside:
    """See the module and House. http: knows address and token; has_tools: they are switched on."""

    def __init__(self, http: httpx.AsyncClient, *, speaks: bool, has_tools: bool) -> None:
        self._http = http
        self._has_tools = has_tools
        self.speaks = speaks

    async def tools(self) -> tuple[Tool, ...]:
        if not self._has_tools:
            return ()
        found = (await self._get("/api/v1/tools", ToolsReply)).tools
        return tuple(
            Tool(**line.model_dump(exclude={"parameters"}), parameters=json.dumps(line.parameters))
            for line in found
        )

    async def servers(self) -> tuple[ToolServer, ...]:
        if not self._has_tools:
            return ()
        found = (await self._get("/api/v1/tools/servers", ToolServersReply)).servers
        return tuple(ToolServer(**line.model_dump()) for line in found)

    async def call(self, name: str, arguments: dict[str, Any], ticket: str = "") -> ToolResultEvent:
        path, body = f"/api/v1/tools/{quote(name, safe='')}", {"arguments": arguments, "ticket": ticket}
        done = await self._post(path, ToolCallReply, body)
        return ToolResultEvent(call_id="", **done.model_dump())

    async def ask(self, text: str, dialogue: str | None, tell: Tell) -> AskReply:
        body = {"text": text, "dialogue": dialogue, "stream": True}
        reply: AskReply | None = None
        async with self._open("POST", "/api/v1/ask", json=body) as answer:
            name = ""
            async for line in answer.aiter_lines():
                field, _, value = line.partition(": ")
                if field == "event":
                    name = value
                elif field == "data" and name == "delta":
                    await tell(AskDelta.model_validate_json(value))
                elif field == "data" and name == "step":
                    await tell(AskStep.model_validate_json(value))
                elif field == "data" and name == "reply":
                    reply = AskReply.model_validate_json(value)
                elif field == "data" and name == "error":
                    raise named(value.encode(), answer.status_code)
        if reply is None:
            raise Interrupted("Solo's answer broke off.")
        return reply

    async def say(self, text: str) -> float:
        return (await self._post("/api/v1/say", SayReply, {"text": text, "play": True})).seconds

    async def dialogues(self, limit: int) -> tuple[SessionLine, ...]:
        return (await self._get(f"/api/v1/dialogues/list?limit={limit}", SessionsReply)).dialogues

    async def messages(self, dialogue: str, limit: int) -> tuple[MessageLine, ...]:
        path = f"/api/v1/dialogues/{quote(dialogue, safe='')}?limit={limit}"
        return (await self._get(path, DialoguesReply)).messages

    async def recall(self, words: str, limit: int) -> tuple[MemoryLine, ...]:
        body = {"query": words, "limit": limit}
        return (await self._post("/api/v1/memory/search", SearchReply, body)).memories

    async def _get(self, path: str, kind: type[M]) -> M:
        async with self._open("GET", path) as answer:
            return kind.model_validate_json(await answer.aread())

    async def _post(self, path: str, kind: type[M], body: dict[str, Any]) -> M:
        async with self._open("POST", path, json=body) as answer:
            return kind.model_validate_json(await answer.aread())

    @asynccontextmanager
    async def _open(self, method: str, path: str, **request: Any) -> AsyncGenerator[httpx.Response]:
        try:
            async with self._http.stream(method, path, **request) as answer:
                if answer.is_error:
                    raise named(await answer.aread(), answer.status_code)
                yield answer
        except httpx.TimeoutException as error:
            raise TimedOut("Solo did not answer in time.") from error
        except (httpx.ReadError, httpx.RemoteProtocolError) as error:
            raise Interrupted("Solo's answer broke off.", hint="See: solo doctor") from error
        except httpx.HTTPError as error:
            raise Unavailable("Solo cannot be reached.", hint="Start it: solo run") from error
        except ValidationError as error:
            raise Interrupted("What answers there is not this version of Solo.") from error
