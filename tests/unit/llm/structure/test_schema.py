"""Schemas that cannot be used are refused with one sentence, in bounded time."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from app.events.llm import Shape
from app.kernel.errors import BadInput, TooLarge
from app.llm.structure.schema import schema_of
from app.llm.structure.sure import surely
from app.llm.structure.validate import complaint

TRIP: dict[str, Any] = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1}},
    "required": ["city", "days"],
    "additionalProperties": False,
}


def obj(name: str, part: Any, **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {name: part}, "required": [name], **more}


def nested(depth: int) -> str:
    return '{"items":' * depth + "{}" + "}" * depth


def doubling(size: int) -> dict[str, Any]:
    """Few words, 2^size steps."""
    parts: dict[str, Any] = {
        f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}, {"$ref": f"#/$defs/d{n + 1}"}]}
        for n in range(size)
    }
    parts[f"d{size}"] = {"type": "object"}
    return {"$ref": "#/$defs/d0", "$defs": parts}


REFUSED: dict[str, tuple[Any, str]] = {
    "a constant of another type": (
        obj("a", {"type": "string", "const": 1}),
        "a allows no value of its const",
    ),
    "an enum of another type": (
        obj("a", {"type": "integer", "enum": ["x"]}),
        "a allows no value of its enum",
    ),
    "more elements than there may be": (
        obj("a", {"type": "array", "minItems": 3, "maxItems": 2}),
        "a minItems of 3 and a maxItems of 2",
    ),
    "lengths that cross": ({"type": "string", "minLength": 9, "maxLength": 1}, "minLength"),
    "bounds that cross": (obj("a", {"type": "number", "minimum": 2, "maximum": 1}), "the bounds of a cross"),
    "no whole number between": (
        obj("a", {"type": "integer", "exclusiveMinimum": 1, "exclusiveMaximum": 2}),
        "the bounds of a cross",
    ),
    "required and forbidden": (
        {"type": "object", "required": ["a"], "additionalProperties": False},
        "a is never allowed",
    ),
    "required and false": (obj("a", False), "a is never allowed"),
    "more required than allowed": (obj("a", {}, maxProperties=0), "requires more properties"),
    "itself without end": (obj("next", {"$ref": "#"}), "holds itself without end"),
    "only itself": ({"$ref": "#"}, "holds itself without end"),
    "no choice that can be": (obj("a", {"anyOf": [False, {"enum": [], "type": "string"}]}), "never allowed"),
    "one of all that cannot be": (
        {"allOf": [{}, {"type": "string", "minLength": 2, "maxLength": 1}]},
        "minL",
    ),
    "an element that cannot be": (
        obj("a", {"type": "array", "minItems": 1, "items": {"const": 1, "type": "string"}}),
        r"a\[\] allows no value",
    ),
    "a schema from elsewhere": (obj("a", {"$ref": "http://127.0.0.1:9/x.json"}), "Solo fetches no schemas"),
    "a file": ({"$ref": "file:///etc/passwd"}, "Solo fetches no schemas"),
    "one from elsewhere by the name of a keyword": (
        {"type": "object", "properties": {"default": {"$ref": "http://127.0.0.1:9/"}}},
        "Solo fetches no schemas",
    ),
    "nowhere": ({"$ref": "#/$defs/nowhere"}, "which is not there"),
    "a name of its own within": ({"properties": {"a": {"$id": "http://x.y/z"}}}, "of their own name"),
    "a strange type": ({"type": "banana"}, "no JSON schema"),
    "names as a text": ({"type": "object", "required": "a"}, "no JSON schema"),
    "a pattern that is wrong": ({"type": "string", "pattern": "((("}, "cannot be used"),
    "a pattern that looks around": ({"type": "string", "pattern": "^(?=a)a$"}, "looks around"),
    "a pattern that repeats without end": (
        {"type": "string", "pattern": "((a{1,900}){1,900}){1,900}"},
        "cannot be used",
    ),
    "a name's pattern that is catastrophic": (
        {"patternProperties": {"^(a+)+$": {"type": "string"}}},
        "repeats too much",
    ),
    "many patterns": (
        {"properties": {f"p{n}": {"pattern": f"a{n}"} for n in range(200)}},
        "200 patterns",
    ),
}


@pytest.mark.parametrize("what", sorted(REFUSED))
def test_it_is_refused_with_one_sentence(what: str) -> None:
    schema, sentence = REFUSED[what]
    began = time.process_time()
    with pytest.raises(BadInput, match=sentence) as caught:
        schema_of(json.dumps(schema))
    assert caught.value.message.endswith(".")
    assert len(caught.value.message) < 400
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no JSON"),
        ("[]", "is a JSON object"),
        ("{", "no JSON"),
        (nested(100), "nested deeper"),
        (nested(9_000), "nested deeper"),
    ],
    ids=lambda text: text[:12],
)
def test_a_text_that_is_no_schema_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        schema_of(text)


def test_an_enormous_schema_is_refused_at_once() -> None:
    began = time.process_time()
    with pytest.raises(TooLarge, match="the limit is"):
        schema_of(json.dumps({"enum": ["x" * 100] * 100_000}))
    assert time.process_time() - began < 1


def test_references_that_double_cost_bounded_time() -> None:
    text = json.dumps(doubling(40))
    began = time.process_time()
    with pytest.raises(BadInput, match="takes too long"):
        complaint("{}", Shape(kind="schema", text=text))
    assert time.process_time() - began < 4


def test_a_catastrophic_pattern_is_matched_in_linear_time() -> None:
    schema = Shape(kind="schema", text=json.dumps({"type": "string", "pattern": "^(a+)+$"}))
    assert complaint(json.dumps("a" * 50_000 + "!"), schema)
    assert not complaint(json.dumps("a" * 50_000), schema)


def test_unlike_elements_are_told_apart_in_linear_time() -> None:
    schema = Shape(kind="schema", text=json.dumps({"type": "array", "uniqueItems": True}))
    assert not complaint(json.dumps([{"n": n} for n in range(20_000)]), schema)
    assert complaint("[1, 2, 1.0]", schema)


@pytest.mark.parametrize(
    "schema",
    [
        TRIP,
        {},
        {"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"},
        {"$schema": "https://no.such/draft", "type": "object"},
        {"$id": "http://x.y/z", "type": "object"},
        {"type": "object", "properties": {"$ref": {"type": "string"}, "pattern": {"type": "string"}}},
        {"enum": [{"$ref": "http://127.0.0.1:9/"}, 2]},
        {"type": "object", "properties": {"next": {"$ref": "#"}}},
        obj("next", {"anyOf": [{"$ref": "#"}, {"type": "null"}]}),
        obj("a", {"type": ["string", "null"], "minLength": 3, "maxLength": 3}),
        {"type": ["integer", "string"], "minimum": 5, "maximum": 1},
        {"type": "integer", "minimum": 10**400},
        {"patternProperties": {"^x-": {}}, "required": ["x-a"], "additionalProperties": False},
    ],
    ids=lambda schema: json.dumps(schema)[:40],
)
def test_what_can_be_met_is_taken(schema: Any) -> None:
    assert schema_of(json.dumps(schema)).plain is not None


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ('{"city": "Oslo", "days": 3}', ""),
        ("[]", "The whole must be of type object."),
        ('{"city": "Oslo"}', "The whole lacks days."),
        ('{"city": 5, "days": 3}', "city must be of type string."),
        ('{"city": "Oslo", "days": 0}', 'days does not meet "minimum": 1.'),
        ('{"city": "Oslo", "days": 3, "x": 1}', "The whole may have no other properties than city, days."),
        ("Oslo!", "It is no JSON: Expecting value at character 1."),
        ('{"city": "Oslo", "days": NaN}', "It is no JSON: NaN is no JSON."),
        ("[" * 100_000, "It is no JSON: it is nested too deep."),
    ],
)
def test_what_is_wrong_is_one_sentence(answer: str, sentence: str) -> None:
    assert complaint(answer, Shape(kind="schema", text=json.dumps(TRIP))) == sentence


def test_any_json_is_an_object() -> None:
    assert complaint('{"a": 1}', Shape()) == ""
    assert complaint("[1]", Shape()) == "It is no JSON object."


def test_only_what_a_grammar_holds_to_is_told_while_it_is_written() -> None:
    def sure(schema: Any) -> bool:
        return surely(Shape(kind="schema", text=json.dumps(schema)))

    assert surely(Shape())
    assert sure(obj("a", {"type": "string", "description": "d"}))
    assert sure({"$ref": "#/$defs/a", "$defs": {"a": obj("a", {"enum": [1, 2]})}})
    assert not sure(TRIP)  # has a bound
    assert not sure({"type": "array", "uniqueItems": True})
    assert not sure({"type": "object", "required": ["a"]})
    assert not sure({"anyOf": [{"type": "object"}], "required": ["a"]})
    assert not sure({"type": "array", "items": {"$ref": "#/$defs/a"}, "$defs": {"a": {"not": {}}}})
