"""Where a reference within a schema leads.  Pure."""

from __future__ import annotations

from typing import cast
from urllib.parse import unquote

ANCHORS = ("$anchor", "$dynamicAnchor", "$id", "id")


def resolved(root: object, reference: str) -> object | None:
    """What `#/a/b` or `#name` stands for; None where there is no such thing."""
    way = unquote(reference.removeprefix("#"))
    if way and not way.startswith("/"):
        return _anchored(root, way)
    node = root
    for step in way.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(node, dict):
            node = cast("dict[str, object]", node).get(name)
        elif isinstance(node, list) and name.isdecimal() and len(name) < 6:
            items = cast("list[object]", node)
            node = items[int(name)] if int(name) < len(items) else None
        else:
            return None
    return node


def _anchored(root: object, name: str) -> object | None:
    open_: list[object] = [root]
    while open_:
        node = open_.pop()
        if isinstance(node, dict):
            part = cast("dict[str, object]", node)
            if any(part.get(anchor) in (name, f"#{name}") for anchor in ANCHORS):
                return part
            open_ += part.values()
        elif isinstance(node, list):
            open_ += cast("list[object]", node)
    return None
