"""What a model is told in words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.events.llm import Shape
from app.llm.structure.words import form_of, shape_words

TRIP: dict[str, Any] = {
    "type": "object",
    "title": "Trip",
    "properties": {
        "city": {"type": "string"},
        "mood": {"enum": ["good", "bad"]},
        "days": {"type": "array", "items": {"type": "integer"}},
    },
    "required": ["city", "mood", "days"],
    "additionalProperties": False,
}


def test_a_plain_schema_is_told_as_a_form() -> None:
    assert form_of(TRIP) == '{"city": <string>, "mood": "good" or "bad", "days": [<integer>, …]}'
    assert shape_words(Shape(kind="schema", text=json.dumps(TRIP))).endswith(form_of(TRIP))


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"$ref": "#/$defs/a", "$defs": {"a": TRIP}},
        {**TRIP, "required": ["city"]},
        {**TRIP, "description": "What matters."},
        {"type": "array", "items": {"type": "integer", "minimum": 1}},
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"type": ["string", "null"]},
    ],
    ids=str,
)
def test_one_that_says_more_is_told_as_it_is(schema: dict[str, Any]) -> None:
    assert form_of(schema) == ""
    assert "this JSON schema" in shape_words(Shape(kind="schema", text=json.dumps(schema)))
