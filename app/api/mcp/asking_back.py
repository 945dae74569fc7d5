"""A call that the person has to say yes to: asked by the client where it can ask, else by its model.

MCP asks in two ways: since 2026-07-28 the result says what is wanted and the client calls again with the
answer; before, the server asked in the middle of a call, which takes a connection that stays.
"""

from __future__ import annotations

from typing import Any, Final

import anyio
import mcp_types as types
from mcp.server import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from app.api.mcp.offer import CONFIRM, text
from app.events.tools import ToolResultEvent

Context = ServerRequestContext[Any, Any]

KEY: Final = "confirmation"
NO_FIELDS: Final[dict[str, Any]] = {"type": "object", "properties": {}}
"""Yes or no is all; the client has buttons for that."""
REFUSED: Final = "Nothing was done: the person did not agree."


def can_ask(context: Context) -> bool:
    """Can the client ask the person?"""
    asks = context.session.client_capabilities
    if asks is None or asks.elicitation is None:
        return False
    if asks.elicitation.form is None and asks.elicitation.url is not None:
        return False
    return context.protocol_version in MODERN_PROTOCOL_VERSIONS or context.session.can_send_request


def answered(params: types.CallToolRequestParams) -> str | None:
    """The ticket of what the person said yes to; empty: nothing was asked yet; None: they did not agree."""
    if not params.request_state:
        return ""
    answer = (params.input_responses or {}).get(KEY)
    agreed = isinstance(answer, types.ElicitResult) and answer.action == "accept"
    return params.request_state if agreed else None


def wanted(result: ToolResultEvent) -> types.InputRequiredResult:
    """The answer to a call that the client has to ask about first."""
    asked = types.ElicitRequestFormParams(message=result.question, requested_schema=NO_FIELDS)
    return types.InputRequiredResult(
        input_requests={KEY: types.ElicitRequest(params=asked)}, request_state=result.ticket
    )


async def ask_now(context: Context, question: str, patience: float) -> bool:
    """Ask in the middle of the call; False, too, when no answer came in time."""
    with anyio.move_on_after(patience):
        try:
            answer = await context.session.elicit_form(question, NO_FIELDS, context.request_id)
        except (MCPError, ValidationError):
            return False
        return answer.action == "accept"
    return False


def hand_over(result: ToolResultEvent) -> types.CallToolResult:
    """The client cannot ask: its model is told what to do."""
    return text(
        f"{result.question} Nothing has been done yet. Ask the person. If they say yes, call the tool "
        f"{CONFIRM} with the ticket {result.ticket}",
        failed=True,
    )


def is_modern(context: Context) -> bool:
    """Does the client call again with the answer?"""
    return context.protocol_version in MODERN_PROTOCOL_VERSIONS
