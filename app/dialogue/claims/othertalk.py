"""What begins like a claim and is none: denials, offers, memories, stories, how things are in general.

A rule file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.dialogue.claims.clause import PROMISES, Clause
from app.sayings.deeds.forms import Kind

AROUND: Final = 4
"""Words behind the verb among which a denial is looked for."""
BRIEF_LONG: Final = 9
"""Words of a sentence that has nobody in it ("Turning off …")."""
IN_GENERAL: Final[frozenset[Kind]] = frozenset({"passive", "brief", "bare"})
"""With words such as "by" or "always" these tell of things in general."""


def is_other_talk(clause: Clause) -> bool:
    """It claims nothing."""
    return denied(clause) or _asked(clause) or _elsewhere(clause) or _in_general(clause)


def denied(clause: Clause) -> bool:
    """It says that something was not done."""
    return bool(clause.lexicon.words.negatives.intersection(clause.texts[: clause.at + AROUND]))


def _asked(clause: Clause) -> bool:
    """A question, an offer, something that hangs on something else."""
    if clause.ends == "?" and not (clause.kind in ("done", "past", "passive") and "," in clause.behind):
        return True
    if clause.kind not in PROMISES:
        return False
    opening = clause.opening
    return opening.asked or _hangs(clause)


def _hangs(clause: Clause) -> bool:
    """ "I'll set it once you tell me", but not "I'll wake you when it's seven"."""
    words, behind = clause.lexicon.words, clause.behind
    kept = clause.kind == "kept" or any(verb.sort == "keep" for verb, _ in clause.uses(clause.at))
    for place, word in enumerate(behind):
        following = behind[place + 1 : place + 2]
        if words.soonest.intersection(behind[place + 1 : place + 4]):
            continue
        if word in words.conditions and not (kept and following and following[0] not in words.you):
            return True
    return False


def _elsewhere(clause: Clause) -> bool:
    """In a story, a list, memories; done by people."""
    kind, opening, words = clause.kind, clause.opening, clause.lexicon.words
    if opening.story and kind not in ("done", "promise", "doing"):
        return True
    if clause.of_things and (opening.listed or opening.asked):
        return True
    if clause.texts[0] in words.ours and not _yours(clause):
        return True
    if kind not in ("past", "bare"):
        return False
    return bool(opening.framed or opening.told or words.told.intersection(clause.behind) or _of_habit(clause))


def _of_habit(clause: Clause) -> bool:
    """ "I set timers" is what one does; "I set the timer" was done. "Set the timer" is for others to do."""
    forms = {form for _, form in clause.lexicon.forms.get(clause.key, [])}
    if not {"base", "past"} <= forms:
        return False
    words, first = clause.lexicon.words, clause.behind[0] if clause.behind else ""
    definite = first in words.definite or first in words.numbers or first[:1].isdigit()
    return clause.kind == "bare" or not definite


def _yours(clause: Clause) -> bool:
    words = clause.lexicon.words
    return bool(words.yours.intersection(clause.texts) or words.you.intersection(clause.behind))


def _in_general(clause: Clause) -> bool:
    """Of things as they stand only a short sentence is a claim; a long one tells about the world."""
    kind, words, behind = clause.kind, clause.lexicon.words, clause.behind
    main = behind[: behind.index(",")] if "," in behind else behind
    if kind in ("gerund", "brief", "bare") and words.finite.intersection(behind):
        return True
    if kind in IN_GENERAL and words.general.intersection(main) and not _yours(clause):
        return True
    if kind in ("brief", "gerund") and clause.ends == ":":
        return True
    if kind == "gerund":
        return not (clause.opening.hailed or len(clause.texts) <= BRIEF_LONG or _yours(clause))
    if kind == "brief":
        return not _brief(clause)
    if kind == "ordered":
        return bool(words.general.intersection([*clause.texts[: clause.at], *main]))
    if kind in ("stands", "state"):
        behind, mine = _behind(clause), clause.texts[0] in words.yours
        if words.were.intersection(clause.texts[: clause.at]) and not mine:
            return not (_tail(clause, behind) if behind else clause.opening.first) or behind[:1] == [","]
        return bool(words.general.intersection(main)) or not (not behind or mine or _tail(clause, behind))
    return False


def _behind(clause: Clause) -> list[str]:
    """What stands behind the verb and its particle."""
    particles = {verb.particle for verb, _ in clause.uses(clause.at)} - {""}
    return clause.behind[1:] if particles.intersection(clause.behind[:1]) else clause.behind


def _brief(clause: Clause) -> bool:
    words, behind = clause.lexicon.words, _behind(clause)
    if not behind or behind[0] in words.tails or behind[0] == ",":
        return True
    return all(word in words.adverbs or word in words.endings for word in behind)


def _tail(clause: Clause, behind: Sequence[str]) -> bool:
    """What may stand behind "the light is on": "now", "for you", "for ten minutes", "at 40 %"."""
    words, first = clause.lexicon.words, behind[0]
    second = behind[1] if len(behind) > 1 else ""
    counted = second in words.numbers or (second[:1].isdigit() and not _is_year(second))
    if first in words.toward:
        known = words.you | words.yours | words.one | words.days
        return counted or second in words.clocks or second in known
    if first in words.adverbs or first in words.endings or first == ",":
        return True
    placed = any(word in words.rooms for word in behind[1:3])
    return first in words.prepositions and (counted or placed)


def _is_year(word: str) -> bool:
    return len(word) == 4 and word.isdigit() and "1000" <= word < "2100"
