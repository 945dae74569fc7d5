"""Whether what was really done bears out what is claimed.

A rule file.  It has to have gone well, to have changed something (to have looked is enough for "I looked it
up" and for how things stand), to be about the same thing, and to contradict neither direction nor numbers nor
names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from app.dialogue.claims.amounts import Amounts, said
from app.dialogue.claims.clause import Deed
from app.dialogue.claims.evidence import Evidence
from app.dialogue.claims.held import contradicts, held, pairs_of
from app.dialogue.claims.lexicon import Lexicon
from app.dialogue.claims.tokens import words_of

KEPT_BY: Final = {
    "reminder": frozenset({"timer", "alarm", "event", "list", "notice"}),
    "notice": frozenset({"timer", "alarm", "event", "reminder", "list", "message", "call"}),
    "alarm": frozenset({"reminder", "timer"}),
}
"""Topic of a claim → those of tools that see to it as well."""
SETTLED: Final = frozenset({"timer", "alarm", "reminder", "event"})
"""What is there when it is set; anything else that is set is only changed."""
LONGEST: Final = 4000
"""Characters of arguments that are looked at."""
TEXT: Final = 1000
"""Characters of a name, a description or a result."""
SWITCHED: Final = frozenset({"light", "device", "fan", "heat", "tv", "cover", "door", "lock"})
STEM: Final = 4
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Account:
    """What a piece of evidence says. words: all; special: those of its arguments that name something
    of this call alone, such as milk or Anna."""

    evidence: Evidence
    words: frozenset[str]
    special: frozenset[str]
    topics: frozenset[str]
    rooms: frozenset[str]
    ways: frozenset[str]
    amounts: Amounts
    answered: Amounts


def account(evidence: Evidence, own: Lexicon, common: Lexicon) -> Account:
    """own: of the language that is spoken; common: English, in which most tools are described."""
    name = _plain(evidence.name[:TEXT])
    given = pairs_of(evidence.arguments[:LONGEST])
    values = [text for _, value in given if isinstance(value, str) for text in _plain(value[:300])]
    keys = [text for key, _ in given for text in _plain(key)]
    about = [*_plain(evidence.description[:TEXT]), *_plain(evidence.result[:TEXT])]
    words = frozenset([*name, *values, *keys, *about])
    topics = frozenset(
        lexicon.words.topics[word]
        for lexicon in (own, common)
        for word in words
        if word in lexicon.words.topics
    )
    implied = frozenset(
        topic
        for lexicon in (own, common)
        for word in name
        for verb, _ in lexicon.forms.get(word, [])
        for topic in verb.topics
    )
    ways = (
        _switched(evidence.arguments, common)
        or _ways(values, own, common, topics)
        or _ways(name, own, common, topics)
        or _ways(_plain(evidence.result[:200]), own, common, topics)
    )
    tables = common.words
    return Account(
        evidence=evidence,
        words=words,
        special=frozenset(value for value in values if not own.usual(value) and not common.usual(value)),
        topics=topics | implied,
        rooms=frozenset(
            lexicon.words.rooms[word]
            for lexicon in (own, common)
            for word in words
            if word in lexicon.words.rooms
        ),
        ways=ways,
        amounts=held(evidence.arguments[:LONGEST], tables) if given else said(evidence.result[:300], tables),
        answered=said(evidence.result[:300], tables),
    )


def supports(account: Account, deed: Deed) -> bool:
    """This bears it out."""
    evidence = account.evidence
    if not evidence.ok or (deed.fresh and not evidence.now):
        return False
    if deed.read:
        return True
    if evidence.effects == "none" and not deed.state:
        return False
    if deed.whole:
        return True
    return (
        not _opposed(account.ways, deed)
        and not (deed.rooms and account.rooms and not deed.rooms & account.rooms)
        and _same_thing(account, deed)
        and _same_words(account, deed)
        and not contradicts(deed.amounts, account.amounts, account.answered)
    )


def _same_thing(account: Account, deed: Deed) -> bool:
    if not deed.topics:
        return not deed.words or _shares(deed.words, account.words) or not account.special
    wanted = deed.topics
    if deed.later:
        wanted = wanted.union(*(KEPT_BY.get(topic, frozenset()) for topic in wanted))
    if wanted & account.topics:
        return True
    # "the bedroom lamp" may be a switch that is called so
    named = bool(deed.rooms & account.rooms or _shares(deed.words, account.special))
    return deed.way in account.ways and bool(deed.topics & SWITCHED) and named


def _same_words(account: Account, deed: Deed) -> bool:
    """Milk is not eggs, and Anna is not Peter."""
    if not account.special:
        return True
    if {"message", "call"} & deed.topics:
        return all(_shares(frozenset({name}), account.words) for name in deed.names)
    return not deed.words or _shares(deed.words, account.words)


def _shares(some: frozenset[str], others: frozenset[str]) -> bool:
    return any(_alike(one, other) for one in some for other in others)


def _alike(one: str, other: str) -> bool:
    if one == other:
        return True
    short = min(len(one), len(other))
    return short >= STEM and one[: max(STEM, short - 2)] == other[: max(STEM, short - 2)]


def _opposed(ways: frozenset[str], deed: Deed) -> bool:
    if not deed.way:
        return False
    opposite = ("-" if deed.way[0] == "+" else "+") + deed.way[1:]
    return opposite in ways and deed.way not in ways


def _ways(texts: list[str], own: Lexicon, common: Lexicon, topics: frozenset[str]) -> frozenset[str]:
    found: set[str] = set()
    for lexicon in (own, common):
        for place, text in enumerate(texts):
            following = texts[place + 1 : place + 3]
            uses = [verb for verb, _ in lexicon.forms.get(text, [])]
            fitting = [verb for verb in uses if verb.particle and verb.particle in following] or [
                verb for verb in uses if not verb.particle
            ]
            found |= {
                verb.way for verb in fitting if verb.way and not (text == "set" and not topics & SETTLED)
            }
            if text in lexicon.words.states:
                found.add(lexicon.words.states[text])
    return frozenset(found)


def _switched(arguments: str, common: Lexicon) -> frozenset[str]:
    """{"on": false} turns off."""
    found: set[str] = set()
    for key, value in pairs_of(arguments[:LONGEST]):
        if isinstance(value, bool):
            way = common.words.switches.get(key)
            if way:
                found.add(way if value else ("-" if way[0] == "+" else "+") + way[1:])
    return frozenset(found)


def _plain(text: str) -> list[str]:
    """The words of a name, however it is put together."""
    apart = _CAMEL.sub(" ", text).replace("_", " ").replace("-", " ").replace(".", " ")
    return [token.text for token in words_of(apart) if token.sort == "word"]
