"""How claims begin, as patterns over words that are followed while the words come.

A rule file.  A pattern is words, `[optional]`, `(one|other)`, `{class}` for a word of a class, `{class*}`
for any number of them, `{any}` for whatever word.  All patterns together are one automaton, so a word costs
one step however many patterns there are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from app.sayings.deeds.forms import Kind

_PIECE: Final = re.compile(r"[\[\]()|]|\{[^}]+\}|[^\s\[\](){}|]+")
_ANY: Final = "{any}"

Place = frozenset[int]
"""Where in the patterns a beginning stands."""
MOST: Final = 10_000
"""Steps that are remembered."""
NUMBER: Final = "#"
"""What stands for every number in figures."""
NOWHERE: Final[Place] = frozenset()


@dataclass
class _Graph:
    steps: list[dict[str, set[int]]] = field(default_factory=list[dict[str, set[int]]])
    free: list[set[int]] = field(default_factory=list[set[int]])

    def node(self) -> int:
        self.steps.append({})
        self.free.append(set())
        return len(self.steps) - 1

    def step(self, begin: int, label: str, end: int) -> None:
        self.steps[begin].setdefault(label, set()).add(end)


class Heads:
    """The beginnings of claims in one language. classes: name → the words of it."""

    def __init__(self, heads: Iterable[tuple[Kind, str]], classes: Mapping[str, frozenset[str]]) -> None:
        self._graph = _Graph()
        begins: set[int] = set()
        self._ends: dict[int, Kind] = {}
        for kind, pattern in heads:
            begin = self._graph.node()
            pieces = _PIECE.findall(pattern)
            end, rest = self._choice(pieces, begin)
            if rest:
                raise ValueError(f"a bracket too much in: {pattern}")
            begins.add(begin)
            self._ends[end] = kind
        self._beginnings: dict[str, frozenset[str]] = {}
        """Label → what its words begin with."""
        self._labels = self._labelled(classes)
        self._known: dict[tuple[Place, frozenset[str]], Place] = {}
        self.begin: Final = self._closed(begins)
        self._following: dict[Place, frozenset[str]] = {}

    # -- following -----------------------------------------------------------------------------

    def after(self, place: Place, word: str) -> Place:
        """Where one stands behind this word; NOWHERE when no claim begins so."""
        key = (place, self._labels.get(NUMBER if word[:1].isdigit() else word, NOTHING))
        known = self._known.get(key)
        if known is None:
            found: set[int] = set()
            for node in place:
                steps = self._graph.steps[node]
                for label in (*key[1], _ANY):
                    found |= steps.get(label, set())
            if len(self._known) >= MOST:
                self._known.clear()
            known = self._known[key] = self._closed(found)
        return known

    def kinds(self, place: Place) -> list[Kind]:
        """What has been said in full here."""
        return [self._ends[node] for node in sorted(place) if node in self._ends]

    def may_follow(self, place: Place, piece: str) -> bool:
        """A word that begins with these letters may stand here."""
        labels = self._following.get(place)
        if labels is None:
            labels = self._following[place] = frozenset(
                label for node in place for label in self._graph.steps[node]
            )
        begun = NUMBER if piece[:1].isdigit() else piece
        return _ANY in labels or any(begun in self._beginnings[label] for label in labels)

    # -- building ------------------------------------------------------------------------------

    def _choice(self, pieces: list[str], begin: int) -> tuple[int, list[str]]:
        """Alternatives up to a closing bracket or the end → (where they end, the pieces from there on)."""
        end = self._graph.node()
        at, rest = begin, pieces
        while rest and rest[0] not in ")]":
            if rest[0] == "|":
                self._graph.free[at].add(end)
                at, rest = begin, rest[1:]
            elif rest[0] in "([":
                inner = self._graph.node()
                self._graph.free[at].add(inner)
                behind, left = self._choice(rest[1:], inner)
                if rest[0] == "[":
                    self._graph.free[inner].add(behind)
                at, rest = behind, left[1:]
            else:
                at, rest = self._word(rest[0], at), rest[1:]
        self._graph.free[at].add(end)
        return end, rest

    def _word(self, piece: str, at: int) -> int:
        behind = self._graph.node()
        if piece.endswith("*}"):
            self._graph.free[at].add(behind)
            self._graph.step(behind, piece[:-2] + "}", behind)
        else:
            self._graph.step(at, piece, behind)
        return behind

    def _closed(self, nodes: Iterable[int]) -> Place:
        found, waiting = set(nodes), list(nodes)
        while waiting:
            for node in self._graph.free[waiting.pop()] - found:
                found.add(node)
                waiting.append(node)
        return frozenset(found)

    def _labelled(self, classes: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
        """Word → itself, where a pattern names it, and its classes."""
        labels: dict[str, set[str]] = {}
        for label in {label for step in self._graph.steps for label in step} - {_ANY}:
            words = classes[label.strip("{}")] if label.startswith("{") else {label}
            self._beginnings[label] = frozenset(
                word[:length] for word in words for length in range(len(word) + 1)
            )
            for word in words:
                labels.setdefault(word, set()).add(label)
        return {word: frozenset(names) for word, names in labels.items()}


NOTHING: Final[frozenset[str]] = frozenset()
