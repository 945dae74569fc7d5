"""What the grammars that engines of this machine make of schemas are good for.  Pure.

`grammatical`: whether one can be made that neither fails nor makes every token slow (measured: with 250
words to choose from a token takes three times as long, with 1,000 twelve times).  `surely`: whether it keeps
to all of the schema, so that an answer may be told while it is written.

The grammars of llama.cpp leave out what they have no rule for (bounds of numbers, unlike elements, what
stands beside a reference or a choice); what has such things in it is looked at before it is told.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final, cast

from app.events.llm import Shape
from app.llm.structure.schema import schema_of

SAYS_NOTHING: Final = frozenset(
    {"title", "description", "default", "examples", "example", "$id", "$schema", "$comment", "deprecated"}
)
HELD: Final = frozenset(
    {
        "type",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "enum",
        "const",
        "minItems",
        "maxItems",
        "$defs",
        "definitions",
    }
)
ALONE: Final = ("$ref", "anyOf")
"""What the grammar takes for the whole."""


WIDEST: Final = 150
"""Words to choose from, or properties that may be there or not."""
MOST_TIMES: Final = 1900
"""How often something may be repeated: llama.cpp refuses 2,000."""
_COUNTS: Final = ("minLength", "maxLength", "minItems", "maxItems")
_MANY_TIMES: Final = re.compile(r"\{\d*,?\d{4,}|\{\d{4,}")


@lru_cache(maxsize=64)
def grammatical(text: str) -> bool:
    """Raises BadInput for a wrong schema."""
    open_: list[object] = [schema_of(text).plain]
    while open_:
        node = open_.pop()
        if isinstance(node, list):
            open_ += cast("list[object]", node)
        elif isinstance(node, dict):
            part = cast("dict[str, Any]", node)
            if _unwieldy(part):
                return False
            open_ += part.values()
    return True


def _unwieldy(part: dict[str, Any]) -> bool:
    words, properties, needed = part.get("enum"), part.get("properties"), part.get("required")
    if isinstance(words, list) and len(words) > WIDEST:
        return True
    needed = cast("list[Any]", needed) if isinstance(needed, list) else []
    if isinstance(properties, dict) and len(properties) - len(needed) > WIDEST:
        return True
    pattern = part.get("pattern")
    if isinstance(pattern, str) and _MANY_TIMES.search(pattern):
        return True
    return any(isinstance(count := part.get(name), int) and count > MOST_TIMES for name in _COUNTS)


def surely(shape: Shape) -> bool:
    """Raises BadInput for a wrong schema."""
    return shape.kind != "schema" or _held(schema_of(shape.text).plain)


def _held(node: object) -> bool:
    if not isinstance(node, dict):
        return True
    part = cast("dict[str, Any]", node)
    words = set(part) - SAYS_NOTHING
    definitions = [*_values(part.get("$defs")), *_values(part.get("definitions"))]
    for word in ALONE:
        if word in words:
            alone = words <= {word, "$defs", "definitions"}
            ways = cast("list[object]", part[word]) if word == "anyOf" else []
            return alone and all(map(_held, [*ways, *definitions]))
    properties = cast("dict[str, Any]", part.get("properties") or {})
    inner = [*properties.values(), part.get("items"), part.get("additionalProperties"), *definitions]
    return (
        words <= HELD
        and all(name in properties for name in part.get("required", ()))
        and all(map(_held, inner))
    )


def _values(named: object) -> list[object]:
    return [*cast("dict[str, object]", named).values()] if isinstance(named, dict) else []
