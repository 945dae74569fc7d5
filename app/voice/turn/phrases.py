"""What words alone tell: that Solo should be silent, that somebody only listens, that it hears itself.

A rule file: text in, judgement out.  The lists are closed (`app/sayings`); in a language that has none
hardly anything matches, and the acoustic judgement stands alone.  A wrong guess costs a second of
waiting or an answer that is taken back, so the rules are few and plain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import Final

from app.sayings.forms import Sayings
from app.sayings.languages import USUAL, has_sayings, sayings

LISTENING_MOST: Final = 4
"""More words than that want to be heard."""
ECHO_WORDS: Final = 3
ECHO_SHARE: Final = 0.8

_BETWEEN: Final = re.compile(r"[.!?;]+")
_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")


def words_of(text: str) -> list[str]:
    """The words, lower case, without punctuation."""
    return [word.replace("\u2019", "'").lower() for word in _WORD.findall(text)]


def is_stop(text: str, language: str | None = None) -> bool:
    """Nothing was said but that Solo should be silent or forget it, once or several times. language: in
    which it was heard; English is always understood."""
    sentences = [words_of(part) for part in _BETWEEN.split(text)]
    return any(_are_stops(sentences, known) for known in _understood(language))


def is_misheard_stop(text: str, said: str, language: str | None = None) -> bool:
    """Over what Solo was saying one word was heard that is nearly the one for being silent, and that
    nobody would say alone, unless it answers a question."""
    line = " ".join(words_of(text))
    if said.rstrip().endswith("?"):
        return False
    return any(line in known.stops_misheard for known in _understood(language))


def _understood(language: str | None) -> Iterable[Sayings]:
    """What was heard in a language is compared with that language's phrases, and the English ones, only: for
    "para" and "still" are no such thing elsewhere."""
    yield sayings(USUAL)
    if has_sayings(language) and sayings(language) is not sayings(USUAL):
        yield sayings(language)


def _are_stops(sentences: Sequence[Sequence[str]], known: Sayings) -> bool:
    whole = [word for sentence in sentences for word in sentence]
    told = [sentence for sentence in sentences if not known.courtesies.issuperset(sentence)]
    return _is_stop(whole, known) or (bool(told) and all(_is_stop(sentence, known) for sentence in told))


def _is_stop(words: Sequence[str], known: Sayings) -> bool:
    plain = [word for word in words if word not in known.courtesies]
    return " ".join(words) in known.stops or " ".join(plain) in known.stops


def is_listening(text: str, said: str, language: str | None = None) -> bool:
    """Over what Solo was saying nothing was said but what listeners say, and it asked for nothing."""
    words = words_of(text)
    if said.rstrip().endswith("?") or not 0 < len(words) <= LISTENING_MOST:
        return False
    line = " ".join(words)
    return any(
        line in known.listening_phrases or known.listening_words.issuperset(words)
        for known in _understood(language)
    )


def is_echo(text: str, said: str) -> bool:
    """What was heard are, nearly word for word, words that Solo itself was saying."""
    words, own = words_of(text), words_of(said)
    if len(words) < ECHO_WORDS:
        return bool(words) and words == own
    blocks = SequenceMatcher(None, words, own, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks if block.size > 1) >= ECHO_SHARE * len(words)
