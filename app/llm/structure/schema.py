"""A JSON schema that an answer is to meet: looked at before any model or grammar sees it.  Pure.

Whoever asks may be a program that took it from anywhere.  Here it is found out in bounded time whether it
is one, whether it needs nothing from elsewhere, and whether any answer could meet it.  Patterns are matched
in linear time (the engine of pydantic), so that none of them can be catastrophic.  Format: JSON Schema, the
draft that `$schema` names, else 2020-12.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, cast

from jsonschema import validators
from jsonschema.exceptions import SchemaError
from jsonschema.validators import Draft202012Validator
from pydantic_core import SchemaError as PatternError
from pydantic_core import SchemaValidator, core_schema
from referencing.exceptions import Unresolvable

from app.kernel.errors import BadInput, TooLarge
from app.llm.structure.contradiction import contradiction
from app.llm.structure.meter import TooMuch, metered, steps
from app.llm.structure.pointer import resolved

LONGEST: Final = 100_000
"""Characters: the largest that people let models fill in have a fifth of that."""
DEEPEST: Final = 64
"""Brackets within brackets: twice what pydantic writes for ten models within each other."""
MOST_PATTERNS: Final = 100
LONGEST_PATTERN: Final = 1000
DATA: Final = frozenset({"const", "enum", "default", "examples", "example"})
"""Keywords whose values are no schemas."""
BY_NAME: Final = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
"""Keywords whose values are schemas by name."""
BOUNDS: Final = (("minLength", "maxLength"), ("minItems", "maxItems"), ("minProperties", "maxProperties"))
"""Where they cross, llama.cpp's grammar never ends, even in what may be left out."""
REFERENCES: Final = ("$ref", "$dynamicRef", "$recursiveRef")
_SHOWN: Final = 200
_MANY_REPEATS: Final = re.compile(r"\)\s*[*+?{]|(?:[*+{].*){3}", re.DOTALL)
"""What must not be in the pattern of a name, which the library matches by itself."""


@dataclass(frozen=True, slots=True)
class Schema:
    """One that can be met. plain: as data, without what says which draft it is; kind: the class of the
    library that checks it."""

    plain: dict[str, Any]
    kind: Any

    def errors(self, value: object) -> Iterator[Any]:
        """What is wrong with a value, as the library tells it. Raises TooMuch, RecursionError."""
        return self.kind(self.plain).iter_errors(value)


@lru_cache(maxsize=64)
def schema_of(text: str) -> Schema:
    """Read one. Raises BadInput with a sentence, TooLarge; takes milliseconds: call it in a thread."""
    plain = _parsed(text)
    kind = _draft(plain)
    _look_through(plain)
    _check(plain, kind)
    schema = Schema(plain, metered(kind, fits))
    if why := contradiction(plain, lambda value, part: _allows(schema, value, part)):
        raise BadInput(f"No answer can meet the schema: {_clipped(why)}.")
    return schema


def _parsed(text: str) -> dict[str, Any]:
    if len(text) > LONGEST:
        raise TooLarge(f"The schema has {len(text):,} characters; the limit is {LONGEST:,}.")
    try:
        plain: object = json.loads(text)
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise BadInput(f"The schema is no JSON: {error}.") from None
    if not isinstance(plain, dict):
        raise BadInput("A schema is a JSON object.")
    return cast("dict[str, Any]", plain)


def _draft(plain: dict[str, Any]) -> Any:
    named = plain.get("$schema")
    try:
        return validators.validator_for({"$schema": str(named)} if named else {}, Draft202012Validator)
    except ValueError:  # no address at all
        return Draft202012Validator


def _look_through(plain: dict[str, Any]) -> None:
    """Take out the names of drafts, which would call for other checkers in the middle of it; see that it
    is bounded and keeps to itself."""
    patterns: set[str] = set()
    open_: list[tuple[object, int, bool]] = [(plain, 1, False)]
    while open_:
        node, depth, named = open_.pop()
        if depth > DEEPEST:
            raise _too_deep()
        if isinstance(node, list):
            open_ += [(one, depth + 1, False) for one in cast("list[object]", node)]
        elif isinstance(node, dict):
            part = cast("dict[str, Any]", node)
            patterns |= set[str]() if named else _own(part, plain)
            inner = [name for name in part if named or name not in DATA]
            open_ += [(part[name], depth + 1, not named and name in BY_NAME) for name in inner]
    if len(patterns) > MOST_PATTERNS:
        raise BadInput(f"The schema has {len(patterns)} patterns; the limit is {MOST_PATTERNS}.")
    for pattern in patterns:
        matcher(pattern)


def _check(plain: dict[str, Any], kind: Any) -> None:
    try:
        kind.check_schema(plain, format_checker=None)
    except SchemaError as error:
        raise BadInput(f"That is no JSON schema: {_clipped(error.message)}.") from None
    except RecursionError:
        raise _too_deep() from None


def _allows(schema: Schema, value: object, part: object) -> bool:
    """Does a part of the schema allow this value?"""
    try:
        with steps():
            return schema.kind(schema.plain).evolve(schema=part).is_valid(value)
    except (TooMuch, RecursionError, Unresolvable):
        return True  # it is not certain that it does not


def _own(part: dict[str, Any], root: dict[str, Any]) -> set[str]:
    """The patterns of one object of a schema, which must keep to itself."""
    if isinstance(part.get("$schema"), str):
        del part["$schema"]
    if part is not root and isinstance(part.get("$id"), str):
        raise BadInput("Solo does not take a schema with others of their own name ($id) within it.")
    for name in REFERENCES:
        reference = part.get(name)
        if not isinstance(reference, str):
            continue
        if not reference.startswith("#"):
            raise BadInput(f"The schema refers to {_clipped(reference)}; Solo fetches no schemas.")
        if resolved(root, reference) is None:
            raise BadInput(f"The schema refers to {_clipped(reference)}, which is not there.")
    for least, most in BOUNDS:
        low, high = part.get(least), part.get(most)
        if isinstance(low, int) and isinstance(high, int) and low > high:
            raise BadInput(f"The schema has a {least} of {low} and a {most} of {high}.")
    named = part.get("patternProperties")
    names = set(cast("dict[str, Any]", named)) if isinstance(named, dict) else set[str]()
    for name in names:
        if _MANY_REPEATS.search(name):
            raise BadInput(f"The pattern {_clipped(name)} for names of properties repeats too much.")
    pattern = part.get("pattern")
    return names | {pattern} if isinstance(pattern, str) else names


@lru_cache(maxsize=512)
def matcher(pattern: str) -> SchemaValidator:
    """What matches a pattern in linear time. Raises BadInput for one that cannot be."""
    if len(pattern) > LONGEST_PATTERN:
        raise BadInput(f"A pattern of the schema has {len(pattern):,} characters; the limit is 1,000.")
    try:
        return SchemaValidator(core_schema.str_schema(pattern=pattern))
    except PatternError:
        raise BadInput(
            f"The pattern {_clipped(pattern)} of the schema cannot be used: it is wrong, too large, or looks "
            "around or back."
        ) from None


def fits(pattern: str, text: str) -> bool:
    """Does it match anywhere in the text?"""
    return matcher(pattern).isinstance_python(text)


def _too_deep() -> BadInput:
    return BadInput(f"The schema is nested deeper than {DEEPEST} brackets.")


def _clipped(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]} …"
