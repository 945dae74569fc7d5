"""Values are made to fit where nothing is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.events.llm import ChatMessage, Shape, ToolCall, ToolSpec
from app.kernel.errors import BadInput
from app.llm.structure.calling import calls_in, distinct, fitting, seems_a_call, sound, usable
from app.llm.structure.fitting import fitted
from app.llm.structure.shaping import shaped

ROOT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "city": {"type": "string"},
        "days": {"type": "integer"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "unit": {"enum": ["celsius", "kelvin"]},
        "warm": {"type": "boolean"},
        "share": {"type": "number"},
        "inner": {"$ref": "#/$defs/inner"},
        "maybe": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
    },
    "required": ["city"],
    "$defs": {"inner": {"type": "object", "properties": {"n": {"type": "integer"}}}},
}
WEATHER = ToolSpec(name="weather", parameters=json.dumps(ROOT))


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ({"days": "5"}, {"days": 5}),
        ({"days": 5.0}, {"days": 5.0}),
        ({"days": "five"}, {"days": "five"}),
        ({"days": "05"}, {"days": "05"}),
        ({"days": "5.5"}, {"days": "5.5"}),
        ({"share": "0.5"}, {"share": 0.5}),
        ({"city": 5}, {"city": "5"}),
        ({"city": None}, {"city": None}),
        ({"tags": "one"}, {"tags": ["one"]}),
        ({"tags": '["a", "b"]'}, {"tags": ["a", "b"]}),
        ({"tags": [1]}, {"tags": ["1"]}),
        ({"unit": "Celsius"}, {"unit": "celsius"}),
        ({"unit": "rankine"}, {"unit": "rankine"}),
        ({"warm": "True"}, {"warm": True}),
        ({"warm": 1}, {"warm": 1}),
        ({"inner": {"n": "5"}}, {"inner": {"n": 5}}),
        ({"inner": '{"n": "5"}'}, {"inner": {"n": 5}}),
        ({"maybe": "7"}, {"maybe": 7}),
        ({"maybe": None}, {"maybe": None}),
        ({"days": None}, {}),
        ({"other": "5"}, {"other": "5"}),
        ("x", "x"),
    ],
    ids=str,
)
def test_only_what_is_plainly_the_same_is_changed(value: Any, meant: Any) -> None:
    assert fitted(value, ROOT, ROOT) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ('{"city": "Oslo", "days": "3"}', {"city": "Oslo", "days": 3}),
        ('[{"city": "Oslo"}]', {"city": "Oslo"}),
        ('{"trip": {"city": "Oslo"}}', {"city": "Oslo"}),
        ('{"type": "object", "properties": {"city": "Oslo", "days": 3}}', {"city": "Oslo", "days": 3}),
        ("Draft: {'days': 1}. Final: {'city': 'Oslo'}", {"city": "Oslo"}),
    ],
)
def test_an_answer_is_unpacked_and_made_to_fit(text: str, meant: Any) -> None:
    found = shaped(text, Shape(kind="schema", text=json.dumps(ROOT)))
    assert (found.wrong, json.loads(found.text)) == ("", meant)


def test_what_is_right_already_stays_as_it_was_written() -> None:
    text = '{ "city":"Oslo"}'
    assert shaped(text, Shape(kind="schema", text=json.dumps(ROOT))).text == text


def test_a_single_value_is_made_to_fit_too() -> None:
    assert shaped('"5"', Shape(kind="schema", text='{"type": "integer"}')).text == "5"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('{ "city":"Oslo"}', '{ "city":"Oslo"}'),
        ("{'city': 'Oslo',}", '{"city": "Oslo"}'),
        ('{"city": "Oslo", "days": "5"}', '{"city": "Oslo", "days": 5}'),
        ('{"days": "five"}', '{"days": "five"}'),
        ("Oslo", "Oslo"),
        ("", ""),
    ],
)
def test_arguments_are_mended_or_left_to_whoever_runs_the_tool(written: str, meant: str) -> None:
    call = ToolCall(id="1", name="weather", arguments=written)
    assert fitting((call,), (WEATHER,))[0].arguments == meant


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("<tool_call>{'name': 'weather', 'arguments': {'city': 'Oslo'}}</tool_call>", ""),
        ('Sure: <tool_call>{"name": "weather", "arguments": {"city": "Oslo"}', "Sure: "),
        ('```json\n{"name": "weather", "arguments": {"city": "Oslo",}}\n```', ""),
    ],
)
def test_a_call_is_found_in_what_is_nearly_one(text: str, before: str) -> None:
    said, calls = calls_in(text, (WEATHER,))
    assert said == before
    assert [(call.name, json.loads(call.arguments)) for call in calls] == [("weather", {"city": "Oslo"})]


def test_text_calls_nothing() -> None:
    assert calls_in("It rains.", (WEATHER,)) == ("It rains.", ())
    assert calls_in('{"name": "other", "arguments": {}}', (WEATHER,))[1] == ()
    assert seems_a_call('{"name": "other", "arguments": {}}')
    assert not seems_a_call('{"name": "Solo"}')


def test_a_tool_whose_schema_nobody_can_keep_to_may_have_any_arguments() -> None:
    odd = ToolSpec(name="odd", parameters='{"$ref": "http://127.0.0.1:9/"}')
    assert json.loads(usable(odd).parameters) == {"type": "object"}
    assert usable(WEATHER) is WEATHER
    with pytest.raises(BadInput, match="tool odd"):
        usable(ToolSpec(name="odd", parameters="[" * 50_000))


def test_ids_are_not_given_twice_in_a_dialogue() -> None:
    said = (ChatMessage(role="assistant", tool_calls=(ToolCall(id="call_0", name="a"),)),)
    found = distinct((ToolCall(id="call_0", name="b"), ToolCall(id="x", name="c")), said)
    assert len({"call_0", *(call.id for call in found)}) == 3
    assert found[1].id == "x"


def test_a_dialogue_has_objects_for_arguments() -> None:
    broken = ChatMessage(role="assistant", tool_calls=(ToolCall(id="1", name="a", arguments="Oslo"),))
    assert json.loads(sound((broken,))[0].tool_calls[0].arguments) == {"text": "Oslo"}
    right = ChatMessage(role="assistant", tool_calls=(ToolCall(id="1", name="a", arguments="{}"),))
    assert sound((right,)) == (right,)
