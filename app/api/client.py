"""Talking to a Solo that runs already: what the CLI does instead of starting a second one."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal, Self, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from app.api.address import read_address, read_token
from app.api.conversations import DeleteReply, NameReply, SessionsReply
from app.api.errors import revive
from app.api.modelling import UsageReply
from app.api.pieces import AskDelta, AskStep
from app.api.schemas import (
    AskReply,
    DialoguesReply,
    ErrorReport,
    EventEnvelope,
    ForgetReply,
    LiveReport,
    SayReply,
    SearchReply,
    StatusReport,
    TalkKey,
    Transcript,
)
from app.api.timing import TimersReply
from app.api.tooling import ToolCallReply, ToolServersReply, ToolsReply
from app.config.settings import Settings
from app.events.llm import LLMResponseEvent, ModelAction, ModelManagedEvent, ModelsEvent, RoleChain
from app.kernel.errors import BadInput, Interrupted, NotFound, SoloError, TimedOut, Unavailable
from app.kernel.loopback import trusted

KNOCK_SECONDS: Final = 1.0
"""How long a running Solo may take to say that it lives."""

M = TypeVar("M", bound=BaseModel)


def running(settings: Settings) -> tuple[str, str] | None:
    """Address and token of the Solo that runs on this data folder; None, within a second, when none does."""
    address, token = read_address(settings.data_dir), read_token(settings.data_dir)
    if address is None or token is None:
        return None
    try:
        there = f"{address.url}/health/live"
        answer = httpx.get(there, timeout=KNOCK_SECONDS, trust_env=False, verify=trusted(address.url))
        alive = LiveReport.model_validate_json(answer.content)
    except (httpx.HTTPError, ValidationError):
        return None
    # Another program may have got the port since: the token is for our own process only.
    return (address.url, token) if alive.pid == address.pid else None


class SoloClient:
    """A client of one Solo; a context manager.

    Every method raises the error that the server named (the same class, message and hint), and
    Unavailable, TimedOut or Interrupted when there is no answer.  timeout: seconds for a whole answer.
    """

    def __init__(self, url: str, token: str, *, timeout: float = 300.0) -> None:
        self.url = url
        # Proxies of the environment are not asked: a token has no business there.
        self._http = httpx.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(timeout, connect=KNOCK_SECONDS * 3),
            trust_env=False,
            verify=trusted(url),
        )

    @classmethod
    def find(cls, settings: Settings) -> SoloClient | None:
        """A client of the Solo that runs on this data folder; None, within a second, when none does."""
        where = running(settings)
        return cls(*where, timeout=settings.api.timeout_seconds + 5) if where else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up; idempotent."""
        self._http.close()

    # -- talking -------------------------------------------------------------------------------

    def ask(self, text: str, *, dialogue: str | None = None) -> AskReply:
        """The whole answer."""
        return self._post("/api/v1/ask", AskReply, {"text": text, "dialogue": dialogue})

    def ask_stream(
        self,
        text: str,
        *,
        dialogue: str | None = None,
        recall: bool = True,
        options: dict[str, Any] | None = None,
    ) -> Iterator[str | AskStep | AskReply]:
        """The answer as it is written: pieces of text and calls of tools, then the whole. Closing the
        iterator cancels the turn. options: as AskOptions says."""
        body: dict[str, Any] = {"text": text, "dialogue": dialogue, "stream": True, "recall": recall}
        if options:
            body["options"] = options
        with self._open("POST", "/api/v1/ask", json=body) as answer:
            for name, data in _server_sent(answer):
                if name == "delta":
                    yield AskDelta.model_validate_json(data).text
                elif name == "step":
                    yield AskStep.model_validate_json(data)
                elif name == "reply":
                    yield AskReply.model_validate_json(data)
                    return
        raise Interrupted("Solo's answer broke off.")

    def say(self, text: str, *, voice: str | None = None) -> bytes:
        """The text as speech: a whole WAV (16 bit, mono)."""
        from app.media.wav import parse_wav  # numpy, which most commands need not load
        from app.media.wavwriter import format_wav

        with self._open("POST", "/api/v1/say", json={"text": text, "voice": voice}) as answer:
            streamed = parse_wav(answer.read(), "Solo's speech")
        return format_wav(streamed.samples, streamed.rate)

    def play(self, text: str, *, voice: str | None = None) -> SayReply:
        """Say it on Solo's loudspeaker."""
        return self._post("/api/v1/say", SayReply, {"text": text, "voice": voice, "play": True})

    def transcribe(self, wav: bytes | Path, *, language: str | None = None) -> Transcript:
        """What is said in a WAV."""
        query = {"language": language} if language else {}
        with self._open(
            "POST",
            "/api/v1/transcribe",
            params=query,
            content=_recording(wav),
            headers={"Content-Type": "audio/wav"},
        ) as answer:
            return Transcript.model_validate_json(answer.read())

    def ptt(self, action: Literal["start", "stop"]) -> TalkKey:
        """Press the talk key, or let it go."""
        return self._post(f"/api/v1/ptt/{action}", TalkKey)

    def stop(self) -> None:
        """Make it be silent."""
        with self._open("POST", "/api/v1/stop") as answer:
            answer.read()

    # -- looking -------------------------------------------------------------------------------

    def status(self) -> StatusReport:
        """How it is."""
        return self._get("/status", StatusReport)

    def events(self, types: Sequence[str] = ()) -> Iterator[EventEnvelope]:
        """What happens from now on, until the iterator is closed or Solo stops."""
        with self._open("GET", "/api/v1/events", params={"type": list(types)}) as answer:
            for _, data in _server_sent(answer):
                yield EventEnvelope.model_validate_json(data)

    def memory_search(self, query: str, *, limit: int = 12) -> SearchReply:
        """The memories that bear on this, best first."""
        return self._post("/api/v1/memory/search", SearchReply, {"query": query, "limit": limit})

    def memory_forget(self, ids: Sequence[str]) -> int:
        """Forget these; how many there were."""
        return self._post("/api/v1/memory/forget", ForgetReply, {"ids": list(ids)}).forgotten

    def dialogues(self, limit: int = 20) -> DialoguesReply:
        """The latest messages, oldest first."""
        return self._get("/api/v1/dialogues", DialoguesReply, {"limit": limit})

    # -- dialogues as wholes -------------------------------------------------------------------

    def messages(self, dialogue: str, limit: int = 20) -> DialoguesReply:
        """The latest messages of one dialogue, oldest first."""
        return self._get(f"/api/v1/dialogues/{quote(dialogue, safe='')}", DialoguesReply, {"limit": limit})

    def messages_with(self, words: str, limit: int = 20) -> DialoguesReply:
        """The latest messages that hold all of these words, oldest first."""
        return self._post("/api/v1/dialogues/search", DialoguesReply, {"words": words, "limit": limit})

    def sessions(self, limit: int = 20) -> SessionsReply:
        """The dialogues in which something was said last, the latest first."""
        return self._get("/api/v1/dialogues/list", SessionsReply, {"limit": limit})

    def name_session(self, dialogue: str, name: str) -> NameReply:
        """Call a dialogue so."""
        return self._post(f"/api/v1/dialogues/{quote(dialogue, safe='')}/name", NameReply, {"name": name})

    def delete_session(self, dialogue: str) -> DeleteReply:
        """Take a dialogue away for good."""
        with self._open("DELETE", f"/api/v1/dialogues/{quote(dialogue, safe='')}") as answer:
            return DeleteReply.model_validate_json(answer.read())

    # -- models --------------------------------------------------------------------------------

    def models(self) -> ModelsEvent:
        """What can be asked, and who answers for each role."""
        return self._get("/api/v1/models", ModelsEvent)

    def choose_model(self, role: str, model: str) -> RoleChain:
        """From now on this one answers for the role; empty: as the settings say."""
        return self._post("/api/v1/models/choose", RoleChain, {"role": role, "model": model})

    def manage_model(self, action: ModelAction, model: str) -> ModelManagedEvent:
        """Have it loaded, unloaded or read anew; empty: the one that answers people."""
        return self._post(f"/api/v1/models/{action}", ModelManagedEvent, {"model": model})

    def generate(self, body: dict[str, Any]) -> Iterator[str | LLMResponseEvent]:
        """A model alone, as GenerateBody says: pieces of text, then the whole. Closing the iterator
        cancels it."""
        with self._open("POST", "/api/v1/generate", json={**body, "stream": True}) as answer:
            for name, data in _server_sent(answer):
                if name == "delta":
                    yield AskDelta.model_validate_json(data).text
                elif name == "done":
                    yield LLMResponseEvent.model_validate_json(data)
                    return
        raise Interrupted("Solo's answer broke off.")

    # -- usage ---------------------------------------------------------------------------------

    def usage(self, days: int) -> UsageReply:
        """What the answers of the last days cost."""
        return self._get(f"/api/v1/usage?days={days}", UsageReply)

    # -- timers --------------------------------------------------------------------------------

    def timers(self) -> TimersReply:
        """What is set, the next one first."""
        return self._get("/api/v1/timers", TimersReply)

    def set_timer(self, body: dict[str, Any]) -> TimersReply:
        """Set one, as TimerBody says."""
        return self._post("/api/v1/timers", TimersReply, body)

    def cancel_timer(self, key: str) -> TimersReply:
        """Take it away; what it was."""
        with self._open("DELETE", f"/api/v1/timers/{key}") as answer:
            return TimersReply.model_validate_json(answer.read())

    # -- tools ---------------------------------------------------------------------------------

    def tools(self, query: str = "", limit: int = 8) -> ToolsReply:
        """What may be called; of it, with words, what bears on them."""
        if not query:
            return self._get("/api/v1/tools", ToolsReply)
        return self._post("/api/v1/tools", ToolsReply, {"query": query, "limit": limit})

    def tool_servers(self) -> ToolServersReply:
        """The MCP servers that bring tools."""
        return self._get("/api/v1/tools/servers", ToolServersReply)

    def call_tool(self, name: str, arguments: dict[str, Any], ticket: str = "") -> ToolCallReply:
        """Call one; with a ticket, the call that was asked back about."""
        body = {"arguments": arguments, "ticket": ticket}
        return self._post(f"/api/v1/tools/{quote(name, safe='')}", ToolCallReply, body)

    # -- the road ------------------------------------------------------------------------------

    def _get(self, path: str, kind: type[M], params: dict[str, Any] | None = None) -> M:
        with self._open("GET", path, params=params) as answer:
            return kind.model_validate_json(answer.read())

    def _post(self, path: str, kind: type[M], body: dict[str, Any] | None = None) -> M:
        extra: dict[str, Any] = {} if body is None else {"json": body}
        with self._open("POST", path, **extra) as answer:
            return kind.model_validate_json(answer.read())

    @contextmanager
    def _open(self, method: str, path: str, **request: Any) -> Generator[httpx.Response]:
        try:
            with self._http.stream(method, path, **request) as answer:
                if answer.is_error:
                    raise named(answer.read(), answer.status_code)
                yield answer
        except httpx.TimeoutException as error:
            raise TimedOut(f"Solo at {self.url} did not answer in time.") from error
        except (httpx.ReadError, httpx.RemoteProtocolError) as error:
            raise Interrupted("Solo's answer broke off.", hint="See: solo doctor") from error
        except httpx.HTTPError as error:
            raise Unavailable(f"Solo at {self.url} cannot be reached.", hint="Start it: solo run") from error
        except ValidationError as error:
            raise Interrupted(f"What answers at {self.url} is not this version of Solo.") from error


def named(body: bytes, status: int) -> SoloError:
    """The error that a server's answer names."""
    try:
        error = ErrorReport.model_validate_json(body).error
    except ValidationError:
        return SoloError(f"Solo answered with status {status}.")
    return revive(error.code, error.message, error.hint)


def _server_sent(answer: httpx.Response) -> Iterator[tuple[str, str]]:
    """(name, data) of each server-sent event; one called `error` is raised."""
    name = ""
    for line in answer.iter_lines():
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            if name == "error":
                raise named(value.encode(), answer.status_code)
            yield name, value


def _recording(wav: bytes | Path) -> bytes:
    if isinstance(wav, bytes):
        return wav
    try:
        return wav.read_bytes()
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {wav}.") from error
    except OSError as error:
        raise BadInput(f"{wav} cannot be read: {error.strerror}.") from error
