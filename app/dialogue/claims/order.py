"""What a person has told Solo to do, and the sentences that tell of it as a thing that happens.

A small model does not only say "I've opened it"; it says "The garage door opens, allowing people to enter".
Such a sentence is a claim only as an answer to somebody who said "Open the garage door".  A rule file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.dialogue.claims.heads import NOWHERE, Place
from app.dialogue.claims.lexicon import Lexicon
from app.dialogue.claims.tokens import words_of
from app.sayings.deeds.forms import Kind, Verb

NEAR: Final = 6
"""Words behind the thing among which it is said what becomes of it."""
MOST: Final = 24
"""Words of an order that are looked at."""
_NO_ORDERS: Final = ("none", "read", "keep")
_BEGIN, _NAMED, _THING, _BECOMES = range(4)
"""Where a sentence stands, and in tens how many words ago it was the thing."""
_TOLD: Final[Place] = frozenset({-1})


@dataclass(frozen=True, slots=True)
class Order:
    """verbs: what is to be done; things: the words for what it is to be done to."""

    verbs: tuple[Verb, ...]
    things: frozenset[str]


def order_in(asked: str, lexicon: Lexicon) -> Order | None:
    """None where nothing is told to be done, and in a language that has no words for it."""
    words = lexicon.words
    # What follows a colon is to be kept or sent: "Save this note: the password is …"
    texts = [token.text for token in words_of(asked.partition(":")[0])][:MOST]
    begin = next((len(lead) for lead in words.leads if tuple(texts[: len(lead)]) == lead), 0)
    texts = texts[begin:]
    while texts and texts[0] in words.polite:
        texts = texts[1:]
    if not texts or not words.polite:
        return None
    uses = lexicon.forms.get(texts[0], ())
    verbs = [verb for verb, form in uses if form == "base" and verb.sort not in _NO_ORDERS]
    with_particle = [verb for verb in verbs if verb.particle and verb.particle in texts]
    verbs = with_particle or [verb for verb in verbs if not verb.particle]
    things = frozenset(_plain(text) for text in texts[1:] if _names(text, lexicon))
    return Order(tuple(verbs), things) if verbs and things else None


def _names(text: str, lexicon: Lexicon) -> bool:
    return text in lexicon.words.topics or not lexicon.usual(text)


def _plain(text: str) -> str:
    return text.removesuffix("'s").removesuffix("s")


class Told:
    """How a sentence begins that tells of what was ordered: "The garage door opens". Used as `Heads` is."""

    def __init__(self, order: Order, lexicon: Lexicon) -> None:
        words = lexicon.words
        self._things = order.things
        self._before = words.yours | words.definite | words.modifiers | frozenset(words.rooms)
        self._becomes = words.becomes
        self._verbs = _forms(("acts", "done", "doing", "past"), order, lexicon)
        axes = {verb.way.lstrip("+-") for verb in order.verbs} - {""}
        states = {word for word, way in words.states.items() if way.lstrip("+-") in axes}
        self._bare = _forms(("base",), order, lexicon) | states
        self._lost = words.modals
        self.begin: Final[Place] = frozenset({_BEGIN})

    def after(self, place: Place, word: str) -> Place:
        """Where one stands behind this word; NOWHERE when it is none of those sentences."""
        if not place or place == _TOLD:
            return NOWHERE
        (now,) = place
        state, behind = now % 10, now // 10
        if _plain(word) in self._things:
            return frozenset({_THING})
        if state in (_BEGIN, _NAMED):
            return frozenset({_NAMED}) if word.removesuffix("'s") in self._before else NOWHERE
        if word in self._lost or behind >= NEAR:
            return NOWHERE
        if word in self._verbs or (state == _BECOMES and word in self._bare):
            return _TOLD
        state = _BECOMES if word in self._becomes else state
        return frozenset({state + 10 * (behind + 1)})

    def may_follow(self, place: Place, piece: str) -> bool:
        """May it be one with a word that begins like this?"""
        if not place & {_BEGIN, _NAMED}:
            return bool(place)
        known = (*self._things, *self._before)
        return any(word.startswith(piece) or piece.startswith(word) for word in known)

    def kinds(self, place: Place) -> Sequence[Kind]:
        """What it is by now."""
        return ("ordered",) if place == _TOLD else ()


def _forms(forms: Sequence[str], order: Order, lexicon: Lexicon) -> frozenset[str]:
    """Of the verb that was ordered, and of others that change things."""
    return frozenset(
        word
        for verb in lexicon.words.verbs
        if verb in order.verbs or (verb.way and verb.sort in ("deed", "thing"))
        for form in forms
        for word in verb.forms.get(form, ())
    )
