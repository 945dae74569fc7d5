"""What is offered: Solo's tools in MCP's shapes, and a few of its own. A rule file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar, cast

import mcp_types as types
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.api.pieces import AskStep
from app.events.tools import Tool, ToolServer
from app.kernel.errors import BadInput

M = TypeVar("M", bound=BaseModel)

ASK: Final = "ask_solo"
SAY: Final = "say_aloud"
CONFIRM: Final = "confirm"
OWN: Final = frozenset({ASK, SAY, CONFIRM})
"""Names that no tool of the toolbox can have here."""


class _Arguments(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AskArguments(_Arguments):
    """What a person would say."""

    text: str = Field(min_length=1, description="What is said to Solo, in plain words.")
    dialogue: str = Field(
        "", max_length=64, description="The conversation that it goes on with; empty: the latest."
    )


class SayArguments(_Arguments):
    """What is spoken."""

    text: str = Field(min_length=1, description="The text, as it is to be heard.")


class ConfirmArguments(_Arguments):
    """What the person said yes to."""

    ticket: str = Field(min_length=1, max_length=64, description="The ticket that came with the question.")


ASK_ANSWER: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "reply": {"type": "string"},
        "dialogue": {"type": "string", "description": "To go on with this conversation."},
        "finish": {"type": "string", "description": "stop, or length: it was cut off."},
    },
    "required": ["reply", "dialogue", "finish"],
}
_ASK: Final = types.Tool(
    name=ASK,
    title="Ask Solo",
    description="Say something to Solo, its owner's assistant, which remembers what was said before and has "
    "tools of its own, and get its reply.",
    input_schema=AskArguments.model_json_schema(),
    output_schema=ASK_ANSWER,
    annotations=types.ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=True),
)
_SAY: Final = types.Tool(
    name=SAY,
    title="Say aloud",
    description="Speak a text by Solo's voice on its loudspeaker, to whoever is in the room.",
    input_schema=SayArguments.model_json_schema(),
    annotations=types.ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False),
)
_CONFIRM: Final = types.Tool(
    name=CONFIRM,
    title="Confirm",
    description="Carry out what a tool asked back about, after the person said yes to it. Never without.",
    input_schema=ConfirmArguments.model_json_schema(),
    annotations=types.ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=True),
)


def offered(tools: Iterable[Tool], servers: Iterable[ToolServer], *, reexports: bool) -> dict[str, Tool]:
    """By name, without those that are of other MCP servers unless they are handed on."""
    others = frozenset[str]() if reexports else frozenset(server.name for server in servers)
    return {tool.name: tool for tool in tools if tool.source not in others and tool.name not in OWN}


def listed(tools: Iterable[Tool], *, speaks: bool, confirms: bool) -> list[types.Tool]:
    """As MCP lists them. confirms: the client cannot ask the person itself, so that its model does."""
    own = [_ASK, *([_SAY] if speaks else ())]
    shown = [shape for tool in tools if (shape := _shape(tool)) is not None]
    return [*own, *shown, *([_CONFIRM] if confirms and shown else ())]


def _shape(tool: Tool) -> types.Tool | None:
    """None: its schema is none."""
    try:
        schema: Any = json.loads(tool.parameters)
    except (ValueError, RecursionError):
        return None
    if not isinstance(schema, dict):
        return None
    return types.Tool(
        name=tool.name,
        description=tool.description,
        input_schema={**cast(dict[str, Any], schema), "type": "object"},
        annotations=types.ToolAnnotations(
            read_only_hint=tool.effects == "none",
            destructive_hint=tool.effects == "world",
            open_world_hint=tool.outside or tool.effects == "world",
        ),
    )


def read(kind: type[M], arguments: Mapping[str, Any] | None) -> M:
    """The arguments of one of the own tools. Raises BadInput, which never quotes what was given."""
    try:
        return kind.model_validate(dict(arguments or {}))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])[:64]
        why = first["msg"][0].lower() + first["msg"][1:]
        raise BadInput(f"The argument {name!r} is wrong: {why}.") from None


def step(piece: AskStep) -> str:
    """A tool that is used for a reply, as a line; empty where it did what it was asked for, or asks."""
    if not piece.done:
        return f"Solo uses {piece.tool}.\n"
    return "" if piece.ok or piece.asks else f"{piece.tool} did not work.\n"


def text(words: str, *, failed: bool = False) -> types.CallToolResult:
    """A result that is words."""
    return types.CallToolResult(content=[types.TextContent(type="text", text=words)], is_error=failed)
