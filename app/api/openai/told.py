"""From Solo's answers to OpenAI's. A rule file: events in, JSON out.

A stream is made of many small objects that differ in a few characters, so what they have in common is
written once.  Source: OpenAI's API reference, "The chat completion chunk object" and its neighbours.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from app.api.openai.schemas import ChatBody, CompletionBody
from app.events.llm import Chance, LLMResponseEvent, LLMTokenEvent, ToolCall

DONE: Final = b"data: [DONE]\n\n"


@dataclass(frozen=True, slots=True)
class Head:
    """What all of an answer's objects say. created: seconds since 1970."""

    key: str
    created: int
    model: str


@dataclass(slots=True)
class Choice:
    """One of the answers, as it grows."""

    chances: list[Chance] = field(default_factory=list[Chance])
    end: LLMResponseEvent | None = None


class Form(Protocol):
    """How one kind of completion is written."""

    def begin(self, index: int) -> bytes:
        """What comes before an answer's first token."""
        ...

    def token(self, index: int, token: LLMTokenEvent) -> bytes:
        """A piece of text."""
        ...

    def end(self, index: int, end: LLMResponseEvent) -> bytes:
        """The last of an answer."""
        ...

    def usage(self, ends: Sequence[LLMResponseEvent], prompts: int) -> bytes:
        """What all of it cost; empty when nobody asked."""
        ...

    def whole(self, choices: Sequence[Choice], prompts: int) -> dict[str, Any]:
        """All answers at once. prompts: how many different ones there were."""
        ...


class ChatForm:
    """Chat completions."""

    def __init__(self, head: Head, body: ChatBody) -> None:
        self._head = head
        self._most = body.top_logprobs or 0
        self._calls = 1 if body.parallel_tool_calls is False else None
        self._usage = bool(body.stream_options and body.stream_options.include_usage)
        self._before, self._after = _around("chat.completion.chunk", head, usage=self._usage)

    def begin(self, index: int) -> bytes:
        return self._chunk(index, '{"role":"assistant","content":"","refusal":null}')

    def token(self, index: int, token: LLMTokenEvent) -> bytes:
        chances = json.dumps(self._logprobs(token.chances)) if token.chances else "null"
        return self._chunk(index, f'{{"content":{json.dumps(token.text)}}}', chances)

    def end(self, index: int, end: LLMResponseEvent) -> bytes:
        calls = b""
        if end.tool_calls:
            told = [{"index": place, **call} for place, call in enumerate(self._called(end.tool_calls))]
            calls = self._chunk(index, json.dumps({"tool_calls": told}))
        return calls + self._chunk(index, "{}", reason=f'"{end.finish}"')

    def usage(self, ends: Sequence[LLMResponseEvent], prompts: int) -> bytes:
        if not self._usage:
            return b""
        return _usage_chunk("chat.completion.chunk", self._head, ends, prompts)

    def whole(self, choices: Sequence[Choice], prompts: int) -> dict[str, Any]:
        ends = [choice.end for choice in choices if choice.end is not None]
        told = [self._choice(place, choices[place].chances, end) for place, end in enumerate(ends)]
        return _whole("chat.completion", self._head, ends, told, prompts)

    def _choice(self, index: int, chances: Sequence[Chance], end: LLMResponseEvent) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": end.text, "refusal": None}
        if end.tool_calls:
            message["content"] = end.text or None
            message["tool_calls"] = self._called(end.tool_calls)
        logprobs = self._logprobs(chances) if chances else None
        return {"index": index, "message": message, "logprobs": logprobs, "finish_reason": end.finish}

    def _called(self, calls: Sequence[ToolCall]) -> list[dict[str, Any]]:
        return [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in calls[: self._calls]
        ]

    def _logprobs(self, chances: Sequence[Chance]) -> dict[str, Any]:
        return {"content": [self._chance(chance) for chance in chances], "refusal": None}

    def _chance(self, chance: Chance) -> dict[str, Any]:
        others = [_token(token, logprob) for token, logprob in chance.instead[: self._most]]
        return {**_token(chance.token, chance.logprob), "top_logprobs": others}

    def _chunk(self, index: int, delta: str, logprobs: str = "null", reason: str = "null") -> bytes:
        choice = f'{{"index":{index},"delta":{delta},"logprobs":{logprobs},"finish_reason":{reason}}}'
        return f"{self._before}{choice}{self._after}".encode()


class CompletionForm:
    """Completions of plain text."""

    def __init__(self, head: Head, body: CompletionBody, echoes: Sequence[str]) -> None:
        self._head = head
        self._most = body.logprobs or 0
        self._echoes = echoes
        self._usage = bool(body.stream_options and body.stream_options.include_usage)
        self._before, self._after = _around("text_completion", head, usage=self._usage)

    def begin(self, index: int) -> bytes:
        return self._chunk(index, self._echoes[index]) if self._echoes[index] else b""

    def token(self, index: int, token: LLMTokenEvent) -> bytes:
        return self._chunk(index, token.text, self._logprobs(token.chances, 0))

    def end(self, index: int, end: LLMResponseEvent) -> bytes:
        return self._chunk(index, "", reason=_plain(end))

    def usage(self, ends: Sequence[LLMResponseEvent], prompts: int) -> bytes:
        return _usage_chunk("text_completion", self._head, ends, prompts) if self._usage else b""

    def whole(self, choices: Sequence[Choice], prompts: int) -> dict[str, Any]:
        ends = [choice.end for choice in choices if choice.end is not None]
        told = [self._choice(place, choices[place].chances, end) for place, end in enumerate(ends)]
        return _whole("text_completion", self._head, ends, told, prompts)

    def _choice(self, index: int, chances: Sequence[Chance], end: LLMResponseEvent) -> dict[str, Any]:
        echo = self._echoes[index]
        logprobs = self._logprobs(chances, len(echo))
        return {"index": index, "text": echo + end.text, "logprobs": logprobs, "finish_reason": _plain(end)}

    def _logprobs(self, chances: Sequence[Chance], offset: int) -> dict[str, Any] | None:
        if not chances:
            return None
        offsets: list[int] = []
        for chance in chances:
            offsets.append(offset)
            offset += len(chance.token)
        return {
            "tokens": [chance.token for chance in chances],
            "token_logprobs": [chance.logprob for chance in chances],
            "top_logprobs": [dict(chance.instead[: self._most]) for chance in chances],
            "text_offset": offsets,
        }

    def _chunk(self, index: int, text: str, logprobs: Any = None, reason: str | None = None) -> bytes:
        choice = {"index": index, "text": text, "logprobs": logprobs, "finish_reason": reason}
        return f"{self._before}{json.dumps(choice)}{self._after}".encode()


def _plain(end: LLMResponseEvent) -> str:
    return "length" if end.finish == "length" else "stop"


def _around(kind: str, head: Head, *, usage: bool) -> tuple[str, str]:
    """What stands before and after the choice in each chunk."""
    fields = {"id": head.key, "object": kind, "created": head.created, "model": head.model}
    before = f'data: {json.dumps(fields)[:-1]}, "system_fingerprint": null, "choices": ['
    return before, ('], "usage": null}\n\n' if usage else "]}\n\n")


def _usage_chunk(kind: str, head: Head, ends: Sequence[LLMResponseEvent], prompts: int) -> bytes:
    fields = {
        "id": head.key,
        "object": kind,
        "created": head.created,
        "model": head.model,
        "choices": [],
        "usage": cost(ends, prompts),
    }
    return f"data: {json.dumps(fields)}\n\n".encode()


def _whole(
    kind: str, head: Head, ends: Sequence[LLMResponseEvent], choices: list[dict[str, Any]], prompts: int
) -> dict[str, Any]:
    return {
        "id": head.key,
        "object": kind,
        "created": head.created,
        "model": _answered_by(ends[0]) or head.model,
        "system_fingerprint": None,
        "choices": choices,
        "usage": cost(ends, prompts),
    }


def _answered_by(end: LLMResponseEvent) -> str:
    return f"{end.provider}:{end.model}" if end.provider else end.model


def cost(ends: Sequence[LLMResponseEvent], prompts: int) -> dict[str, Any]:
    """Tokens. Answers side by side have one prompt, which counts once. prompts: how many there were."""
    several = max(1, len(ends) // max(1, prompts))
    read = sum(end.prompt_tokens for end in ends[::several])
    written = sum(end.completion_tokens for end in ends)
    return {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
        "prompt_tokens_details": {"cached_tokens": sum(end.cached_tokens for end in ends[::several])},
    }


def _token(token: str, logprob: float) -> dict[str, Any]:
    return {"token": token, "logprob": logprob, "bytes": list(token.encode("utf-8", "replace"))}
