"""What words alone tell: that Solo should be silent, that somebody only listens, that it hears itself.

A rule file: text in, judgement out.  The lists are closed and English; in other languages hardly
anything matches, and the acoustic judgement stands alone.  A wrong guess costs a second of waiting
or an answer that is taken back, so the rules are few and plain.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Final

from app.voice.turn.stops import is_stop_in


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> frozenset[str]:
    return frozenset(" ".join(phrase.split()) for phrase in text.split("|"))


STOPS: Final = _phrases(
    """stop | stop it | stop that | stop talking | be quiet | quiet | be silent | silence | shut up
    | shush | hush | enough | that's enough | that is enough | cancel | cancel that | cancel it
    | never mind | nevermind | forget it | forget that | forget about it"""
)
COURTESY: Final = _words("please solo jarvis hey okay ok now oh no just")
"""May stand beside a stop."""
LISTENERS_WORDS: Final = _words(
    """uh huh mhm mm hm hmm hmmm mmm mhmm ah oh aha yeah yes yep yup ok okay right sure really wow cool nice
    great good exactly true interesting lovely indeed"""
)
"""What people say while they listen."""
LISTENERS_PHRASES: Final = _phrases("i see | got it | of course | go on | oh my | oh no")
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
    if is_stop_in(language, [words_of(part) for part in _BETWEEN.split(text)]):
        return True
    parts = [part for part in _BETWEEN.split(text) if not COURTESY.issuperset(words_of(part))]
    return _is_stop(text) or (bool(parts) and all(_is_stop(part) for part in parts))


def _is_stop(text: str) -> bool:
    words = words_of(text)
    plain = [word for word in words if word not in COURTESY]
    return " ".join(words) in STOPS or " ".join(plain) in STOPS


def is_listening(text: str, said: str) -> bool:
    """Over what Solo was saying nothing was said but what listeners say, and it asked for nothing."""
    words = words_of(text)
    if said.rstrip().endswith("?") or not 0 < len(words) <= LISTENING_MOST:
        return False
    return " ".join(words) in LISTENERS_PHRASES or all(word in LISTENERS_WORDS for word in words)


def is_echo(text: str, said: str) -> bool:
    """What was heard are, nearly word for word, words that Solo itself was saying."""
    words, own = words_of(text), words_of(said)
    if len(words) < ECHO_WORDS:
        return bool(words) and words == own
    blocks = SequenceMatcher(None, words, own, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks if block.size > 1) >= ECHO_SHARE * len(words)
