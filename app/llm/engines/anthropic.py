"""Anthropic's models, by its Messages API.

Client: the official `anthropic` library (extra `anthropic`).  Format: the reference of the Messages
API and its streaming events, as of the library's types.  It has no way to ask for "any JSON object",
and models that think may not be forced to call a tool: these two are asked for in words.  What it has
read it holds for five minutes where that is asked for (`HOLD`), at a price; see `_body` for where it is.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from typing import Any, Literal

from app.events.llm import ChatMessage, ToolSpec
from app.kernel.errors import SoloError
from app.llm.failures import retry_after
from app.llm.port import Generation, Piece
from app.llm.remote import Answer, RemoteModel

ANY_JSON = "Answer with one JSON object and nothing else."
HOLD: dict[str, Any] = {"cache_control": {"type": "ephemeral"}}
"""On a block: it and all before it (tools, then system, then messages) will be asked for again."""
NOTHING = "…"
"""Stands for an empty text, which the API refuses."""
ENDS: dict[str, Literal["stop", "length", "tool_calls"]] = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
}


class Anthropic(RemoteModel):
    """See the module and `LanguageModel`."""

    name = "anthropic"
    extra = "anthropic"
    _sdk: Any = None

    def connect(self) -> Any:
        self._sdk = self.library("anthropic", "anthropic")
        return self._sdk.AsyncAnthropic(
            api_key=self.key or "none",
            base_url=self.url,
            max_retries=0,
            http_client=self.http(),
            open_telemetry=False,
        )

    async def disconnect(self, client: Any) -> None:
        await client.close()

    def errors(self) -> tuple[type[Exception], ...]:
        return (self._sdk.AnthropicError,) if self._sdk else ()

    async def look(self) -> None:
        if self.model == "auto":
            page = await self.client.models.list(limit=1)
            self.model = page.data[0].id
        else:
            await self.client.models.retrieve(self.model)

    async def pieces(self, request: Generation, answer: Answer) -> AsyncGenerator[Piece, None]:
        stream = await self.or_again(lambda: self._start(request))
        refused = wrote = False
        try:
            async for event in stream:
                answer.begun = True
                match event.type:
                    case "content_block_delta" if event.delta.type == "text_delta":
                        wrote = True
                        yield Piece(event.delta.text)
                    case "content_block_delta" if event.delta.type == "input_json_delta":
                        answer.calls.feed([_call(event.index, arguments=event.delta.partial_json)])
                    case "content_block_start" if event.content_block.type == "tool_use":
                        block = event.content_block
                        answer.calls.feed([_call(event.index, block.id, block.name)])
                    case "message_start":
                        _read(event.message.usage, answer)
                    case "message_delta":
                        reason = event.delta.stop_reason
                        answer.finish = ENDS.get(reason, "stop") if reason else answer.finish
                        answer.completion_tokens = event.usage.output_tokens
                        refused = reason == "refusal"
                    case _:
                        pass  # thinking, and what may come to be
        finally:
            await stream.close()
        if refused and not wrote:
            raise self.failures.refused()

    async def _start(self, request: Generation) -> Any:
        return await self.client.messages.create(
            model=self.model,
            max_tokens=self.longest(request),
            messages=_held(turns(request.messages), request),
            stream=True,
            extra_body=self._body(request),
        )

    def _body(self, request: Generation) -> dict[str, Any]:
        body = self.sent_along()
        system = [m.content for m in request.messages if m.role == "system" and m.content.strip()]
        if request.shape is not None and request.shape.kind == "schema":
            shape = {"type": "json_schema", "schema": json.loads(request.shape.text)}
            body["output_config"] = {**body.get("output_config", {}), "format": shape}
        elif request.shape is not None:
            system.append(ANY_JSON)
        if request.tools and request.tool_choice not in {"auto", "none"}:
            name = "one of your tools" if request.tool_choice == "required" else request.tool_choice
            system.append(f"Call {name} before you answer.")
        if system:
            body["system"] = [{"type": "text", "text": "\n\n".join(system), **HOLD}]
        if stops := [stop for stop in request.stop if stop.strip()]:  # it refuses those of blanks alone
            body["stop_sequences"] = stops
        if request.tools:
            body["tools"] = [_tool(tool) for tool in request.tools]
            if not system:
                body["tools"][-1] |= HOLD
            body["tool_choice"] = _choice(request.tool_choice, forced="forced_tools" in self.facts.can)
        if "temperature" in self.facts.can:
            body["temperature"] = min(request.temperature, 1.0)
        return body

    def failure(self, error: Exception, *, begun: bool) -> SoloError | None:
        sdk = self._sdk
        if not isinstance(error, sdk.APIStatusError):
            return None
        status: Any = error
        reason, kind = status.api_message or "", status.type or ""
        if status.status_code == 200:  # an event of the stream: its kind says what the status would
            if begun:
                return self.failures.broke_off(reason)
            return self.failures.by_status(_STATUS.get(kind, 500), reason, code=kind)
        after = retry_after(status.response.headers)
        return self.failures.by_status(status.status_code, reason, code=kind, after=after)


_STATUS = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "rate_limit_error": 429,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""Of the kinds of errors that the API documents."""


def turns(messages: Sequence[ChatMessage]) -> list[dict[str, Any]]:
    """The dialogue in blocks, one message for each change of speaker; results of tools are the user's."""
    found: list[dict[str, Any]] = []
    for message in messages:
        if message.role == "system":
            continue
        role = "assistant" if message.role == "assistant" else "user"
        if not found or found[-1]["role"] != role:
            found.append({"role": role, "content": []})
        found[-1]["content"] += _blocks(message)
    return found or [{"role": "user", "content": NOTHING}]


def _held(found: list[dict[str, Any]], request: Generation) -> list[dict[str, Any]]:
    """A dialogue goes on after its last block: the next request begins with all of this one.  What belongs
    to no dialogue is read once, and only its system prompt may come again."""
    if request.dialogue is not None:
        found[-1]["content"][-1] |= HOLD
    return found


def _blocks(message: ChatMessage) -> list[dict[str, Any]]:
    if message.role == "tool":
        return [{"type": "tool_result", "tool_use_id": message.tool_call_id, "content": message.content}]
    calls = [
        {"type": "tool_use", "id": call.id, "name": call.name, "input": _input(call.arguments)}
        for call in message.tool_calls
    ]
    text = message.content if message.content.strip() else "" if calls else NOTHING
    return [*([{"type": "text", "text": text}] if text else []), *calls]


def _input(arguments: str) -> dict[str, Any]:
    try:
        found: Any = json.loads(arguments)
    except ValueError:
        return {"text": arguments}  # what a model wrote that knows no JSON
    return found if isinstance(found, dict) else {"value": found}


def _tool(tool: ToolSpec) -> dict[str, Any]:
    return {
        "name": tool.name,
        "description": tool.description,
        "input_schema": json.loads(tool.parameters),
    }


def _choice(choice: str, *, forced: bool) -> dict[str, str]:
    """forced: the model may be told that it must call one; others are asked to in words."""
    if choice in {"auto", "none"} or not forced:
        return {"type": "none" if choice == "none" else "auto"}
    return {"type": "any"} if choice == "required" else {"type": "tool", "name": choice}


def _call(index: int, id_: str = "", name: str = "", arguments: str = "") -> dict[str, Any]:
    return {"index": index, "id": id_, "function": {"name": name, "arguments": arguments}}


def _read(usage: Any, answer: Answer) -> None:
    cached, kept = usage.cache_read_input_tokens or 0, usage.cache_creation_input_tokens or 0
    answer.prompt_tokens = usage.input_tokens + cached + kept
    answer.cached_tokens, answer.kept_tokens = cached, kept
