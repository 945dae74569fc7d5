"""What all engines have in common that ask somebody else: address, key, connection, the order of an answer.

An engine's file says how its provider's library is called and what its failures mean; here is what
must hold for each: no key goes where it should not, nothing is asked twice, closing the generator
closes the connection, and a hostile server costs bounded memory.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

import httpx2

from app.kernel.blocking import Pool
from app.kernel.errors import BadSettings, Forbidden, MissingExtra, SoloError, Unavailable, Unsupported
from app.kernel.loopback import is_loopback, trusted
from app.llm import wire
from app.llm.failures import Failures
from app.llm.port import Finished, Generation, LlmCapabilities, Piece, Step
from app.llm.rows import Rows
from app.llm.spec import EngineSpec

T = TypeVar("T")

CONCURRENT = 8
"""Requests that Solo sends side by side; how they are run is the provider's own affair."""
CONNECT_SECONDS = 5.0
LONGEST_PART = 2 * 1024 * 1024
LONGEST_BODY = 64 * 1024 * 1024
"""Bytes: no event and no list of models is longer; no answer of the longest is."""
CHARACTERS_PER_TOKEN = 64
SLACK = 4096
"""More characters than that for each token that was asked for are not an answer."""
BROKEN = (
    httpx2.HTTPError,
    httpx2.StreamError,
    httpx2.InvalidURL,
    ValueError,  # no JSON, no UTF-8, not of the right shape
    AttributeError,  # the libraries read what they expect out of whatever JSON (or text) came
    TypeError,
    KeyError,
    IndexError,
)


@dataclass(slots=True)
class Answer:
    """What is known of an answer while it comes. begun: something was understood of it; finish: why it
    ended, None while it has not."""

    begun: bool = False
    finish: Literal["stop", "length", "tool_calls"] | None = None
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    kept_tokens: int = 0
    calls: wire.Calls = field(default_factory=wire.Calls)

    def end(self) -> Finished:
        """As the port wants it."""
        calls = self.calls.all()
        finish = "tool_calls" if calls and self.finish == "stop" else self.finish or "stop"
        read = self.prompt_tokens, self.cached_tokens
        return Finished(finish, *read, self.completion_tokens, calls, self.kept_tokens)


@dataclass(frozen=True, slots=True)
class VectorWish:
    """Which vectors are wanted. dimensions: their length, 0: the model's own; task: what the texts are, as
    the provider calls it; packed: their numbers may come in base64."""

    dimensions: int = 0
    task: str = ""
    packed: bool = False


class RemoteModel(ABC):
    """See the module and `LanguageModel`. Engines of third parties may build on it, too.

    extra: what the README calls its library; client: what `connect` made; model, url, key: as they are
    set; facts: the model's entry; failures: the sentences for what goes wrong.
    """

    name: str
    extra: str = ""

    def __init__(self, spec: EngineSpec) -> None:
        self.spec = spec
        self.remote = spec.answering
        self.facts = self.remote.facts
        self.url = spec.server.url.rstrip("/")
        self.key = spec.server.api_key.get_secret_value()
        self.model = spec.model
        self.client: Any = None
        self.longest_part = LONGEST_PART

    @property
    def capabilities(self) -> LlmCapabilities:
        can = self.facts.can
        return LlmCapabilities(
            self.model,
            self.spec.context,
            CONCURRENT,
            local=False,
            counts_tokens=False,
            tools="tools" in can,
            schema="schema" in can,
            grammar="grammar" in can,
            logprobs="logprobs" in can,
            json="json" in can,
        )

    async def load(self) -> None:
        """Connect; look whether the key is good and the model is there."""
        await self.open()
        await self.asked(self.look)

    async def open(self) -> None:
        """Connect, without asking anything. Raises BadSettings, Forbidden, MissingExtra."""
        check_address(self.url, self.spec.offline, self.remote.section)
        if self.remote.paid and not self.key:
            raise self.failures.no_key()
        self.client = await Pool(1).run(self.connect)  # importing a library takes its time

    async def asked(self, question: Callable[[], Awaitable[T]]) -> T:
        """What is answered in one piece; failures of the library are sentences then."""
        if self.client is None:
            raise Unavailable(f"{self.remote.who} is not connected.")
        try:
            return await question()
        except self._known() as error:
            raise self._explained(error) from error

    async def generate(self, request: Generation) -> AsyncGenerator[Step, None]:
        if self.client is None:
            raise Unavailable("The language model is not loaded.")
        self._refuse(request)
        answer, room = Answer(), SLACK + CHARACTERS_PER_TOKEN * request.max_tokens
        try:
            async with aclosing(self.pieces(request, answer)) as pieces:
                async for piece in pieces:
                    room -= len(piece.text)
                    if room < 0:
                        raise self.failures.broke_off("it wrote far more than it was asked for")
                    yield piece
        except self._known() as error:
            raise self._explained(error, begun=answer.begun) from error
        if answer.finish is None:
            raise self.failures.broke_off() if answer.begun else self.failures.not_such()
        yield answer.end()

    async def vectors(self, texts: Sequence[str], wish: VectorWish) -> Rows:
        """What the model makes of texts, and how many tokens they had. Raises Unsupported, and within
        `asked` what is asked raises."""
        raise Unsupported(f"{self.remote.who} makes no vectors of texts.")

    async def count(self, texts: tuple[str, ...]) -> tuple[int, ...]:
        raise Unsupported(f"{self.remote.who} cannot count tokens.")

    async def close(self) -> None:
        client, self.client = self.client, None
        if client is not None:
            await self.disconnect(client)

    # -- what an engine's file says --------------------------------------------------------------

    @abstractmethod
    def connect(self) -> Any:
        """A client of the provider's library, in a thread. Raises MissingExtra."""

    @abstractmethod
    async def look(self) -> None:
        """Ask whether the model is there; `auto` becomes the name of one."""

    @abstractmethod
    def pieces(self, request: Generation, answer: Answer) -> AsyncGenerator[Piece, None]:
        """Ask, and yield the text as it comes; the rest is written into `answer`."""

    @abstractmethod
    def failure(self, error: Exception, *, begun: bool) -> SoloError | None:
        """What an error of the library means; None: see `_explained`."""

    @abstractmethod
    async def disconnect(self, client: Any) -> None:
        """Close the client."""

    def errors(self) -> tuple[type[Exception], ...]:
        """Those of the library."""
        return ()

    # -- what they share -------------------------------------------------------------------------

    @property
    def failures(self) -> Failures:
        remote, server = self.remote, self.spec.server
        return Failures(
            who=remote.who,
            model=self.model,
            seconds=server.timeout_seconds,
            section=remote.section,
            variable=remote.variable,
            known=remote.known,
            secret=self.key,
        )

    def _known(self) -> tuple[type[Exception], ...]:
        return (*self.errors(), *BROKEN)

    def _explained(self, error: Exception, *, begun: bool = False) -> SoloError:
        failure = self.failure(error, begun=begun)
        if failure is not None:
            return failure
        failures, root = self.failures, root_of(error)
        if isinstance(root, httpx2.TimeoutException) and not isinstance(root, httpx2.ConnectTimeout):
            return failures.silent()
        if begun:
            return failures.broke_off()
        if isinstance(root, httpx2.ReadError | httpx2.WriteError | httpx2.RemoteProtocolError):
            return failures.hung_up()
        if isinstance(root, httpx2.TransportError) and not isinstance(root, TooMuch):
            return failures.nobody()
        return failures.not_such()

    async def or_again(self, start: Callable[[], Awaitable[T]]) -> T:
        """A server may close an idle connection just as it is used again: ask once more, but not where
        it might be charged for twice."""
        try:
            return await start()
        except self._known() as error:
            hung_up = isinstance(root_of(error), httpx2.NetworkError | httpx2.RemoteProtocolError)
            if self.remote.paid or not hung_up or isinstance(root_of(error), httpx2.ConnectError):
                raise
            return await start()

    def _refuse(self, request: Generation) -> None:
        """Raise Unsupported for what the model cannot do; wishes of sampling are left out instead."""
        can = self.facts.can
        if request.tools and "tools" not in can:
            raise self.failures.cannot("calls of tools")
        if request.shape is not None and request.shape.kind not in can:
            raise self.failures.cannot(f"an answer by {request.shape.kind}")
        if request.logprobs is not None and "logprobs" not in can:
            raise self.failures.cannot("probabilities of tokens")

    def sent_along(self) -> dict[str, Any]:
        """What the model's entry wants in every request."""
        found: dict[str, Any] = json.loads(self.facts.send)
        return found

    def longest(self, request: Generation) -> int:
        return min(request.max_tokens, self.facts.output or request.max_tokens)

    def library(self, module: str, package: str) -> Any:
        try:
            return import_module(module)
        except ModuleNotFoundError as error:
            raise MissingExtra(
                f"{self.remote.who} needs the package {package}, which is not installed.",
                hint=f"Get it with: ./scripts/setup_dev.sh --extra {self.extra}",
            ) from error

    def http(self) -> httpx2.AsyncClient:
        """Connections of our own: bounded, without redirects that would carry a key elsewhere, and
        without the environment's proxies for addresses of this machine."""
        timeout = httpx2.Timeout(self.spec.server.timeout_seconds, connect=CONNECT_SECONDS)

        async def patient(request: httpx2.Request) -> None:
            request.extensions["timeout"] = timeout.as_dict()  # whatever the library has put there
            request.headers["accept-encoding"] = "identity"

        async def bounded(response: httpx2.Response) -> None:
            if response.headers.get("content-encoding", "identity") != "identity":
                raise TooMuch("a compressed answer, which was not asked for", request=response.request)
            if isinstance(response.stream, httpx2.AsyncByteStream):
                response.stream = _Bounded(response.stream, self.longest_part)

        return httpx2.AsyncClient(
            timeout=timeout,
            trust_env=not is_loopback(self.url),
            verify=trusted(self.url),
            follow_redirects=False,
            event_hooks={"request": [patient], "response": [bounded]},
        )


def root_of(error: BaseException) -> BaseException:
    """What the connection said, where a library has wrapped it."""
    return error.__cause__ if isinstance(error.__cause__, httpx2.TransportError) else error


class TooMuch(httpx2.TransportError):
    """More came than any honest server sends."""


class _Bounded(httpx2.AsyncByteStream):
    """A body whose parts (events, between empty lines) have an end, and which has one itself."""

    def __init__(self, inner: httpx2.AsyncByteStream, longest_part: int) -> None:
        self._inner = inner
        self._longest_part = longest_part

    async def __aiter__(self) -> AsyncIterator[bytes]:
        total = part = 0
        tail = b""
        async for piece in self._inner:
            seen = tail + piece
            end = max(seen.rfind(b"\n\n"), seen.rfind(b"\n\r\n"))
            part = part + len(piece) if end < 0 else len(seen) - end
            total += len(piece)
            if part > self._longest_part or total > LONGEST_BODY:
                raise TooMuch("an answer without an end")
            tail = seen[-2:]
            yield piece

    async def aclose(self) -> None:
        await self._inner.aclose()


def check_address(url: str, offline: bool, section: str) -> None:
    """Raises BadSettings where it is none, Forbidden where it is elsewhere and Solo is to stay offline."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        where = f"Set {section}__URL to something like" if section else "Set it to something like"
        raise BadSettings(
            f"{url!r} is not the address of a server.", hint=f"{where} http://127.0.0.1:8080/v1."
        )
    if offline and not is_loopback(url):
        raise Forbidden(
            f"Solo is set to stay offline, and {url} is not on this machine.",
            hint="Set SOLO_OFFLINE=false, or use a server on 127.0.0.1.",
        )
