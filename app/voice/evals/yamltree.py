"""YAML as plain data, with the line of every key.

The parser's events are read, nothing is constructed by names in the file: no tags, no anchors, no
aliases, a bounded depth, no key twice.  Words are words (`yes`, `no`, `on` are texts, as in YAML 1.2);
numbers, true, false and null are what they look like unless they stand in quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn, TypeAlias

import yaml

from app.kernel.errors import BadInput

Path: TypeAlias = tuple[str | int, ...]
"""Keys and positions that lead to a value."""

DEEPEST: Final = 12
MOST: Final = 5000
"""Values in a file."""
_INTEGER: Final = re.compile(r"[-+]?\d{1,15}")
_FLOAT: Final = re.compile(r"[-+]?(?:\d{1,15}\.\d{0,15}|\.\d{1,15})(?:[eE][-+]?\d{1,3})?")
_CONSTANTS: Final = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(slots=True)
class Tree:
    """The value, and the line (from 1) on which each value of it begins, by its path."""

    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict[Path, int])

    def line(self, path: Path) -> int:
        """Of this path, or of the nearest above it that is known."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def parse(text: str, name: str) -> Tree:
    """Read a document; name begins the sentence of every error. Raises BadInput."""
    builder = _Builder(name)
    try:
        return builder.document(yaml.parse(text, Loader=yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = f"this is not YAML: {error.problem or error.context}"
        builder.refuse(mark.line if mark else 0, f"{said} (a text with ? : # or a comma needs quotes)")
    except yaml.YAMLError as error:
        raise BadInput(f"{name} is not YAML: {' '.join(str(error).split())}.") from None


class _Builder:
    """One file; see the module."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._tree = Tree()
        self._count = 0

    def refuse(self, line: int, what: str) -> NoReturn:
        """line: from 0, as the parser counts."""
        raise BadInput(f"{self._name}, line {line + 1}: {what}.")

    def document(self, events: Iterator[Any]) -> Tree:
        """The only document of the file."""
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if self._count:
                    self.refuse(event.start_mark.line, "a second document begins here; one file holds one")
                self._tree.value = self._value(next(events), events, ())
        if not self._count:
            raise BadInput(f"{self._name} is empty.")
        return self._tree

    def _value(self, event: Any, events: Iterator[Any], path: Path) -> Any:
        line = event.start_mark.line
        self._count += 1
        if self._count > MOST or len(path) > DEEPEST:
            self.refuse(line, "there is more in this file than a conversation test can hold")
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self.refuse(line, "anchors and aliases (& and *) are not understood here; put it in quotes")
        if event.tag is not None and event.tag != "!":
            self.refuse(line, f"tags ({event.tag[:40]}) are not understood here")
        self._tree.lines.setdefault(path, line + 1)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(events, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, path)
        return _scalar(event)

    def _mapping(self, events: Iterator[Any], path: Path) -> dict[str, Any]:
        made: dict[str, Any] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            line = event.start_mark.line
            if not isinstance(event, yaml.ScalarEvent):
                self.refuse(line, "a key must be a word")
            key = event.value
            if key in made:
                self.refuse(line, f"{key!r} stands here twice")
            self._tree.lines[*path, key] = line + 1
            made[key] = self._value(next(events), events, (*path, key))
        return made

    def _sequence(self, events: Iterator[Any], path: Path) -> list[Any]:
        made: list[Any] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            made.append(self._value(event, events, (*path, len(made))))
        return made


def _scalar(event: Any) -> Any:
    text: str = event.value
    if event.style is not None:  # in quotes, or a block
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return _CONSTANTS.get(text, text)
