"""What becomes of arguments as models write them, and of schemas as anybody writes them."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from app.kernel.errors import BadInput
from app.skills.tools.arguments import LONGEST, broken, checked, parsed
from app.skills.tools.schemas import MOST, plain

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "minutes": {"type": "number", "minimum": 0},
        "count": {"type": "integer"},
        "name": {"type": "string"},
        "on": {"type": "boolean"},
        "days": {"type": "array", "items": {"type": "string"}},
        "place": {"$ref": "#/$defs/Place"},
        "mode": {"enum": ["a", "b"]},
        "maybe": {"type": ["string", "null"]},
    },
    "required": ["name"],
    "additionalProperties": False,
    "$defs": {"Place": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}},
}


def check(arguments: dict[str, Any], schema: Any = SCHEMA) -> dict[str, Any]:
    return checked(arguments, json.dumps(schema))


def complaint(arguments: dict[str, Any], schema: Any = SCHEMA) -> str:
    with pytest.raises(BadInput) as caught:
        check(arguments, schema)
    return caught.value.message


class TestReading:
    @pytest.mark.parametrize("text", ["", "  ", "{}", '"{}"', "null", '""'])
    def test_nothing_is_no_arguments(self, text: str) -> None:
        assert parsed(text) == {}

    def test_an_object_in_a_string_is_that_object(self) -> None:
        assert parsed('"{\\"a\\": 1}"') == {"a": 1}

    @pytest.mark.parametrize(
        "text",
        [
            "{",
            "[1]",
            "5",
            '{"a": NaN}',
            '{"a": Infinity}',
            '{"a": ' + "[" * 40 + "]" * 40 + "}",
            "[" * 9_000,
            '{"a": ' + "9" * 5_000 + "}",
            '{"a": "' + "x" * LONGEST + '"}',
        ],
    )
    def test_what_cannot_be_read_is_one_sentence(self, text: str) -> None:
        with pytest.raises(BadInput) as caught:
            parsed(text)
        assert len(str(caught.value)) < 200

    @settings(max_examples=40)
    @given(some.text(max_size=200))
    def test_whatever_is_written_is_read_or_refused(self, text: str) -> None:
        with suppress(BadInput):
            assert isinstance(parsed(text), dict)


class TestMending:
    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            ({"minutes": "5"}, {"minutes": 5}),
            ({"minutes": " 2.5 "}, {"minutes": 2.5}),
            ({"count": 3.0}, {"count": 3}),
            ({"minutes": None, "place": None}, {}),
            ({"on": "Yes"}, {"on": True}),
            ({"days": "monday"}, {"days": ["monday"]}),
            ({"days": '["monday"]'}, {"days": ["monday"]}),
            ({"maybe": None}, {"maybe": None}),
            ({"type": "object", "required": ["name"]}, {}),
        ],
    )
    def test_what_is_plainly_meant_is_taken(self, written: dict[str, Any], meant: dict[str, Any]) -> None:
        assert check({"name": "x", **written}) == {"name": "x", **meant}

    def test_arguments_may_be_written_as_their_schema_is(self) -> None:
        given = {"type": "object", "properties": {"name": "x"}, "required": ["name"]}
        assert check(given) == {"name": "x"}

    def test_a_number_may_be_a_name(self) -> None:
        assert check({"name": 7}) == {"name": "7"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({}, "The argument 'name' is missing."),
        ({"name": None}, "The argument 'name' must be text."),
        ({"name": "x", "minutes": "soon"}, "The argument 'minutes' must be a number."),
        ({"name": "x", "count": "inf"}, "The argument 'count' must be a whole number."),
        ({"name": "x", "minutes": -1}, "The argument 'minutes' is wrong: minimum is 0."),
        ({"name": "x", "place": {}}, "The argument 'place.city' is missing."),
        ({"name": "x", "mode": "c"}, 'The argument \'mode\' must be one of "a", "b".'),
        (
            {"name": "x", "nam": 1},
            "There is no argument 'nam'. There are: minutes, count, name, on, days, place, mode, maybe.",
        ),
    ],
)
def test_what_stays_wrong_is_a_sentence_by_which_a_model_can_do_better(
    arguments: dict[str, Any], sentence: str
) -> None:
    assert complaint(arguments) == sentence


class TestSchemas:
    @pytest.mark.parametrize(
        "schema",
        [
            "no",
            [],
            {"type": 5},
            {"type": "string"},
            {"properties": {"a": {"type": "nonsense"}}},
            {"properties": {"a": {"$ref": "https://elsewhere.example/schema.json"}}},
            {"properties": {"a": {"$ref": "file:///etc/passwd"}}},
            {"properties": {"a": {"$ref": "#/$defs/Nothing"}}},
            {"$dynamicRef": "#x"},
            {"$ref": "#/$defs/x", "$defs": {"x": True}},
            {"$ref": "#/$defs/x", "$defs": {"x": [1]}},
            {"properties": {"a": {"anyOf": []}}},
        ],
    )
    def test_a_broken_one_refuses_the_tool_in_a_sentence(self, schema: Any) -> None:
        assert broken(json.dumps(schema))
        assert complaint({}, schema).startswith("The tool cannot be used: its schema ")

    def test_one_that_is_no_json_or_endless_is_broken(self) -> None:
        assert broken("{")
        assert broken("[" * 50_000)
        assert broken('"' + "x" * 200_000 + '"')

    def test_one_that_grows_without_end_is_refused_in_bounded_time(self) -> None:
        defs = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 9} for n in range(12)}
        bomb = {"properties": {"a": {"$ref": "#/$defs/d0"}}, "$defs": {**defs, "d12": {}}}
        assert broken(json.dumps(bomb)) == "its schema is too large"
        deep: dict[str, Any] = {}
        for _ in range(100):
            deep = {"properties": {"a": deep}}
        assert broken(json.dumps(deep)) == "its schema is too large"

    def test_one_that_contains_itself_is_good(self) -> None:
        tree = {
            "properties": {"tree": {"$ref": "#/$defs/Tree"}},
            "$defs": {
                "Tree": {
                    "type": "object",
                    "properties": {"left": {"$ref": "#/$defs/Tree"}, "value": {"type": "integer"}},
                }
            },
        }
        assert check({"tree": {"left": {"value": 1}}}, tree)
        assert "must be" in complaint({"tree": {"value": "x"}}, tree)

    def test_patterns_that_would_take_for_ever_are_not_matched(self) -> None:
        slow = {"properties": {"a": {"type": "string", "pattern": "^(a+)+$", "format": "uri"}}}
        assert check({"a": "a" * 40 + "!"}, slow)
        named = {"patternProperties": {"^(a+)+$": {}}, "additionalProperties": False}
        assert check({"a" * 40 + "!": 1}, named)

    def test_much_that_is_compared_with_much_is_refused_at_once(self) -> None:
        rule = {"anyOf": [{"type": "string", "maxLength": n} for n in range(1000)]}
        schema = {"properties": {"a": {"type": "array", "items": rule}}}
        assert check({"a": ["x"] * 20}, schema)
        assert complaint({"a": [0] * 5000}, schema).startswith("There is too much")

    def test_a_parameter_may_be_called_like_a_keyword(self) -> None:
        schema = {"properties": {"pattern": {"type": "string"}, "$ref": {"type": "string"}}}
        assert complaint({"pattern": []}, schema) == "The argument 'pattern' must be text."

    def test_older_drafts_are_read_as_such(self) -> None:
        old = {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "properties": {"pair": {"type": "array", "items": [{"type": "string"}, {"type": "number"}]}},
        }
        assert check({"pair": ["x", 1]}, old)
        assert "must be" in complaint({"pair": [1, 1]}, old)

    @settings(max_examples=40)
    @given(
        some.recursive(
            some.none() | some.booleans() | some.integers() | some.text(max_size=5),
            lambda inner: (
                some.lists(inner, max_size=3)
                | some.dictionaries(
                    some.sampled_from(
                        [
                            "type",
                            "properties",
                            "$ref",
                            "$defs",
                            "anyOf",
                            "items",
                            "enum",
                            "required",
                            "a",
                            "not",
                        ]
                    ),
                    inner,
                    max_size=3,
                )
            ),
            max_leaves=12,
        )
    )
    def test_whatever_a_schema_holds_it_is_good_or_a_sentence(self, schema: Any) -> None:
        with suppress(BadInput):
            check({"a": 1}, schema)
        assert len(broken(json.dumps(schema))) < 300

    def test_what_it_may_grow_to_is_bounded(self) -> None:
        with pytest.raises(BadInput):
            plain({"enum_of": [{}] * (MOST + 1)})
