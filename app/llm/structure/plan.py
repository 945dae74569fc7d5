"""How an engine is asked for an answer in a shape, or for calls of tools: by its own means where it has them,
in words where it has not.  Pure; reads schemas: call it in a thread.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from app.events.llm import ChatMessage, Shape, ToolSpec
from app.kernel.errors import Unsupported
from app.llm.calls import forced_schema
from app.llm.port import Generation, LlmCapabilities
from app.llm.structure import words
from app.llm.structure.calling import sound, usable
from app.llm.structure.grammar import check_grammar
from app.llm.structure.schema import schema_of
from app.llm.structure.sure import grammatical, surely


@dataclass(frozen=True, slots=True)
class Plan:
    """generation: what the engine is asked; again: what, when that had to be asked again; tools: what may
    be called; sought: what of it may be called in words; shape: what the answer is held against; forced: it
    must call; worded: there is something that the engine was only told; live: it may be told while it is
    written."""

    generation: Generation
    again: Generation
    tools: tuple[ToolSpec, ...] = ()
    sought: tuple[ToolSpec, ...] = ()
    shape: Shape | None = None
    forced: bool = False
    worded: bool = False
    live: bool = True


def concerns(generation: Generation) -> bool:
    """Is there anything to be done?"""
    called = any(message.tool_calls or message.role == "tool" for message in generation.messages)
    return bool(called or generation.tools or generation.shape)


def planned(generation: Generation, able: LlmCapabilities, *, native: bool = True) -> Plan:
    """native: the engine's own means are used. Raises BadInput, TooLarge for what nobody can meet, and
    Unsupported for a grammar where the engine has none."""
    shape, choice = generation.shape, generation.tool_choice
    if shape is not None:
        _check(shape, able)
    generation = replace(
        generation, messages=sound(generation.messages), tools=tuple(map(usable, generation.tools))
    )
    tools = () if choice == "none" else generation.tools
    held = native and all(_held(able, tool.parameters) for tool in generation.tools)
    tools_told = not (able.tools and held)
    shape_told = shape is not None and not (native and _has(able, shape))
    forced = bool(tools) and choice != "auto"
    bare = _bare(generation, able if held else None, tools=tools_told, shape=shape_told)
    told = _words(tools if tools_told else (), choice, shape if shape_told else None)
    every = _words(tools if tools_told or forced else (), choice, shape)
    return Plan(
        replace(bare, messages=_said(generation, told, without_tools=tools_told)),
        replace(bare, messages=_said(generation, every, without_tools=tools_told)),
        tools,
        tools if tools_told or able.local or forced else (),
        shape,
        forced=forced,
        worded=bool(told) or (tools_told and bool(generation.tools)),
        live=not forced and (shape is None or _safe(able, shape, told=shape_told)),
    )


def _check(shape: Shape, able: LlmCapabilities) -> None:
    if shape.kind == "schema":
        schema_of(shape.text)
    elif shape.kind == "grammar" and not able.grammar:
        raise Unsupported(
            f"The model {able.model} cannot be held to a grammar.",
            hint="Ask for a JSON schema, or take a model of this machine.",
        )
    elif shape.kind == "grammar":
        check_grammar(shape.text)


def _has(able: LlmCapabilities, shape: Shape) -> bool:
    """Can the engine be held to it?"""
    match shape.kind:
        case "grammar":
            return able.grammar
        case "json":
            return able.json or able.schema
        case "schema":
            return able.schema and _held(able, shape.text)


def _held(able: LlmCapabilities, schema: str) -> bool:
    """What answers elsewhere says itself what it does not take."""
    return not able.local or grammatical(schema)


def _safe(able: LlmCapabilities, shape: Shape, *, told: bool) -> bool:
    """Only what this process itself holds to the shape is certain before it is whole."""
    return shape.kind == "grammar" or (able.local and not told and surely(shape))


def _bare(generation: Generation, able: LlmCapabilities | None, *, tools: bool, shape: bool) -> Generation:
    """Without what the engine does not know. able: what of that can take its place; tools, shape: which it
    does not know."""
    wanted, choice, offered = generation.shape, generation.tool_choice, generation.tools
    if shape:
        generation = replace(generation, shape=Shape() if able is not None and able.json else None)
    if tools:
        generation = replace(generation, tools=(), tool_choice="auto")
        schema = forced_schema(offered, choice)
        if schema is not None and wanted is None and able is not None and able.schema:
            generation = replace(generation, shape=Shape(kind="schema", text=json.dumps(schema)))
    return generation


def _said(generation: Generation, told: list[str], *, without_tools: bool) -> tuple[ChatMessage, ...]:
    """The dialogue, with what has to be said in words."""
    messages = words.instructed(generation.messages, told) if told else generation.messages
    if not without_tools:
        return messages
    folded = words.plain(messages)
    ended = generation.tool_choice == "none" and folded != messages
    return words.instructed(folded, [words.NO_MORE]) if ended else folded


def _words(tools: tuple[ToolSpec, ...], choice: str, shape: Shape | None) -> list[str]:
    """What has to be said."""
    told = words.tool_words(tools, choice) if tools else []
    if shape is not None and shape.kind != "grammar":
        told.append(words.shape_words(shape))
    return told
