"""Whether a schema asks for what cannot be: so that no model is asked for it in vain.  Pure.

It finds the contradictions that people and programs write (bounds that cross, a constant of another type,
something that is required and forbidden, a thing that holds itself without end), not all that there are:
what is not found here fails after the model was asked a few times.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final, cast

from app.llm.structure.pointer import resolved

STEPS: Final = 10_000
HUGE: Final = 10**300
TYPES: Final = ("null", "boolean", "integer", "number", "string", "array", "object")

Allows = Callable[[object, object], bool]
"""Is a value allowed by a part of the schema?"""


def contradiction(root: dict[str, Any], allows: Allows) -> str:
    """Why no answer can meet it, for a sentence; empty where none was found."""
    try:
        return _Search(root, allows).why(root, "", frozenset())
    except RecursionError:
        return "it refers to itself too often"


class _Search:
    """Looks for an answer that is possible, in as many steps as there are."""

    def __init__(self, root: dict[str, Any], allows: Allows) -> None:
        self._root = root
        self._allows = allows
        self._steps = STEPS
        self._possible: set[int] = set()

    def why(self, node: object, where: str, open_: frozenset[str]) -> str:
        """Why nothing can meet this part. open_: references that are being followed: whoever comes back
        to one has found nothing that ends."""
        self._steps -= 1
        if node is False:
            return f"{where or 'the whole'} is never allowed"
        if not isinstance(node, dict) or id(node) in self._possible or self._steps < 0:
            return ""
        part = cast("dict[str, Any]", node)
        found = self._reference(part, where, open_) or self._choices(part, where, open_)
        found = found or self._own(part, where, open_)
        if not found:
            self._possible.add(id(part))
        return found

    def _reference(self, part: dict[str, Any], where: str, open_: frozenset[str]) -> str:
        reference = part.get("$ref")
        if not isinstance(reference, str):
            return ""
        if reference in open_:
            return f"{where or 'the whole'} holds itself without end"
        return self.why(resolved(self._root, reference), where, open_ | {reference})

    def _choices(self, part: dict[str, Any], where: str, open_: frozenset[str]) -> str:
        for each in _list(part.get("allOf")):
            if found := self.why(each, where, open_):
                return found
        for name in ("anyOf", "oneOf"):
            reasons = [self.why(each, where, open_) for each in _list(part.get(name))]
            if reasons and all(reasons):
                return reasons[0]
        return ""

    def _own(self, part: dict[str, Any], where: str, open_: frozenset[str]) -> str:
        if "const" in part or "enum" in part:
            values = [part["const"]] if "const" in part else _list(part["enum"])
            if any(self._allows(value, part) for value in values):
                return ""
            return f"{where or 'the whole'} allows no value of its {'const' if 'const' in part else 'enum'}"
        named = part.get("type", TYPES)
        reasons = [
            self._typed(str(one), part, where, open_)
            for one in (named if isinstance(named, list | tuple) else [named])
        ]
        return reasons[0] if reasons and all(reasons) else ""

    def _typed(self, kind: str, part: dict[str, Any], where: str, open_: frozenset[str]) -> str:
        """Why there is no value of this type."""
        match kind:
            case "integer" | "number":
                return _numbers(part, where, whole=kind == "integer")
            case "string":
                return _crossed(part, "minLength", "maxLength", where)
            case "array":
                return _crossed(part, "minItems", "maxItems", where) or self._items(part, where, open_)
            case "object":
                crossed = _crossed(part, "minProperties", "maxProperties", where)
                return crossed or self._required(part, where, open_)
            case _:
                return ""

    def _items(self, part: dict[str, Any], where: str, open_: frozenset[str]) -> str:
        least = _number(part.get("minItems"), 0)
        if "contains" in part and _number(part.get("minContains"), 1) >= 1:
            if found := self.why(part["contains"], f"{where}[]", open_):
                return found
            least = max(least, 1)
        first = _list(part.get("prefixItems"))
        for each in first[: int(min(least, len(first)))]:
            if found := self.why(each, f"{where}[]", open_):
                return found
        return self.why(part["items"], f"{where}[]", open_) if least > len(first) and "items" in part else ""

    def _required(self, part: dict[str, Any], where: str, open_: frozenset[str]) -> str:
        names = _list(part.get("required"))
        if len(set(map(str, names))) > _number(part.get("maxProperties"), math.inf):
            return f"{where or 'the whole'} requires more properties than it allows"
        known = cast("dict[str, Any]", part.get("properties") or {})
        for name in map(str, names):
            at = f"{where}.{name}".lstrip(".")
            if name in known:
                found = self.why(known[name], at, open_)
            elif part.get("patternProperties"):
                found = ""
            else:
                found = self.why(part.get("additionalProperties", True), at, open_)
            if found:
                return found
        return ""


def _numbers(part: dict[str, Any], where: str, *, whole: bool) -> str:
    low, high = _number(part.get("minimum"), -math.inf), _number(part.get("maximum"), math.inf)
    above, below = (
        _number(part.get("exclusiveMinimum"), -math.inf),
        _number(part.get("exclusiveMaximum"), math.inf),
    )
    if whole and math.isfinite(above):
        low = max(low, math.floor(above) + 1)
    if whole and math.isfinite(below):
        high = min(high, math.ceil(below) - 1)
    if whole and math.isfinite(low) and math.isfinite(high):
        low, high = math.ceil(low), math.floor(high)
    if low > high or above >= high or low >= below or above >= below:
        return f"the bounds of {where or 'the number'} cross"
    return ""


def _crossed(part: dict[str, Any], least: str, most: str, where: str) -> str:
    if _number(part.get(least), 0) > _number(part.get(most), math.inf):
        return f"{where or 'the whole'} has a {least} greater than its {most}"
    return ""


def _number(value: object, otherwise: float) -> float:
    """A bound; in old drafts some are true or false, and beyond what can be counted there is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return otherwise
    return otherwise if abs(value) > HUGE else value


def _list(value: object) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []
