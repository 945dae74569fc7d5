"""What a deed that is claimed is about: topics, names, rooms, amounts, and other words.

A rule file.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.dialogue.claims.amounts import said
from app.dialogue.claims.clause import Clause, Deed
from app.dialogue.claims.lexicon import Lexicon
from app.sayings.deeds.forms import Verb


def topics_of(texts: Sequence[str], lexicon: Lexicon) -> frozenset[str]:
    """All of them."""
    return frozenset(lexicon.words.topics[text] for text in texts if text in lexicon.words.topics)


def main_topics(texts: Sequence[str], lexicon: Lexicon) -> frozenset[str]:
    """Those of the first noun that has one, with its neighbours; what follows a preposition comes second."""
    found: set[str] = set()
    for text in texts:
        if text in lexicon.words.topics:
            found.add(lexicon.words.topics[text])
        elif found and text in lexicon.words.prepositions:
            break
    return frozenset(found)


def names_in(clause: Clause, begin: int, end: int) -> frozenset[str]:
    """Words in capitals that are nothing else."""
    lexicon, words = clause.lexicon, clause.lexicon.words
    return frozenset(
        item.text
        for item in clause.items[max(begin, 1) : end]
        if item.raw[:1].isupper()
        and not lexicon.usual(item.text)
        and (not words.nouns_in_capitals or item.text in words.people)
    )


def deed(
    clause: Clause, span: tuple[int, int], *, verb: Verb | None, way: str, topics: frozenset[str]
) -> Deed:
    """What these words of the clause claim."""
    begin, end = span
    lexicon = clause.lexicon
    items = [item for item in clause.items[begin:end] if item.sort == "word" or item.raw in ("%", "\u00b0")]
    texts = tuple(item.text for item in items)
    rooms = lexicon.words.rooms
    return Deed(
        kind=clause.kind,
        verb=verb,
        way=way,
        topics=topics,
        words=frozenset(text.removesuffix("'s") for text in texts if not lexicon.usual(text)),
        names=names_in(clause, begin, end),
        rooms=frozenset(rooms[text] for text in texts if text in rooms),
        amounts=said(" ".join(item.raw for item in items), lexicon.words),
        said=tuple(item.raw for item in items),
    )
