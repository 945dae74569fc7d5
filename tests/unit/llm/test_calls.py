"""Calls of tools found in what a model writes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.events.llm import ToolCall, ToolSpec
from app.llm.calls import CallsInText, find_calls, forced_schema

PARAMETERS = '{"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}'
TOOLS = (ToolSpec(name="get_weather", parameters=PARAMETERS), ToolSpec(name="set_light"))
CALL = '{"name": "get_weather", "arguments": {"city": "Oslo"}}'


def read(text: str, size: int = 3) -> tuple[str, str, tuple[ToolCall, ...]]:
    """What was told while it streamed, what afterwards, and what was called."""
    calls = CallsInText(TOOLS)
    told = "".join(calls.feed(text[at : at + size]) for at in range(0, len(text), size))
    rest, found = calls.finish()
    return told, rest, found


@pytest.mark.parametrize(
    "text",
    [
        CALL,
        f"```json\n{CALL}\n```",
        f"```json\n{CALL}\n```\n\n\n",
        f"<tool_call>\n{CALL}\n</tool_call>",
        f"<tool_call>{CALL}",
        f"\n {CALL}\n{CALL}\n{CALL[:30]}",
        f"[{CALL}]",
        '{"type": "function", "function": {"name": "get_weather", "arguments": "{\\"city\\": \\"Oslo\\"}"}}',
        '{"name": "get_weather", "parameters": {"city": "Oslo"}}',
    ],
)
@pytest.mark.parametrize("size", [1, 4, 1000])
def test_a_call_is_found_however_it_is_written_and_none_of_it_is_told(text: str, size: int) -> None:
    told, rest, found = read(text, size)
    assert (told + rest).strip() == ""
    assert [(call.name, json.loads(call.arguments)) for call in found] == [("get_weather", {"city": "Oslo"})]


def test_what_is_said_before_a_call_is_told() -> None:
    told, rest, found = read(f"Let me look. <tool_call>{CALL}</tool_call>")
    assert (told, rest) == ("Let me look. ", "")
    assert len(found) == 1


def test_two_calls_at_once() -> None:
    light = '{"name": "set_light", "arguments": {}}'
    _, _, found = read(f"<tool_call>{CALL}</tool_call>\n<tool_call>{light}</tool_call>")
    assert [(call.id, call.name) for call in found] == [("call_0", "get_weather"), ("call_1", "set_light")]


@pytest.mark.parametrize(
    "text",
    [
        "It rains in Oslo.",
        '{"name": "launch_missiles", "arguments": {}}',
        '{"temperature": 4}',
        '{"name": "get_weather", "arguments": [1]}',
        "```python\nprint(1)\n```",
        "[1] is a footnote",
        "{" * 3000,
        "a < b, and <tool is no mark",
        "",
    ],
)
def test_text_is_told_as_it_is_and_calls_nothing(text: str) -> None:
    told, rest, found = read(text)
    assert told + rest == text
    assert found == ()


def test_plain_words_are_told_while_they_come() -> None:
    assert CallsInText(TOOLS).feed("It") == "It"


def test_without_tools_nothing_is_held_back() -> None:
    calls = CallsInText(())
    assert calls.feed("{") == "{"
    assert calls.finish() == ("", ())


@given(st.text(), st.integers(1, 5))
def test_no_text_is_lost_or_changed(text: str, size: int) -> None:
    told, rest, found = read(text, size)
    assert found == ()
    assert told + rest == text


def test_an_answer_that_has_to_be_a_call_has_a_schema() -> None:
    schema = forced_schema(TOOLS, "required")
    assert schema is not None
    assert [way["properties"]["name"]["const"] for way in schema["anyOf"]] == ["get_weather", "set_light"]
    named = forced_schema(TOOLS, "get_weather")
    assert named is not None
    assert named["anyOf"][0]["properties"]["arguments"] == json.loads(PARAMETERS)
    assert forced_schema(TOOLS, "auto") is None
    assert forced_schema(TOOLS, "none") is None
    assert forced_schema((), "required") is None


def test_a_call_of_nothing_that_was_offered_is_no_call() -> None:
    assert find_calls(CALL, {"other"}) == ()


def test_a_call_in_doubled_braces_is_one() -> None:
    text = '{{"name": "clock", "arguments": {"zone": "CET"}}}'
    (call,) = find_calls(text, {"clock"})
    assert (call.name, call.arguments) == ("clock", '{"zone": "CET"}')


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_a_call_in_a_fence_behind_some_words_is_one(size: int) -> None:
    text = 'To see it, I call:\n```json\n{"name": "clock", "arguments": {"zone": "CET"}}\n```'
    reading = CallsInText([ToolSpec(name="clock")])
    told = "".join(reading.feed(text[at : at + size]) for at in range(0, len(text), size))
    rest, (call,) = reading.finish()
    assert (told + rest).strip() == "To see it, I call:"
    assert call.arguments == '{"zone": "CET"}'


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
@pytest.mark.parametrize(
    "text",
    [
        "This is how:\n```python\nprint({})\n```\nGood luck.",
        'An example:\n```json\n{"name": "Ada"}\n```\nand more.\n```\n[1]\n```',
        "One tick ` and two `` are nothing, nor is ```",
    ],
)
def test_a_fence_that_holds_no_call_is_told(text: str, size: int) -> None:
    reading = CallsInText([ToolSpec(name="clock")])
    told = "".join(reading.feed(text[at : at + size]) for at in range(0, len(text), size))
    rest, calls = reading.finish()
    assert told + rest == text
    assert not calls
