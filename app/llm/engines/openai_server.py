"""Any server that speaks OpenAI's chat completions: llama.cpp's, vLLM, LM Studio, Ollama, a paid one.

What can go wrong is told apart, because each has another way out: nobody there, too slow, broken
off in the middle, wrong key, unknown model, not such a server at all.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from typing import Any, cast
from urllib.parse import urlsplit

import httpx2
import openai
from openai import AsyncOpenAI, AsyncStream, DefaultAsyncHttpxClient
from openai.types.chat import ChatCompletionChunk

from app.kernel.errors import (
    BadInput,
    BadSettings,
    Forbidden,
    Interrupted,
    NotFound,
    SoloError,
    TimedOut,
    Unavailable,
    Unsupported,
)
from app.kernel.loopback import is_loopback
from app.llm.port import Finished, Generation, LlmCapabilities, Piece, Step
from app.llm.spec import EngineSpec

CONCURRENT = 8
"""Requests that Solo sends side by side; how the server runs them is its own affair."""

CONNECT_SECONDS = 5.0
NAMES_SHOWN = 8


class OpenAiServer:
    """See the module and `LanguageModel`."""

    name = "openai"

    def __init__(self, spec: EngineSpec) -> None:
        self._spec = spec
        self._url = spec.server.url.rstrip("/")
        self._model = spec.model
        self._client: AsyncOpenAI | None = None

    @property
    def capabilities(self) -> LlmCapabilities:
        return LlmCapabilities(self._model, self._spec.context, CONCURRENT, local=False, counts_tokens=False)

    async def load(self) -> None:
        """Look whether the server is there and has the model; `auto` takes the first it offers."""
        _check_address(self._url, self._spec.offline)
        server = self._spec.server
        # A client of our own: proxies of the environment are not for loopback addresses.
        http = DefaultAsyncHttpxClient(
            timeout=httpx2.Timeout(server.timeout_seconds, connect=CONNECT_SECONDS),
            trust_env=not is_loopback(self._url),
        )
        self._client = AsyncOpenAI(
            base_url=self._url,
            api_key=server.api_key.get_secret_value() or "none",
            max_retries=0,
            http_client=http,
        )
        offered = await self._offered()
        if self._model == "auto":
            if not offered:
                raise NotFound(
                    f"The server at {self._url} offers no model.", hint="Load one there, or name it here."
                )
            self._model = offered[0]
        elif offered and self._model not in offered:
            raise self._unknown(offered)

    async def _offered(self) -> list[str]:
        try:
            page = await self._open.models.list()
            # The SDK does not check what comes: an entry may have no name.
            return [name for model in page.data or () if (name := getattr(model, "id", None))]
        except openai.NotFoundError:
            return []  # not every server has a list: the model is tried as it is named
        except _FAILURES as error:
            raise self._translate(error) from error

    @property
    def _open(self) -> AsyncOpenAI:
        if self._client is None:
            raise Unavailable("The language model is not loaded.")
        return self._client

    async def generate(self, request: Generation) -> AsyncGenerator[Step, None]:
        begun = False
        end: Finished | None = None
        finish = ""
        stream: AsyncStream[ChatCompletionChunk] | None = None
        try:
            stream = await self._start_or_again(request)
            async for chunk in stream:
                begun = True
                for choice in chunk.choices or ():
                    if choice.delta and choice.delta.content:
                        yield Piece(choice.delta.content)
                    finish = choice.finish_reason or finish
                end = _cost(chunk, finish) or end
        except _FAILURES as error:
            raise self._translate(error, begun=begun) from error
        finally:
            if stream is not None:
                await stream.close()  # the server notices and stops writing
        if not finish:
            raise self._broke_off() if begun else self._not_such_a_server()
        yield end or Finished(_why(finish))

    async def _start_or_again(self, request: Generation) -> AsyncStream[ChatCompletionChunk]:
        try:
            return await self._start(request)
        except openai.APITimeoutError:
            raise
        except openai.APIConnectionError as error:
            # A server may close an idle connection just as it is used again.
            if isinstance(error.__cause__, httpx2.ConnectError):
                raise
            return await self._start(request)

    async def _start(self, request: Generation) -> AsyncStream[ChatCompletionChunk]:
        options: dict[str, Any] = {"stop": list(request.stop)} if request.stop else {}
        if request.seed is not None:
            options["seed"] = request.seed
        messages = [{"role": m.role, "content": m.content} for m in request.messages]
        return await self._open.chat.completions.create(
            model=self._model,
            messages=cast(Any, messages),
            max_tokens=request.max_tokens,
            temperature=request.temperature,
            stream=True,
            stream_options={"include_usage": True},
            **options,
        )

    async def count(self, texts: tuple[str, ...]) -> tuple[int, ...]:
        raise Unsupported(f"The server at {self._url} cannot count tokens.")

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    # -- failures ------------------------------------------------------------------------------

    def _translate(self, error: Exception, *, begun: bool = False) -> SoloError:
        url, key = self._url, "SOLO_LLM__SERVER__API_KEY"
        match error:
            case openai.APITimeoutError() | httpx2.TimeoutException():
                seconds = f"{self._spec.server.timeout_seconds:g} s"
                return TimedOut(
                    f"The language model server at {url} was silent for {seconds}.",
                    hint="Try again, or raise SOLO_LLM__SERVER__TIMEOUT_SECONDS.",
                )
            case openai.AuthenticationError() | openai.PermissionDeniedError():
                return Forbidden(f"The server at {url} does not accept Solo's key.", hint=f"Set {key}.")
            case openai.NotFoundError():
                return NotFound(
                    f"The server at {url} does not know the model {self._model!r}.",
                    hint="Name one of its own in SOLO_LLM__GENERATION__MODEL; addresses usually end in /v1.",
                )
            case openai.RateLimitError():
                return Unavailable(f"The server at {url} has had enough requests for now.", hint="Try later.")
            case openai.BadRequestError() | openai.UnprocessableEntityError():
                return BadInput(f"The server at {url} refuses this request: {_reason(error)}.")
            case openai.APIStatusError():
                return Unavailable(f"The server at {url} failed with status {error.status_code}.")
            case openai.APIConnectionError() | httpx2.TransportError() if not begun:
                return Unavailable(
                    f"No language model server answers at {url}.",
                    hint="Start it, or set SOLO_LLM__SERVER__URL (or SOLO_LLM__GENERATION__ENGINE=auto).",
                )
            case openai.APIConnectionError() | httpx2.TransportError():
                return self._broke_off()
            case openai.APIError() if type(error) is openai.APIError:  # an error sent within the stream
                return Interrupted(f"The server at {url} broke off: {_reason(error)}.")
            case _:
                return self._not_such_a_server()

    def _broke_off(self) -> Interrupted:
        return Interrupted(
            f"The server at {self._url} broke off in the middle of its answer.", hint="Try again."
        )

    def _not_such_a_server(self) -> Unavailable:
        return Unavailable(
            f"What answers at {self._url} does not speak like an OpenAI-compatible server.",
            hint="Check SOLO_LLM__SERVER__URL: it usually ends in /v1.",
        )

    def _unknown(self, offered: list[str]) -> NotFound:
        names = ", ".join(offered[:NAMES_SHOWN]) + (" …" if len(offered) > NAMES_SHOWN else "")
        return NotFound(
            f"The server at {self._url} does not know the model {self._model!r}.", hint=f"It has: {names}."
        )


_FAILURES = (
    openai.OpenAIError,
    httpx2.HTTPError,
    json.JSONDecodeError,
    UnicodeDecodeError,
    AttributeError,  # the SDK reads a list of models out of whatever JSON (or text) came
    TypeError,
)


def _reason(error: openai.APIError) -> str:
    return error.message.strip().rstrip(".")[:300]


def _why(finish: str) -> Any:
    return "length" if finish == "length" else "stop"


def _cost(chunk: ChatCompletionChunk, finish: str) -> Finished | None:
    usage = chunk.usage
    if usage is None:
        return None
    details = usage.prompt_tokens_details
    cached = (details.cached_tokens if details else 0) or 0
    return Finished(_why(finish), usage.prompt_tokens, cached, usage.completion_tokens)


def _check_address(url: str, offline: bool) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadSettings(
            f"{url!r} is not the address of a server.",
            hint="Set SOLO_LLM__SERVER__URL to something like http://127.0.0.1:8080/v1.",
        )
    if offline and not is_loopback(url):
        raise Forbidden(
            f"Solo is set to stay offline, and {url} is not on this machine.",
            hint="Set SOLO_OFFLINE=false, or use a server on 127.0.0.1.",
        )
