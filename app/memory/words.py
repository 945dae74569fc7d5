"""What a line is about, as words: pure rules for the text index, duplicates and questions."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W_]+")
_SENTENCE = re.compile(r"[^.!?…]*(?:[.!?…]+[\"')\]]*|$)", re.DOTALL)

_ASKS = """
what who whom whose which when where why how is are am was were do does did can could will would shall should
may might must have has had tell remind
"""
_FILLS = """
a an the of in on at to for from by with about as and or but so than then that this these those there it its
is are am was were be been being do does did done can could will would shall should may might must have has
had what who whom whose which when where why how please tell s t d m re ve ll uh um hey solo
"""
_WHOSE = "i me my mine we us our you your he him his she her they them their not no"
_PRONOUNS = frozenset(_WHOSE.split())
_ASKING = frozenset(_ASKS.split())
"""How a question begins when no question mark was heard."""
_FILLER = frozenset(_FILLS.split())
"""Words that tell lines apart badly. Not among them: whose it is (my, your, her) and whether (not, no)."""

_STEM = 5
"""Letters by which two forms of a word (leave, leaves) are taken for the same."""

LONGEST_PART = 300
"""Characters of one remembered line; what is longer is kept in parts of whole sentences."""


def words(text: str) -> list[str]:
    """Lower-case words, in order."""
    return _WORD.findall(text.casefold())


def content(text: str) -> list[str]:
    """The words that carry it; all of them when none does."""
    found = words(text)
    return [word for word in found if word not in _FILLER] or found


def key(text: str) -> tuple[str, ...]:
    """Equal for lines that say the same in the same words, whatever their order and filling."""
    return tuple(sorted(set(content(text))))


def strong(text: str) -> set[str]:
    """The stems of the words that tell what it is about: neither filling nor pronouns."""
    return {word[:_STEM] for word in words(text) if word not in _FILLER and word not in _PRONOUNS}


def sentences(text: str) -> list[str]:
    """The sentences of a text, stripped, without empty ones."""
    return [found for piece in _SENTENCE.findall(text) if (found := piece.strip())]


def is_question(text: str) -> bool:
    """Does it only ask? A text that also tells something is no question."""
    found = sentences(text)
    return bool(found) and all(_asks(sentence) for sentence in found)


def _asks(sentence: str) -> bool:
    if sentence.rstrip("\"')]").endswith("?"):
        return True
    first = words(sentence)[:1]
    return bool(first) and first[0] in _ASKING and not sentence.rstrip().endswith(("!",))


def parts(text: str, longest: int = LONGEST_PART) -> list[str]:
    """A text in pieces of at most `longest` characters, cut between sentences, else between words."""
    text = text.strip()
    if len(text) <= longest:
        return [text] if text else []
    pieces: list[str] = []
    for sentence in sentences(text):
        for piece in _cut(sentence, longest):
            if pieces and len(pieces[-1]) + 1 + len(piece) <= longest:
                pieces[-1] += " " + piece
            else:
                pieces.append(piece)
    return pieces


def _cut(sentence: str, longest: int) -> list[str]:
    found: list[str] = []
    while len(sentence) > longest:
        space = sentence.rfind(" ", 1, longest + 1)
        at = space if space > 0 else longest
        found.append(sentence[:at].strip())
        sentence = sentence[at:].strip()
    return [*found, sentence] if sentence else found


def match(query: str) -> str:
    """An FTS5 expression for lines that share a word with the query; empty when it has no words."""
    return " OR ".join(f'"{word}"' for word in dict.fromkeys(content(query)))
