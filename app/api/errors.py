"""Failures as JSON, {"error": {"code", "message", "hint"}}, and back again.

The kinds that only exist at a door over HTTP stand here; the rest is app/kernel/errors.py.  Clients
import this file too, so it knows nothing of the web framework.
"""

from __future__ import annotations

from collections.abc import Iterator

import structlog

from app.api.board import without_words
from app.api.schemas import ErrorBody, ErrorReport
from app.kernel.errors import BadInput, Forbidden, Kind, SoloError, TimedOut, UserError

log = structlog.get_logger("solo.api")


class Unauthorized(Forbidden):
    """The token is missing or wrong."""

    code = "unauthorized"
    status = 401


class WrongMediaType(BadInput):
    """The body is of a kind that is not taken here."""

    code = "unsupported_media_type"
    status = 415


class WrongMethod(UserError):
    """That cannot be done with this page."""

    code = "method_not_allowed"
    status = 405


class SlowRequest(TimedOut):
    """The request took too long to arrive."""

    code = "slow_request"
    status = 408


def report(error: SoloError) -> ErrorReport:
    """What a client sees of it; of a mistake of Solo's, which goes to the log, only its type."""
    if error.kind is Kind.BUG:
        log.error("request_failed", code=error.code, exc_info=error.__cause__ or error)
    message = without_words(error.message)
    return ErrorReport(error=ErrorBody(code=error.code, message=message, hint=error.hint))


def revive(code: str, message: str, hint: str) -> SoloError:
    """The error that a server meant, for its client; an unknown code is a plain SoloError."""
    kinds = {kind.code: kind for kind in reversed(list(_kinds(SoloError)))}
    return kinds.get(code, SoloError)(message, hint=hint)


def _kinds(kind: type[SoloError]) -> Iterator[type[SoloError]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _kinds(narrower)
