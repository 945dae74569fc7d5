"""The door: what every request has to pass before a route sees it.

Any web page that the owner opens can send requests to a loopback port, so being local proves
nothing.  In this order: the name by which Solo is called (against DNS rebinding), the page that
calls (against other sites), the kind of body (forms need no leave from the browser, JSON does), the
token, the size and the time of the body.  Plain ASGI, so that WebSockets pass the same way.
"""

from __future__ import annotations

from typing import Final

import anyio
import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.errors import SlowRequest, Unauthorized, WrongMediaType
from app.api.handlers import DoorRefusal, response
from app.api.rpc import PATH as MCP
from app.api.sockets import same
from app.config.api import ApiSettings
from app.kernel.errors import BadInput, Forbidden, SoloError, TooLarge, Unavailable, explain

log = structlog.get_logger("solo.api")

PROTECTED: Final = ("/api/", "/v1/", MCP)
"""What shows or changes a conversation lies below these and needs the token; what lies elsewhere
shows counts, times and ids."""
RECORDINGS: Final = "/api/v1/transcribe"
UPLOADS: Final = "/v1/audio/transcriptions"
"""The paths that take something else than JSON: the first a WAV, the second a form with a file in it."""
PROMPTS: Final = ("/v1/", "/api/v1/generate")
"""What is written below these goes to a model as it is, and may be long."""
WAV_TYPES: Final = frozenset({"audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"})
ESCAPED: Final = 12
"""Bytes in which JSON may write one character."""
AROUND: Final = 4096
"""Bytes of what stands around the text."""
HOW_TO_ENTER: Final = "Send Authorization: Bearer and what stands in run/token of the data folder."
MCP_HEADERS: Final = b"mcp-protocol-version, mcp-method, mcp-name"
"""What MCP's clients say beside the body."""
SAFE_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def check_host(headers: Headers, allowed: tuple[str, ...]) -> None:
    """Raise Forbidden unless Solo is called by a name of its own."""
    names = headers.getlist("host")
    if len(names) == 1 and _host_name(names[0]) in {name.lower() for name in allowed}:
        return
    raise Forbidden(
        "Solo is not known by the name that it was called by.",
        hint="Names that it may be called by: SOLO_API__ALLOWED_HOSTS.",
    )


def check_origin(headers: Headers, allowed: tuple[str, ...]) -> None:
    """Raise Forbidden when a web page of another origin is behind the request."""
    origin = headers.get("origin")
    if origin is None:
        # Browsers leave Origin out of simple GETs, but say where they come from all the same.
        strange = (
            headers.get("sec-fetch-site") == "cross-site" and headers.get("sec-fetch-mode") != "navigate"
        )
    else:
        strange = origin not in allowed and origin.lower() != f"http://{headers.get('host', '')}".lower()
    if strange:
        raise Forbidden(
            "Web pages of other origins may not call Solo.",
            hint="Allow one with SOLO_API__ALLOWED_ORIGINS.",
        )


def check_media_type(path: str, method: str, headers: Headers) -> None:
    """Raise WrongMediaType unless the body, if there is one, is JSON, or a WAV or form where one belongs."""
    has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
    if method in ("GET", "HEAD", "OPTIONS") or not has_body:
        return
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if path == RECORDINGS:
        if kind not in WAV_TYPES:
            raise WrongMediaType("A recording must be sent as audio/wav.", hint="Content-Type: audio/wav")
    elif path == UPLOADS:
        if kind != "multipart/form-data":
            raise WrongMediaType("A file must be sent as a form.", hint="Content-Type: multipart/form-data")
    elif kind != "application/json":
        raise WrongMediaType("The body must be sent as JSON.", hint="Content-Type: application/json")


def check_token(path: str, headers: Headers, token: str) -> None:
    """Raise Unauthorized unless the path is open to all or the token is right."""
    if not path.startswith(PROTECTED):
        return
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if not given:
        raise Unauthorized("This needs Solo's token.", hint=HOW_TO_ENTER)
    if scheme.lower() != "bearer" or not same(token, given.strip()):
        raise Unauthorized("That is not Solo's token.", hint=HOW_TO_ENTER)


def body_limit(path: str, settings: ApiSettings) -> int:
    """Bytes that the body may have."""
    if path == RECORDINGS:
        return settings.max_body_bytes
    if path == UPLOADS:
        return settings.max_body_bytes + AROUND
    chars = settings.max_prompt_chars if path.startswith(PROMPTS) else settings.max_text_chars
    return min(settings.max_body_bytes, ESCAPED * chars + AROUND)


def _host_name(host: str) -> str:
    host = host.strip().lower()
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].rstrip(".")


class Door:
    """The middleware; see the module. token: what opens the protected paths."""

    def __init__(self, app: ASGIApp, settings: ApiSettings, token: str) -> None:
        self._app = app
        self._settings = settings
        self._token = token
        self._inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        # The token of a WebSocket is the route's business: browsers cannot set its header.
        headers = Headers(scope=scope)
        self._inside += 1
        try:
            check_host(headers, self._settings.allowed_hosts)
            check_origin(headers, self._settings.allowed_origins)
            self._check_room()
            await self._app(scope, receive, send)
        except SoloError as refusal:
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": refusal.message})
        except Exception as error:  # the seam: the edge of the process
            log.error("socket_failed", path=scope["path"], exc_info=error)
        finally:
            self._inside -= 1

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = _Answer(send, self._cross_origin(Headers(scope=scope)))
        self._inside += 1
        try:
            self._check(scope)
            if scope["method"] == "OPTIONS" and answer.origin:
                await answer.preflight()
                return
            bounded = _Body(receive, body_limit(scope["path"], self._settings), self._settings.body_seconds)
            await self._app(scope, bounded.receive, answer.send)
        except Exception as error:  # noqa: BLE001  (the seam: the edge of the process)
            await self._refuse(scope, receive, answer, explain(error))
        finally:
            self._inside -= 1

    def _check(self, scope: Scope) -> None:
        settings, headers, path = self._settings, Headers(scope=scope), scope["path"]
        check_host(headers, settings.allowed_hosts)
        check_origin(headers, settings.allowed_origins)
        if scope["method"] == "OPTIONS" and self._cross_origin(headers):
            return
        check_token(path, headers, self._token)
        check_media_type(path, scope["method"], headers)
        check_length(headers, body_limit(path, settings))
        self._check_room()

    def _check_room(self) -> None:
        most = self._settings.max_requests
        if self._inside > most:
            raise Unavailable(f"Solo is answering {most} requests already.")

    def _cross_origin(self, headers: Headers) -> str:
        origin = headers.get("origin", "")
        return origin if origin and origin in self._settings.allowed_origins else ""

    async def _refuse(self, scope: Scope, receive: Receive, answer: _Answer, error: SoloError) -> None:
        if answer.started:
            # Nothing can be said any more; the server breaks off what is incomplete.
            log.error("answer_broke_off", path=scope["path"], exc_info=error.__cause__ or error)
            return
        await response(error, scope["path"])(scope, receive, answer.send)


def check_length(headers: Headers, limit: int) -> None:
    """Raise TooLarge for a body that says that it is larger than the limit."""
    length = headers.get("content-length", "0")
    if not length.isdecimal():
        raise BadInput("The Content-Length is not a number.")
    if int(length) > limit:
        raise _too_large(limit)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        f"The request is larger than {limit} bytes.",
        hint="The limits are SOLO_API__MAX_BODY_BYTES, …__MAX_TEXT_CHARS and …__MAX_PROMPT_CHARS.",
    )


class _Body:
    """Counts a body that comes in pieces, and how long it takes."""

    def __init__(self, receive: Receive, limit: int, seconds: float) -> None:
        self._receive = receive
        self._limit = limit
        self._seconds = seconds
        self._seen = 0
        self._complete = False

    async def receive(self) -> Message:
        if self._complete:
            return await self._receive()
        try:
            with anyio.fail_after(self._seconds):
                message = await self._receive()
        except TimeoutError:
            slow = SlowRequest(f"The body took longer than {self._seconds:g} s to arrive.")
            raise DoorRefusal(slow) from None
        self._seen += len(message.get("body", b""))
        if self._seen > self._limit:
            raise DoorRefusal(_too_large(self._limit))
        self._complete = not message.get("more_body", False)
        return message


class _Answer:
    """Adds the headers that keep browsers careful. origin: the foreign page that may read it, if any."""

    def __init__(self, send: Send, origin: str) -> None:
        self.started = False
        self.origin = origin
        self._send = send

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            for name, value in SAFE_HEADERS.items():
                headers.setdefault(name, value)
            if self.origin:
                headers["Access-Control-Allow-Origin"] = self.origin
                headers["Cross-Origin-Resource-Policy"] = "cross-origin"
                headers["Vary"] = "Origin"
        await self._send(message)

    async def preflight(self) -> None:
        """Tell a browser that this origin may ask."""
        headers = [
            (b"access-control-allow-methods", b"GET, POST"),
            (b"access-control-allow-headers", b"authorization, content-type, " + MCP_HEADERS),
            (b"access-control-max-age", b"600"),
        ]
        await self.send({"type": "http.response.start", "status": 204, "headers": headers})
        await self.send({"type": "http.response.body", "body": b""})
