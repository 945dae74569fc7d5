"""Failures in OpenAI's shape: {"error": {"message", "type", "param", "code"}}.

Its clients choose by the status: they try again at 408, 409, 429 and from 500 on, so what no second try
can help is a 400 here.
"""

from __future__ import annotations

from typing import Any, Final

from app.api.errors import report
from app.kernel.errors import BadInput, Kind, NotFound, SoloError

PREFIX: Final = "/v1/"
"""Where OpenAI's paths begin; every failure below has this shape."""
OPENAI_STATUS: Final = {422: 400, 501: 400, 507: 500}
CODES: Final = {"unauthorized": "invalid_api_key", "rate_limited": "rate_limit_exceeded"}


class BadParameter(BadInput):
    """A parameter cannot be used as it is. param: which one."""

    def __init__(self, message: str, param: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.param = param


class NoSuchModel(NotFound):
    """There is no model of that name."""

    code = "model_not_found"


def status(error: SoloError) -> int:
    """The HTTP status."""
    return OPENAI_STATUS.get(error.status, error.status)


def body(error: SoloError) -> dict[str, Any]:
    """What a client is told; of a mistake of Solo's, which goes to the log, only its type."""
    told = report(error).error
    fields = {
        "message": f"{told.message} {told.hint}".strip(),
        "type": _type(error),
        "param": getattr(error, "param", None) or ("model" if isinstance(error, NoSuchModel) else None),
        "code": CODES.get(told.code, told.code),
    }
    return {"error": fields}


def _type(error: SoloError) -> str:
    known = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
    usual = "invalid_request_error" if status(error) < 500 and error.kind is not Kind.BUG else "server_error"
    return known.get(status(error), usual)
