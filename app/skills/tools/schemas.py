"""JSON schemas: made shorter, and made harmless.

A rule file. A schema comes from whoever brings the tool, who may mean ill: references may lead elsewhere
or grow without end, patterns may take years to match. `plain` gives one that says (nearly) the same and
can be checked in bounded time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias, cast

from app.kernel.errors import BadInput

Json: TypeAlias = Any

NAMED: Final = frozenset(("properties", "$defs", "definitions", "dependentSchemas"))
"""Keywords whose keys are names of the author's, not keywords."""
VERBATIM: Final = frozenset(("enum", "const", "default", "examples", "required"))
SLOW: Final = frozenset(("pattern", "patternProperties", "uniqueItems", "format"))
"""Not checked: whoever runs the tool does that."""
POINTERS: Final = frozenset(("$schema", "$id", "id", "$anchor", "$dynamicAnchor", "$vocabulary", "$comment"))
CLOSED: Final = frozenset(("additionalProperties", "unevaluatedProperties"))
FOREIGN: Final = frozenset(("$dynamicRef", "$recursiveRef"))
DEEPEST: Final = 32
MOST: Final = 5_000
"""Parts that a schema may have once its references are filled in."""


def compact(schema: Json) -> Json:
    """Without titles, empty defaults, and alternatives of null: that something may be left out is said by
    what is required."""
    return _walk(schema, _shorter)


def _walk(node: Json, change: Callable[[dict[str, Json]], dict[str, Json]]) -> Json:
    if isinstance(node, list):
        return [_walk(one, change) for one in cast(list[Json], node)]
    if not isinstance(node, dict):
        return node
    made: dict[str, Json] = {}
    for key, value in cast(dict[str, Json], node).items():
        if key in VERBATIM:
            made[key] = value
        elif key in NAMED and isinstance(value, dict):
            made[key] = {name: _walk(one, change) for name, one in cast(dict[str, Json], value).items()}
        else:
            made[key] = _walk(value, change)
    return change(made)


def _shorter(node: dict[str, Json]) -> dict[str, Json]:
    made = {key: value for key, value in node.items() if key != "title"}
    if not made.get("default", True):
        del made["default"]
    others = [one for one in made.get("anyOf", []) if one != {"type": "null"}]
    if len(others) == 1 and len(made["anyOf"]) == 2:
        del made["anyOf"]
        made = others[0] | made
    return made


def plain(schema: Json) -> dict[str, Json]:
    """Without references, patterns and other things that can take for ever. Raises BadInput where it
    leads out of itself, is too large, or is no schema of arguments."""
    if not isinstance(schema, dict):
        raise BadInput("its schema is no object")
    root = cast(dict[str, Json], schema)
    made = _Plain(root).of(root, (), 0)
    if not isinstance(made, dict):
        raise BadInput("its schema is no object")
    return cast(dict[str, Json], made)


def size(value: Json) -> int:
    """How many parts it has, however deep."""
    count, level = 0, [value]
    while level:
        count += len(level)
        level = [inner for one in level for inner in _parts(one)]
    return count


def _parts(value: Json) -> list[Json]:
    if isinstance(value, dict):
        return [*cast(dict[str, Json], value).values()]
    return cast(list[Json], value) if isinstance(value, list) else []


class _Plain:
    """Fills in references, counting what it makes."""

    def __init__(self, root: dict[str, Json]) -> None:
        self._root = root
        self._made = 0

    def of(self, node: Json, inside: tuple[str, ...], depth: int) -> Json:
        """node without references; inside: those that it was reached by."""
        self._made += 1
        if self._made > MOST or depth > DEEPEST:
            raise BadInput("its schema is too large")
        if isinstance(node, list):
            return [self.of(one, inside, depth + 1) for one in cast(list[Json], node)]
        if not isinstance(node, dict):
            return node
        return self._object(cast(dict[str, Json], node), inside, depth)

    def _object(self, node: dict[str, Json], inside: tuple[str, ...], depth: int) -> Json:
        if FOREIGN & node.keys():
            raise BadInput("its schema has references that are not understood")
        left_out = SLOW | POINTERS | {"$ref", "$defs", "definitions"}
        if "patternProperties" in node:
            left_out |= CLOSED
        made: dict[str, Json] = {}
        for key, value in node.items():
            if key in left_out:
                continue
            if key in VERBATIM:
                made[key] = value
            elif key in NAMED and isinstance(value, dict):
                named = cast(dict[str, Json], value)
                made[key] = {name: self.of(one, inside, depth + 1) for name, one in named.items()}
            else:
                made[key] = self.of(value, inside, depth + 1)
        reference = node.get("$ref")
        if reference is None:
            return made
        target = self._target(reference, inside, depth)
        return target if not made else {"allOf": [target, made]}

    def _target(self, reference: Json, inside: tuple[str, ...], depth: int) -> Json:
        if not isinstance(reference, str) or not reference.startswith("#"):
            raise BadInput("its schema leads elsewhere")
        if reference in inside:
            return {}  # what contains itself is checked once
        found: Json = self._root
        for part in reference[1:].split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(found, dict) or name not in found:
                raise BadInput("its schema has a reference to nothing")
            found = cast(dict[str, Json], found)[name]
        return self.of(found, (*inside, reference), depth + 1)
