"""What a sentence that begins like a claim says was done.

A rule file: words in, the deeds that are claimed out, none where it is other talk after all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.dialogue.claims.about import deed, main_topics, names_in, topics_of
from app.dialogue.claims.clause import FORMS, Clause, Deed
from app.dialogue.claims.othertalk import denied, is_other_talk
from app.sayings.deeds.forms import Verb

AHEAD: Final = 6
"""Words behind a verb among which its particle is looked for."""
LOOKED: Final = Verb("read", "", frozenset(), "", {})
"""To have looked something up, in words that are no single verb."""
KEPT: Final = frozenset({"notice"})


def deeds_in(clause: Clause) -> list[Deed]:
    """All that it claims; empty: nothing."""
    if clause.kind == "whole":
        return _whole(clause)
    if is_other_talk(clause):
        return []
    whole = (0, len(clause.texts))
    if clause.kind == "kept":
        return [deed(clause, whole, verb=None, way="+be", topics=KEPT)]
    if clause.kind == "ordered":
        return [_ordered(clause, whole)]
    way = clause.lexicon.words.states.get(clause.key, "")
    if way and clause.kind in ("state", "brief"):
        topics = topics_of(clause.texts[: clause.at], clause.lexicon)
        return [deed(clause, whole, verb=None, way=way, topics=topics)] if topics else []
    return _actions(clause)


def _ordered(clause: Clause, whole: tuple[int, int]) -> Deed:
    """What became of a thing, as it was told to become."""
    verbs = _fitting(clause.uses(clause.at), clause.behind[:AHEAD])
    verb = verbs[0] if verbs else None
    way = verb.way if verb else clause.lexicon.words.states.get(clause.key, "")
    topics = main_topics(clause.texts, clause.lexicon)
    return deed(clause, whole, verb=verb, way=way, topics=(verb.topics if verb else None) or topics)


def _whole(clause: Clause) -> list[Deed]:
    """ "Done", and nothing but "now" or "for you" behind it."""
    words = clause.lexicon.words
    more = [word for word in clause.behind if word not in words.adverbs and word not in words.endings]
    return [] if clause.ends == "?" or more or denied(clause) else [Deed("whole")]


def _actions(clause: Clause) -> list[Deed]:
    """The deed, and those that are joined to it with "and"."""
    places = [clause.at, *(p for p in range(clause.at + 2, len(clause.texts)) if _joined(clause, p))]
    ends = [*places[1:], len(clause.texts)]
    found = [_action(clause, place, end) for place, end in zip(places, ends, strict=True)]
    return [one for one in found if one is not None]


def _joined(clause: Clause, place: int) -> bool:
    before = clause.texts[place - 1]
    if before != "," and before not in clause.lexicon.words.joints:
        return False
    return any(form == FORMS[clause.kind][0] for _, form in clause.uses(place))


def _action(clause: Clause, at: int, end: int) -> Deed | None:
    first, texts, lexicon = at == clause.at, clause.texts, clause.lexicon
    uses = clause.uses(at)
    if not uses and first and clause.kind == "done":
        return deed(clause, (at, end), verb=LOOKED, way="", topics=frozenset())
    before = first and (clause.of_things or lexicon.words.objects_first)
    near = texts[at + 1 : min(end, at + 1 + AHEAD)]
    if lexicon.words.objects_first:
        near = [*texts[:at], *texts[at + 1 : end]]
    begin = 0 if before else at
    for verb in _fitting(uses, near):
        if verb.sort == "none":
            return None
        zone = [text for text in [*texts[begin:at], *texts[at + 1 : end]] if text != verb.particle]
        topics = main_topics(zone, lexicon)
        if _is_deed(clause, verb, zone, named=bool(names_in(clause, at + 1, end))):
            return deed(clause, (begin, end), verb=verb, way=verb.way, topics=verb.topics or topics)
    return None


def _fitting(uses: Sequence[tuple[Verb, str]], near: Sequence[str]) -> list[Verb]:
    """The verbs, those whose particle is there first."""
    with_particle = [verb for verb, _ in uses if verb.particle and verb.particle in near]
    return [*with_particle, *(verb for verb, _ in uses if not verb.particle)]


def _is_deed(clause: Clause, verb: Verb, zone: Sequence[str], *, named: bool) -> bool:
    """It is done to something that an assistant acts upon, as this verb needs it."""
    words = clause.lexicon.words
    if _in_the_text(clause, zone):
        return False
    yours = bool(words.yours.intersection(zone))
    you = bool(words.you.intersection(zone))
    if verb.sort in ("deed", "keep"):
        return verb.sort == "deed" or you
    if verb.sort == "named":
        return named or yours or clause.of_things or bool(words.people.intersection(zone))
    if main_topics(zone, clause.lexicon):
        return True
    if verb.sort == "thing":
        return bool(verb.topics or words.pronouns.intersection(zone[:1]))
    return verb.sort == "yours" and (yours or you)


def _in_the_text(clause: Clause, zone: Sequence[str]) -> bool:
    """Its object is what stands in the answer, or what no assistant has."""
    words = clause.lexicon.words
    for place, word in enumerate(zone):
        loose = word in words.loose and words.of.intersection(zone[place + 1 : place + 2])
        if word in words.texts or (word in words.mine and clause.kind == "past"):
            return True
        if loose and not words.yours.intersection(zone[:place]):
            return True
        if word in words.topics:
            return False
    return False
