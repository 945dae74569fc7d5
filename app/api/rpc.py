"""A failure in the shape of JSON-RPC, which MCP speaks. A rule file; it knows nothing of MCP's library."""

from __future__ import annotations

from typing import Any, Final

from app.api.errors import report
from app.kernel.errors import BadInput, Kind, NotFound, SoloError

PATH: Final = "/mcp"
"""Where MCP is spoken."""
WRONG_REQUEST: Final = -32600
WRONG_PARAMETERS: Final = -32602
FAILED: Final = -32603


def code(error: SoloError) -> int:
    """JSON-RPC's number for it."""
    if isinstance(error, BadInput | NotFound):
        return WRONG_PARAMETERS
    return WRONG_REQUEST if error.kind is Kind.USER else FAILED


def told(error: SoloError) -> tuple[int, str, dict[str, str]]:
    """Number, sentence with the way out, and Solo's own name for it; of a mistake of Solo's only its type."""
    body = report(error).error
    return code(error), f"{body.message} {body.hint}".strip(), {"code": body.code}


def body(error: SoloError) -> dict[str, Any]:
    """The whole answer to a request that did not get as far as MCP."""
    number, message, data = told(error)
    failure = {"code": number, "message": message, "data": data}
    return {"jsonrpc": "2.0", "id": None, "error": failure}
