"""What is answered when something fails: always the same JSON shape, never a traceback.

There are three shapes: Solo's own, OpenAI's for the paths that are OpenAI's, and JSON-RPC's where MCP is
spoken.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from app.api import rpc
from app.api.errors import WrongMethod, report
from app.api.openai import errors as openai
from app.kernel.errors import BadInput, NotFound, RateLimited, SoloError, TooLarge


class DoorRefusal(HTTPException):
    """Carries a SoloError through the framework's body reading, which lets only its own kind pass."""

    def __init__(self, error: SoloError) -> None:
        super().__init__(error.status, error.message)
        self.error = error


def response(error: SoloError, path: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The whole answer to a request for `path`: status, JSON, and `Retry-After` or `WWW-Authenticate`
    where they belong."""
    extra = dict(headers or {})
    if error.status == 401:
        extra["WWW-Authenticate"] = "Bearer"
    if error.status == 503:
        extra["Retry-After"] = "2"
    if isinstance(error, RateLimited) and error.after is not None:
        extra["Retry-After"] = str(max(1, math.ceil(error.after)))
    if path.startswith(openai.PREFIX):
        return JSONResponse(openai.body(error), openai.status(error), extra)
    if path.startswith(rpc.PATH):
        return JSONResponse(rpc.body(error), error.status, extra)
    return JSONResponse(report(error).model_dump(), error.status, extra)


def install(app: FastAPI) -> None:
    """Answer every failure of this application in that shape."""
    app.add_exception_handler(SoloError, _solo)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)


async def _solo(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, SoloError)  # noqa: S101  (registered for this kind)
    return response(error, request.url.path)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101  (registered for this kind)
    if isinstance(error, DoorRefusal):
        return response(error.error, request.url.path)
    return response(_named(request, error), request.url.path, error.headers)


def _named(request: Request, error: HTTPException) -> SoloError:
    path = request.url.path
    if error.status_code == 404:
        return NotFound(f"There is no page {path}.", hint="See /openapi.json for what there is.")
    if error.status_code == 405:
        allowed = (error.headers or {}).get("allow") or (error.headers or {}).get("Allow", "")
        return WrongMethod(
            f"{path} does not take {request.method}.", hint=f"It takes {allowed}." if allowed else ""
        )
    if error.status_code == 413:
        return TooLarge("The request is larger than the limit.")
    if request.headers.get("content-type", "").startswith("multipart/"):
        return BadInput(f"The form cannot be read: {error.detail.rstrip('.').lower()}.")
    return BadInput("The body is not JSON in UTF-8.")


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101  (registered for this kind)
    problem = error.errors()[0]
    wrong = openai.BadParameter(_sentence(problem), ".".join(str(part) for part in problem["loc"][1:]))
    return response(wrong, request.url.path)


def _sentence(problem: Mapping[str, Any]) -> str:
    """One sentence about the first thing that is wrong; never what was sent, which may be private."""
    kind, where = str(problem["type"]), [str(part) for part in problem["loc"]]
    if kind == "json_invalid":
        return f"The body is not JSON: it goes wrong at character {where[-1]}."
    if len(where) < 2:
        return "The body must be a JSON object." if kind != "missing" else "The request has no body."
    field = ".".join(where[1:])
    if kind == "missing":
        return f"The field {field!r} is missing."
    if kind == "extra_forbidden":
        return f"There is no field {field!r}."
    return f"The field {field!r} is wrong: {str(problem['msg']).removeprefix('Value error, ').lower()}."
