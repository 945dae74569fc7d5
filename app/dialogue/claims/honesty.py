"""One sentence that says that something was not done.

A rule file.
"""

from __future__ import annotations

from typing import Final

from app.dialogue.claims.clause import OF_THINGS, Clause, Deed, Opening
from app.dialogue.claims.lexicon import Lexicon, lexicon
from app.dialogue.claims.reading import deeds_in
from app.dialogue.claims.tokens import Token, token_at
from app.kernel.languages import code_of
from app.sayings.deeds.forms import Verb
from app.sayings.deeds.languages import deeds

LONGEST: Final = 400
"""Characters of a claim that are looked at."""
MOST: Final = 6
"""Words of an object that are said again."""
USUAL: Final = "en"


def honest(claim: str, language: str) -> str:
    """That it was not done; what, where the claim says it clearly. English where a language has no such
    sentence."""
    code = code_of(language)
    words = lexicon(code if deeds(code) is not None else USUAL)
    assert words is not None  # noqa: S101  (English is there)
    deed = _claimed(claim[:LONGEST], words)
    if deed is None or deed.verb is None:
        return words.words.honest
    about = next(
        (
            topic
            for topic in (deed.verb.sort, *sorted(deed.verb.topics))
            if topic in words.words.honest_topics
        ),
        "",
    )
    if deed.read or deed.later:
        return words.words.honest_topics.get(about, words.words.honest)
    verb, thing = deed.verb.forms.get("done", ("",))[0], _object(deed, deed.verb, words)
    if not verb or not thing:
        return words.words.honest
    return words.words.honest_object.format(verb=verb, object=thing)


def _claimed(claim: str, lexicon: Lexicon) -> Deed | None:
    """The first deed that is in it, wherever it begins."""
    items = _items(claim)
    for begin in range(len(items)):
        place = lexicon.first.begin
        for at in range(begin, len(items)):
            place = lexicon.first.after(place, items[at].text)
            if not place:
                break
            for kind in lexicon.first.kinds(place):
                clause = Clause(kind, items[begin:], at - begin, ".", Opening(hailed=True), lexicon)
                if found := deeds_in(clause):
                    return found[0]
    return None


def _items(text: str) -> list[Token]:
    found: list[Token] = []
    at = 0
    while (token := token_at(text, at, 0, last=True)) is not None:
        at = token.end
        if token.sort == "word":
            found.append(token)
    return found


def _object(deed: Deed, verb: Verb, lexicon: Lexicon) -> str:
    """The words that say what it was done to, without those that say when and how."""
    words = lexicon.words
    lower = [text.lower().replace("\u2019", "'") for text in deed.said]
    forms = {name for names in verb.forms.values() for name in names}
    at = next((place for place, text in enumerate(lower) if text in forms), 0)
    of_things = deed.kind in OF_THINGS
    begin, end = (0, at) if of_things else (at + 1, len(lower))
    if words.objects_first and begin >= end:
        begin, end = 2, at
    said: list[str] = []
    for text, raw in zip(lower[begin:end], deed.said[begin:end], strict=True):
        if text == verb.particle or text in words.adverbs:
            continue
        if text in words.prepositions or text in words.finite or text in words.endings:
            break
        said.append(text if text in words.definite else raw)
    if not said or len(said) > MOST or (of_things and said[0] not in words.definite):
        return ""
    thing = " ".join(said)
    return (
        f"{thing} {verb.particle}".strip() if thing in words.pronouns else f"{verb.particle} {thing}".strip()
    )
