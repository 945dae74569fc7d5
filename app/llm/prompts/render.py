"""A conversation as the text that a model continues: the template of its own file, in a sandbox, else one of
the library; roles that it lacks are folded in.

Whatever a file brings, something comes out: a template that is missing, broken or hostile is replaced.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import structlog

from app.events.llm import ChatMessage, ToolSpec
from app.kernel.errors import BrokenFile, SoloError, TooLarge
from app.llm.marks import END_MARKS, THOUGHTS
from app.llm.prompts.abilities import abilities
from app.llm.prompts.folding import Abilities, fold
from app.llm.prompts.header import MARKS, PromptHeader
from app.llm.prompts.library import choose
from app.llm.prompts.sandbox import compiled

log = structlog.get_logger("solo.llm")

MOST_MESSAGES: Final = 4000
MOST_CHARACTERS: Final = 2 << 20
_FOLDER: Final = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Template:
    """What a model is talked to with. origin: `own`, or the name in the library; why: what was wrong with
    its own, empty where nothing was."""

    source: str
    origin: str
    able: Abilities
    why: str = ""

    @property
    def stand_in(self) -> str | None:
        """What an engine that renders by itself must take instead of the model's own, because it has none,
        or one that cannot be trusted."""
        return None if self.origin == "own" else self.source

    @property
    def marked(self) -> bool:
        """Signs of its own say who speaks, so that a model does not learn to say it in words."""
        return any(mark in self.source for mark in MARKS)


@dataclass(frozen=True, slots=True)
class Rendered:
    """text: what the model continues; stops: texts that end its answer; add_bos: the token that begins a
    prompt is not in the text yet; thinking: the tag of the thoughts that the text has begun, or nothing."""

    text: str
    stops: tuple[str, ...]
    add_bos: bool
    thinking: str = ""


def render(
    messages: Sequence[ChatMessage],
    header: PromptHeader,
    *,
    tools: Sequence[ToolSpec] = (),
    add_generation_prompt: bool = True,
    enable_thinking: bool = False,
    now: datetime | None = None,
) -> Rendered:
    """The prompt. now: what templates that tell the date are given.

    Raises BadInput when the template refuses the conversation, TooLarge for one that no model takes.
    """
    if len(messages) > MOST_MESSAGES or sum(len(message.content) for message in messages) > MOST_CHARACTERS:
        raise TooLarge("No model takes a conversation of that length.", hint="Send only its end.")
    template = template_of(header)
    able = template.able
    folded = fold(messages, able)
    values: dict[str, Any] = {
        "messages": _plain(folded, able),
        "bos_token": header.bos,
        "eos_token": header.eos,
        "add_generation_prompt": add_generation_prompt,
        "enable_thinking": enable_thinking,
    }
    if tools and able.tools:
        values["tools"] = [_tool(tool) for tool in tools]
    try:
        text = compiled(template.source).render(values, now)
    except BrokenFile as error:
        if template.origin != "own":
            raise
        # What it was tried with before, it could do: it breaks at something in this conversation.
        log.warning("template_failed", error=str(error))
        return render(
            messages,
            PromptHeader(header.architecture, header.name, None, header.bos, header.eos, header.marks),
            add_generation_prompt=add_generation_prompt,
        )
    stops = tuple(mark for mark in END_MARKS if mark in template.source and mark != header.eos)
    thinking = next((open_ for open_, _ in THOUGHTS if text.rstrip().endswith(open_)), "")
    return Rendered(
        text,
        (*([header.eos] if header.eos else []), *stops),
        bool(header.bos) and not text.startswith(header.bos),
        thinking,
    )


@lru_cache(maxsize=32)
def template_of(header: PromptHeader) -> Template:
    """The template for a model: its own where that can be used. Compiled and tried once."""
    why = ""
    if header.template:
        try:
            return Template(header.template, "own", abilities(header.template, header.bos, header.eos))
        except SoloError as error:
            why = error.message
            log.warning("template_refused", model=header.name, error=why)
    name = choose(header)
    source = (_FOLDER / f"{name}.jinja").read_text(encoding="utf-8")
    return Template(source, name, abilities(source, header.bos, header.eos), why)


def _plain(messages: Sequence[ChatMessage], able: Abilities) -> list[dict[str, Any]]:
    names = {call.id: call.name for message in messages for call in message.tool_calls}
    plain: list[dict[str, Any]] = []
    for message in messages:
        content = [{"type": "text", "text": message.content}] if able.parts else message.content
        one: dict[str, Any] = {"role": message.role, "content": content}
        if message.tool_calls:
            one["tool_calls"] = [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.name, "arguments": _arguments(call.arguments, able)},
                }
                for call in message.tool_calls
            ]
        if message.role == "tool":
            one |= {"tool_call_id": message.tool_call_id, "name": names.get(message.tool_call_id, "")}
        plain.append(one)
    return plain


def _arguments(written: str, able: Abilities) -> Any:
    """As the template wants them; what is no JSON stays the text that it is."""
    if not able.objects:
        return written
    try:
        return json.loads(written)
    except ValueError:
        return written


def _tool(tool: ToolSpec) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": json.loads(tool.parameters)}
    return {"type": "function", "function": function}
