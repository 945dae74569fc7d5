from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from app.skills.tools.mcp.schemas import UnusableSchema, usable


def made(schema: dict[str, Any]) -> Any:
    return json.loads(usable(schema))


def test_a_usual_schema_stays_as_it_is() -> None:
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string", "description": "where"}, "days": {"enum": [1, 2, 3]}},
        "required": ["city"],
        "additionalProperties": False,
    }
    assert made(schema) == schema


def test_references_and_expressions_are_gone() -> None:
    schema = {
        "type": "object",
        "properties": {
            "tree": {"$ref": "#/$defs/Tree"},
            "pattern": {"type": "string", "pattern": "(a+)+$"},
        },
        "$defs": {"Tree": {"type": "object", "properties": {"left": {"$ref": "#/$defs/Tree"}}}},
    }
    text = usable(schema)
    assert "$ref" not in text
    assert "(a+)+$" not in text
    assert Draft202012Validator(json.loads(text)).is_valid({"tree": {"left": {"left": {}}}, "pattern": "x"})


def test_a_missing_type_is_that_of_an_object() -> None:
    assert made({}) == {"type": "object"}


def _deep(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(levels):
        schema = {"type": "array", "items": schema}
    return {"type": "object", "properties": {"a": schema}}


def _wide(levels: int) -> dict[str, Any]:
    """Each definition uses the next one twice."""
    defs: dict[str, Any] = {f"d{levels}": {"type": "string"}}
    for n in range(levels):
        inner = {"$ref": f"#/$defs/d{n + 1}"}
        defs[f"d{n}"] = {"type": "object", "properties": {"a": inner, "b": inner}}
    return {"type": "object", "properties": {"a": {"$ref": "#/$defs/d0"}}, "$defs": defs}


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"type": "string"}, "not that of an object"),
        ({"type": "object", "properties": {"a": 7}}, "wrong at"),
        ({"type": "object", "properties": {"a": {"type": "sting"}}}, "wrong at"),
        ({"type": "object", "properties": {"a": {"$ref": "http://127.0.0.1/secret"}}}, "elsewhere"),
        ({"type": "object", "properties": {"a": {"$ref": "#/$defs/gone"}}}, "nothing"),
        (_deep(60), "too large"),
        (_wide(30), "too large"),
        ({"type": "object", "description": "x" * 40_000}, "larger than 32 KiB"),
        ({"type": "object", "enum": ["x"] * 9000}, "larger than 32 KiB"),
    ],
)
def test_what_cannot_be_used_is_refused(schema: dict[str, Any], why: str) -> None:
    with pytest.raises(UnusableSchema, match=why):
        usable(schema)
