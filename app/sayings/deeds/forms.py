"""What each language brings to tell a claim ("I've set a timer") from other talk about deeds.

A rule file; the words are data, in a file for each language, all in lower case.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias

Sort: TypeAlias = Literal["deed", "thing", "topic", "yours", "named", "read", "keep", "none"]
"""When a verb is a deed of an assistant's. deed: whatever its object; thing: with something that an
assistant acts upon, or a pronoun; topic: only with such a thing; yours: or with what is the person's; named:
with a person; read: looking something up; keep: what needs something that keeps it later on; none: with this
particle it is no deed."""

Kind: TypeAlias = Literal[
    "done",
    "past",
    "doing",
    "promise",
    "passive",
    "stands",
    "state",
    "brief",
    "bare",
    "gerund",
    "whole",
    "kept",
    "ordered",
]
"""How it is said. done: I've set; past: I set; doing: I'm setting; promise: I'll set; passive: it has been
set; stands: the timer is set; state: the light is off; brief: timer set; bare: turned it off; gerund: turning
it off; whole: a phrase that is a claim by itself; kept: you'll be reminded; ordered: the
door opens, where somebody said "open the door"."""

FORMS: Final = ("base", "past", "done", "doing", "now", "acts")


@dataclass(frozen=True, slots=True)
class Verb:
    """way: what it does, as sign and axis ("+be", "-open"); topics: what it is about by itself; particle: a
    word that belongs to it; form → words."""

    sort: Sort
    way: str
    topics: frozenset[str]
    particle: str
    forms: dict[str, tuple[str, ...]]


NONE: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deeds:
    """How claims are said, and what they are not.

    heads: how they begin, kind and pattern ([optional], (one|other), {class}, {class*} any number, {any}).
    topics: noun → topic.  states: word → way.  switches: name of a yes or no → way.  rooms: word → room.
    adverbs, modifiers: may stand between; pronouns, yours, you, people, definite: of objects.

    Where one may begin.  interjections: behind these; hails: behind these and a comma; joints: behind these
    in the middle; confirming, that: behind "I can confirm that".

    What is none.  hypothetical: nothing behind it in the sentence; framing: no memories behind it; asking:
    who begins so offers; conditions: no promise with it; negatives: close to the verb; finite: the sentence
    has another verb; general: how things are as a rule; texts: what stands in the answer itself, loose ones
    before `of`; ours: with them only what is done for you; were: with them only amounts, or what is yours;
    mine: is not an assistant's; told: words of memories; story: phrases that begin a story; tales: announced,
    it lasts; draft: before a colon, what follows is for others to say; labels: before a colon, what follows
    is Solo's own; letters, greetings: begin a letter.

    What may stand behind.  prepositions; tails: behind "timer set"; toward: before an amount; endings; days;
    fillers: say nothing about what it is about; short: abbreviations.

    Numbers.  numbers, units (seconds), shares, clocks, one, plus ("and a half"); past: minutes beside the
    hour, past_joint before it, before: counted backwards.

    soonest: behind a condition, it is none ("as soon as possible").

    Orders.  polite, leads: before one; becomes: between a thing and what becomes of it; modals: not so where
    these stand.

    honest: that it was not done; honest_object: with {verb} and {object}; honest_topics: topic → sentence.
    nouns_in_capitals: every noun has one, so it names nobody.  objects_first: an object may stand before the
    verb.
    """

    heads: tuple[tuple[Kind, str], ...]
    verbs: tuple[Verb, ...]
    topics: dict[str, str]
    states: dict[str, str]
    switches: dict[str, str] = field(default_factory=dict[str, str])
    rooms: dict[str, str]
    adverbs: frozenset[str]
    modifiers: frozenset[str] = NONE
    pronouns: frozenset[str]
    yours: frozenset[str]
    you: frozenset[str]
    people: frozenset[str]
    definite: frozenset[str]
    interjections: frozenset[str]
    hails: frozenset[str] = NONE
    joints: frozenset[str]
    confirming: frozenset[str] = NONE
    that: frozenset[str] = NONE
    hypothetical: frozenset[str]
    framing: frozenset[str]
    asking: frozenset[str]
    conditions: frozenset[str]
    soonest: frozenset[str] = NONE
    negatives: frozenset[str]
    finite: frozenset[str]
    general: frozenset[str]
    texts: frozenset[str]
    loose: frozenset[str] = NONE
    of: frozenset[str] = NONE
    ours: frozenset[str] = NONE
    were: frozenset[str] = NONE
    mine: frozenset[str]
    told: frozenset[str]
    story: frozenset[str]
    tales: frozenset[str]
    draft: frozenset[str]
    labels: frozenset[str]
    letters: frozenset[str]
    greetings: frozenset[str]
    prepositions: frozenset[str]
    tails: frozenset[str]
    toward: frozenset[str]
    endings: frozenset[str]
    days: frozenset[str]
    fillers: frozenset[str]
    short: frozenset[str] = NONE
    numbers: dict[str, float]
    units: dict[str, float]
    shares: frozenset[str]
    clocks: dict[str, str]
    one: frozenset[str]
    plus: frozenset[str]
    past: dict[str, float] = field(default_factory=dict[str, float])
    past_joint: frozenset[str] = NONE
    before: frozenset[str] = NONE
    polite: frozenset[str] = NONE
    leads: tuple[tuple[str, ...], ...] = ()
    becomes: frozenset[str] = NONE
    modals: frozenset[str] = NONE
    honest: str
    honest_object: str
    honest_topics: dict[str, str]
    nouns_in_capitals: bool = False
    objects_first: bool = False


def pairs(text: str) -> dict[str, str]:
    """`name: word word | name: word`: word → name."""
    found: dict[str, str] = {}
    for part in text.split("|"):
        name, _, names = part.partition(":")
        found |= dict.fromkeys(names.split(), name.strip())
    return found


def thirds(known: tuple[Verb, ...]) -> tuple[Verb, ...]:
    """The same verbs with what they are in English behind "it": opens, switches, tries."""

    def third(word: str) -> str:
        if word.endswith("y") and word[-2:-1] not in ("a", "e", "o", "u"):
            return f"{word[:-1]}ies"
        return word + ("es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s")

    return tuple(
        replace(verb, forms=verb.forms | {"acts": tuple(map(third, verb.forms.get("base", ())))})
        for verb in known
    )


def values(text: str) -> dict[str, float]:
    """`3: three third | 4: four`: word → number."""
    return {word: float(number) for word, number in pairs(text).items()}


def heads(text: str) -> tuple[tuple[Kind, str], ...]:
    """`kind: pattern`, one a line."""
    found: list[tuple[Kind, str]] = []
    for line in text.strip().splitlines():
        kind, _, pattern = line.strip().partition(":")
        found.append((kind, pattern.strip()))  # pyright: ignore[reportArgumentType]  (checked by a test)
    return tuple(found)


def verbs(text: str) -> tuple[Verb, ...]:
    """`sort way topics particle: base past done doing now`, one a line; -: none, /: or."""
    found: list[Verb] = []
    for line in text.strip().splitlines():
        head, _, forms = line.partition(":")
        sort, way, topics, particle = (word.strip("-") if word == "-" else word for word in head.split())
        words = {
            name: tuple(word.split("/"))
            for name, word in zip(FORMS, forms.split(), strict=False)
            if word != "-"
        }
        found.append(Verb(sort, way, frozenset(topics.split(",")) - {""}, particle, words))  # pyright: ignore[reportArgumentType]
    return tuple(found)
