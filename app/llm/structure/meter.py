"""A checker of JSON schemas that ends: every keyword that it looks at costs a step, patterns are matched in
linear time, and unlike elements are told apart by sorting.  Pure.

A few hundred characters of references to references can ask for more steps than there are atoms; the
library that checks would take them all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, Final

from jsonschema import validators
from jsonschema.exceptions import ValidationError
from referencing import Registry

STEPS: Final = 50_000
"""Keywords looked at for one value: about half a second."""

_left: ContextVar[int] = ContextVar("steps_left", default=STEPS)

Rule = Callable[[Any, Any, Any, Any], Any]


class TooMuch(Exception):
    """The steps are used up."""


@contextmanager
def steps(many: int = STEPS) -> Generator[None]:
    """So many steps may be taken in it."""
    before = _left.set(many)
    try:
        yield
    finally:
        _left.reset(before)


@lru_cache(maxsize=16)
def metered(kind: Any, fits: Callable[[str, str], bool]) -> Any:
    """The checker of a draft, with the meter in it, and without a way to fetch anything."""

    def pattern(validator: Any, wanted: str, text: Any, _: Any) -> Iterator[ValidationError]:
        if validator.is_type(text, "string") and not fits(wanted, text):
            yield ValidationError("does not match the pattern")

    own: dict[str, Rule] = {"pattern": pattern, "uniqueItems": _unique}
    rules = {name: _paid(rule) for name, rule in (kind.VALIDATORS | own).items()}
    made: Any = validators.extend(kind, rules)

    def checker(schema: Any) -> Any:
        return made(schema, registry=Registry())

    return checker


def _paid(rule: Rule) -> Rule:
    def paying(validator: Any, wanted: Any, value: Any, schema: Any) -> Any:
        left = _left.get() - 1
        if left < 0:
            raise TooMuch
        _left.set(left)
        return rule(validator, wanted, value, schema)

    return paying


def _unique(validator: Any, wanted: Any, value: Any, _: Any) -> Iterator[ValidationError]:
    if wanted and validator.is_type(value, "array"):
        seen = {json.dumps(_same(one), sort_keys=True) for one in value}
        if len(seen) < len(value):
            yield ValidationError("has an element twice")


def _same(value: Any) -> Any:
    """1.0 is 1."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_same(one) for one in value]
    return {name: _same(one) for name, one in value.items()} if isinstance(value, dict) else value
