"""OpenAI's chat completions, which several providers speak, each with a few words of its own.

Client: the official `openai` library.  Format: OpenAI's reference of chat completions.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from typing import Any, Literal, cast

import httpx2
import openai
from openai import AsyncOpenAI, AsyncStream
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletionChunk

from app.kernel.blocking import Pool
from app.kernel.errors import NotFound, SoloError
from app.llm import wire
from app.llm.failures import retry_after
from app.llm.port import Generation, Piece
from app.llm.remote import Answer, RemoteModel, VectorWish
from app.llm.rows import Rows, of_openai

HEADERS = frozenset(
    {
        "accept",
        "accept-encoding",
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "host",
        "transfer-encoding",
        "user-agent",
    }
)


class ChatCompletions(RemoteModel):
    """What they have in common; an engine's file says what it does otherwise."""

    def connect(self) -> AsyncOpenAI:
        http = self.http()
        if self.remote.provider != "openai":
            http.event_hooks["request"].append(_without_strange_headers)
        return AsyncOpenAI(base_url=self.url, api_key=self.key or "none", max_retries=0, http_client=http)

    async def disconnect(self, client: AsyncOpenAI) -> None:
        await client.close()

    def errors(self) -> tuple[type[Exception], ...]:
        return (openai.OpenAIError,)

    async def look(self) -> None:
        if not self.remote.lists:
            return
        offered = await self._offered()
        if self.model == "auto":
            if not offered:
                raise NotFound(f"{self.remote.who} offers no model.", hint="Load one there, or name it here.")
            self.model = offered[0]
        elif offered and self.model not in offered:
            raise self.failures.unknown_model(tuple(offered))

    async def _offered(self) -> list[str]:
        try:
            page = await self.client.models.list()
        except openai.NotFoundError:
            return []  # not every server has a list: the model is tried as it is named
        # The library does not check what comes: an entry may have no name.
        return [name for model in page.data or () if (name := getattr(model, "id", None))]

    async def pieces(self, request: Generation, answer: Answer) -> AsyncGenerator[Piece, None]:
        stream: AsyncStream[ChatCompletionChunk] = await self.or_again(lambda: self._start(request))
        try:
            async for chunk in stream:
                answer.begun = True
                if chunk.usage is not None:
                    _count(chunk.usage, answer)
                for choice in chunk.choices or ():
                    if choice.finish_reason:
                        answer.finish = self.why(choice.finish_reason)
                    delta = choice.delta
                    if not delta:
                        continue
                    if delta.tool_calls:
                        answer.calls.feed([call.model_dump() for call in delta.tool_calls])
                    if text := wire.text_of(delta.content):
                        odds = choice.logprobs.model_dump() if choice.logprobs else None
                        yield Piece(text, wire.chances(odds))
        finally:
            await stream.close()  # the other side notices and stops writing

    async def _start(self, request: Generation) -> AsyncStream[ChatCompletionChunk]:
        client: AsyncOpenAI = self.client
        return await client.chat.completions.create(
            model=self.model,
            messages=cast(Any, self.messages(request)),
            stream=True,
            extra_body=self.body(request),
        )

    async def vectors(self, texts: Sequence[str], wish: VectorWish) -> Rows:
        form = "base64" if wish.packed else "float"
        body: dict[str, Any] = {"model": self.model, "input": list(texts), "encoding_format": form}
        if wish.dimensions:
            body["dimensions"] = wish.dimensions
        client: AsyncOpenAI = self.client
        # As it comes: the library would look at each of tens of thousands of numbers, and hold up the loop.
        answer = await self.or_again(lambda: client.post("/embeddings", body=body, cast_to=httpx2.Response))
        return await Pool(1).run(of_openai, answer.content, len(texts))

    def messages(self, request: Generation) -> list[dict[str, Any]]:
        """The dialogue."""
        return wire.messages(request)

    def body(self, request: Generation) -> dict[str, Any]:
        """All else that was asked for, as the model's entry says that it may be asked."""
        body = wire.options(request, local="sampling" in self.facts.can)
        body["max_tokens"] = self.longest(request)
        body = wire.trimmed(body, self.facts.can)
        names: dict[str, str] = json.loads(self.facts.names)
        return {names.get(name, name): value for name, value in body.items()} | self.sent_along()

    def why(self, reason: str) -> Literal["stop", "length", "tool_calls"]:
        """Why it ended, by its `finish_reason`."""
        return wire.why(reason)

    def failure(self, error: Exception, *, begun: bool) -> SoloError | None:
        match error:
            case openai.APIStatusError():
                after = retry_after(error.response.headers)
                return self.failures.by_status(
                    error.status_code, _reason(error), code=str(error.code or error.type or ""), after=after
                )
            case openai.APIError() if type(error) is openai.APIError:  # sent within the stream
                return self.failures.broke_off(_reason(error))
            case _:
                return None


async def _without_strange_headers(request: httpx2.Request) -> None:
    """The library also sends what OPENAI_ORG_ID, OPENAI_CUSTOM_HEADERS and the like say: to OpenAI, and to
    nobody else."""
    for name in list(request.headers):
        if name.lower() not in HEADERS:
            del request.headers[name]


def _reason(error: openai.APIError) -> str:
    body = error.body
    if isinstance(body, dict):
        said = cast(dict[str, Any], body).get("message")
        return str(said) if said else error.message
    return error.message


def _count(usage: CompletionUsage, answer: Answer) -> None:
    details = usage.prompt_tokens_details
    answer.prompt_tokens = usage.prompt_tokens
    cached = details.cached_tokens if details else (usage.model_extra or {}).get("num_cached_tokens")
    answer.cached_tokens = cached or 0
    answer.completion_tokens = usage.completion_tokens
