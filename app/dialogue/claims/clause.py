"""A sentence that begins like a claim, and a deed that is claimed in one.

A rule file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from app.dialogue.claims.amounts import Amounts
from app.dialogue.claims.lexicon import Lexicon
from app.dialogue.claims.tokens import Token
from app.sayings.deeds.forms import Kind, Verb

FORMS: Final[dict[Kind, tuple[str, ...]]] = {
    "done": ("done", "base", "doing"),
    "past": ("past", "base"),
    "doing": ("doing", "now", "base"),
    "promise": ("base", "doing", "now"),
    "passive": ("done",),
    "stands": ("done", "doing"),
    "brief": ("done",),
    "bare": ("done", "past"),
    "gerund": ("doing",),
    "state": ("done",),
    "ordered": ("acts", "done", "doing", "past", "base"),
}
"""Which forms of a verb make such a claim."""
OF_THINGS: Final[frozenset[Kind]] = frozenset({"passive", "stands", "state", "brief", "ordered"})
"""What is said of things, which stand before the verb."""
PROMISES: Final[frozenset[Kind]] = frozenset({"promise", "doing", "gerund", "kept"})
FRESH: Final[frozenset[Kind]] = frozenset({"whole", "doing", "gerund", "promise"})
NOTHING: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Opening:
    """Where a claim may have begun. begun: the sentence began here; first: it is the answer's first; hailed:
    behind "okay" and the like; framed: behind "when"; told: in what sounds like memories; asked: the sentence
    asks the person for something; listed: in an item of a list; story: somebody tells one."""

    begun: bool = True
    first: bool = False
    hailed: bool = False
    framed: bool = False
    told: bool = False
    asked: bool = False
    story: bool = False
    listed: bool = False


@dataclass(frozen=True)
class Clause:
    """A sentence from where a claim may have begun. at: the word that made it one; ends: the sign behind
    it."""

    kind: Kind
    items: Sequence[Token]
    at: int
    ends: str
    opening: Opening
    lexicon: Lexicon

    @cached_property
    def texts(self) -> list[str]:
        return [item.text for item in self.items]

    @cached_property
    def behind(self) -> list[str]:
        return self.texts[self.at + 1 :]

    @property
    def key(self) -> str:
        return self.texts[self.at]

    @property
    def of_things(self) -> bool:
        return self.kind in OF_THINGS

    def uses(self, place: int) -> list[tuple[Verb, str]]:
        """Of which verbs the word here may be a form that makes such a claim."""
        wanted = FORMS.get(self.kind, ())
        return [use for use in self.lexicon.forms.get(self.texts[place], []) if use[1] in wanted]


@dataclass(frozen=True, slots=True)
class Deed:
    """What is claimed. way: sign and axis; topics: any of these; words: what else it is about; names: those
    in capitals; rooms: where; said: all its words, as they stand."""

    kind: Kind
    verb: Verb | None = None
    way: str = ""
    topics: frozenset[str] = NOTHING
    words: frozenset[str] = NOTHING
    names: frozenset[str] = NOTHING
    rooms: frozenset[str] = NOTHING
    amounts: Amounts = field(default_factory=Amounts)
    said: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        return self.kind == "whole"

    @property
    def fresh(self) -> bool:
        """It is being done just now, so what was done in an earlier turn is not it."""
        return self.kind in FRESH and not self.later

    @property
    def state(self) -> bool:
        """It tells how things are, which may have been read."""
        return self.kind in ("state", "stands", "brief", "ordered")

    @property
    def later(self) -> bool:
        """It is promised for another time."""
        return self.kind == "kept" or (self.verb is not None and self.verb.sort == "keep")

    @property
    def read(self) -> bool:
        return self.verb is not None and self.verb.sort == "read"
