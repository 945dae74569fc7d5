"""What a model wrote, in the shape that was asked for: as it stands, mended, or with a sentence that says
what is wrong with it.  Pure; may take milliseconds: call it in a thread."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

from app.events.llm import Shape
from app.llm.structure.fitting import fitted
from app.llm.structure.repair import candidates
from app.llm.structure.schema import schema_of
from app.llm.structure.validate import complaint, value_of, wrong

MOST_LOOKS: Final = 24
"""Values that are held against the schema."""


@dataclass(frozen=True, slots=True)
class Shaped:
    """wrong: a sentence, empty where the text has the shape."""

    text: str
    wrong: str = ""


def shaped(text: str, shape: Shape, *, cut: bool = False) -> Shaped:
    """cut: the limit ended it. Raises BadInput for a schema that is wrong."""
    plain = complaint(text, shape)
    if not plain:
        return Shaped(text)
    first, looks = "", 0
    for value in _values(text, cut=cut):
        for way in _ways(value, shape):
            found = wrong(way, shape)
            if not found:
                return Shaped(json.dumps(way, ensure_ascii=False))
            first, looks = first or found, looks + 1
            if looks >= MOST_LOOKS:
                return Shaped(text, first)
    return Shaped(text, first or plain)


def _values(text: str, *, cut: bool) -> Iterator[object]:
    try:
        yield value_of(text)
    except ValueError:
        yield from candidates(text, cut=cut)


def _ways(value: object, shape: Shape) -> Iterator[object]:
    """The value, and what it may have been put into: a list, a name, the words of the schema itself."""
    root: dict[str, Any] = schema_of(shape.text).plain if shape.kind == "schema" else {}
    for inner in _unpacked(value):
        yield inner
        better = fitted(inner, root, root)
        if better != inner or repr(better) != repr(inner):  # 1 is not True
            yield better


def _unpacked(value: object) -> Iterator[object]:
    yield value
    if isinstance(value, list) and len(cast("list[object]", value)) == 1:
        yield value[0]
    if isinstance(value, dict):
        part = cast("dict[str, object]", value)
        if len(part) == 1:
            yield next(iter(part.values()))
        elif "properties" in part:
            yield part["properties"]
