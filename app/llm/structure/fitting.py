"""Makes a value fit the types of a schema where nothing is lost by it.  Pure.

Models write "5" where a number is wanted, one thing where a list of them is, "Red" where "red" is, and null
for what may be left out.  What is not plainly the same thing stays as it is; whoever asks looks afterwards
whether the whole is right now.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final, cast

from app.llm.structure.pointer import resolved

DEEPEST: Final = 64
_WHOLE: Final = re.compile(r"-?(?:0|[1-9]\d{0,17})")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d{0,17})(?:\.\d{1,17})?(?:[eE][+-]?\d{1,2})?")
_PYTHON: Final[Mapping[str, type | tuple[type, ...]]] = {
    "object": dict,
    "array": list,
    "string": str,
    "number": (int, float),
    "integer": int,
    "boolean": bool,
    "null": type(None),
}


def fitted(value: object, node: object, root: Mapping[str, Any], depth: int = 0) -> object:
    """The value as the part `node` of the schema `root` wants it, as far as that loses nothing."""
    part = _part(node, root)
    if part is None or depth > DEEPEST:
        return value
    for name in ("anyOf", "oneOf"):
        ways = part.get(name)
        if isinstance(ways, list):
            return _chosen(value, cast("list[object]", ways), root, depth)
    value = _named(_typed(value, part), part)
    if isinstance(value, dict):
        return _object(cast("dict[str, object]", value), part, root, depth)
    if isinstance(value, list) and isinstance(part.get("items"), dict):
        return [fitted(one, part["items"], root, depth + 1) for one in cast("list[object]", value)]
    return value


def _part(node: object, root: Mapping[str, Any]) -> dict[str, Any] | None:
    """The object that says what is wanted, behind references."""
    for _ in range(DEEPEST):
        if not isinstance(node, dict):
            return None
        part = cast("dict[str, Any]", node)
        reference = part.get("$ref")
        if not isinstance(reference, str):
            return part
        node = resolved(root, reference)
    return None


def _chosen(value: object, ways: list[object], root: Mapping[str, Any], depth: int) -> object:
    """As the first way wants it whose type it then has; as it is where it has one already."""
    parts = [part for way in ways if (part := _part(way, root)) is not None]
    right = [part for part in parts if _is(value, part)]
    for part in right or parts:
        found = fitted(value, part, root, depth + 1)
        if _is(found, part):
            return found
    return value


def _object(
    value: dict[str, object], part: dict[str, Any], root: Mapping[str, Any], depth: int
) -> dict[str, object]:
    known = cast("dict[str, Any]", part.get("properties") or {})
    needed = cast("list[Any]", part.get("required") or [])
    found: dict[str, object] = {}
    for name, one in value.items():
        node = known.get(name, part.get("additionalProperties"))
        made = fitted(one, node, root, depth + 1)
        unsaid = made is None and name in known and name not in needed and not _takes_null(known[name], root)
        if not unsaid:
            found[name] = made
    return found


def _takes_null(node: object, root: Mapping[str, Any]) -> bool:
    part = _part(node, root)
    if part is None:
        return True
    ways = [way for name in ("anyOf", "oneOf") for way in part.get(name) or ()]
    if ways:
        return any(_takes_null(way, root) for way in ways)
    return _is(None, part) and None in part.get("enum", [None])


def _types(part: Mapping[str, Any]) -> list[str]:
    named = part.get("type", [])
    return [str(one) for one in cast("list[object]", named)] if isinstance(named, list) else [str(named)]


def _is(value: object, part: Mapping[str, Any]) -> bool:
    types = _types(part)
    return not types or any(_has_type(value, name) for name in types)


def _has_type(value: object, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    if name == "integer" and isinstance(value, float):
        return value.is_integer()
    return name not in _PYTHON or isinstance(value, _PYTHON[name])


def _typed(value: object, part: Mapping[str, Any]) -> object:
    if _is(value, part):
        return value
    for name in _types(part):
        made = _made(value, name)
        if made is not None and _has_type(made, name):
            return made
    return value


def _made(value: object, name: str) -> object:
    """The same as another type; None where it is not the same."""
    match name:
        case "integer" | "number" if isinstance(value, str):
            plain = value.strip()
            if _WHOLE.fullmatch(plain):
                return int(plain)
            return float(plain) if name == "number" and _NUMBER.fullmatch(plain) else None
        case "boolean" if isinstance(value, str):
            return {"true": True, "false": False}.get(value.strip().lower())
        case "string" if isinstance(value, bool | int | float):
            return json.dumps(value)
        case "object" | "array" if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
            try:
                found: object = json.loads(value)
            except (ValueError, RecursionError):
                return [value] if name == "array" else None
            return found if _has_type(found, name) else None
        case "array" if value is not None and not isinstance(value, list):
            return [value]
        case _:
            return None


def _named(value: object, part: Mapping[str, Any]) -> object:
    """One of the words that there are, where only its letters' size is another."""
    words = part.get("enum")
    if not isinstance(value, str) or not isinstance(words, list) or value in words:
        return value
    same = [word for word in words if isinstance(word, str) and word.casefold() == value.strip().casefold()]
    return same[0] if len(same) == 1 else value
