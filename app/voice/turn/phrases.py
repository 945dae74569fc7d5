"""What words alone tell: that Solo should be silent, or whether more is coming.

A rule file: text in, judgement out.  The lists are closed and English; in other languages hardly
anything matches, and the acoustic judgement stands alone.  A wrong guess costs a second of waiting
or an answer that is taken back, so the rules are few and plain.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from enum import StrEnum
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
SHORT_BUT_WHOLE: Final = _phrases(
    """yes | no | yeah | yep | nope | okay | ok | sure | yes please | no thanks | no thank you | thanks
    | thank you | hello | hi | hey | hello world | good morning | good evening | good night | goodbye
    | bye | bye bye | right | correct | maybe | continue | go on | next | again"""
)
"""Too short for the melody to tell, but hardly ever continued."""
LISTENERS_WORDS: Final = _words(
    """uh huh mhm mm hm hmm hmmm mmm mhmm ah oh aha yeah yes yep yup ok okay right sure really wow cool nice
    great good exactly true interesting lovely indeed"""
)
"""What people say while they listen."""
LISTENERS_PHRASES: Final = _phrases("i see | got it | of course | go on | oh my | oh no")
JOINING: Final = _words(
    """and but or so because cause if when while although though unless until since whereas as
    before after"""
)
"""What opens with one of these wants a second half."""
LEADING_ON: Final = _words(
    """a an the my your its our their these those of to at for from with into and or but so because
    if when while which who whose not very is are was were am be can could would will shall should
    may might must do does did i we they he she um uh er hmm as"""
)
"""Hardly anything ends with one of these …"""
MAY_END: Final = _words("for to of at with from is are was were do did does can not")
"""… but questions do end with these ("what is this for?")."""
WANTING: Final = tuple(
    _phrases(
        """like to know | want to know | wanted to know | need to know | love to know | like to ask
        | like to ask you | want to ask | want to ask you | wanted to ask | wanted to ask you
        | like to have | like to hear | like to see | tell me | show me | give me | remind me | let me
        | i wonder | i was wondering | i want | i need | i would like | i'd like | i want you | can you
        | could you | would you | will you | do you know | what about | how about | what if | what is
        | what's | who is | where is | when is | how do i | how can i | how do you | is there
        | are there"""
    )
)
"""Whoever ends with one of these has not yet said what."""
ASKING: Final = _words(
    """what who where when why how which whose what's who's where's when's how's why's is are was
    were do does did will should has have"""
)
"""A question that opens with one of these is seldom continued. Not so requests ("may I have", "can
you", "turn on"): people add to those."""
LONGER: Final = _words("can could would may might tell show give let")
SHORT_OPENING: Final = 7
"""Words up to which something that opens with a joining word counts as half."""
DIGITS_IN_GROUPS: Final = 4
"""From so many digits on, numbers are being read out, in groups with pauses between them."""

LISTENING_MOST: Final = 4
"""More words than that want to be heard."""
ECHO_WORDS: Final = 3
ECHO_SHARE: Final = 0.8

_BETWEEN: Final = re.compile(r"[.!?;]+")
_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_NUMBERS: Final = _words("zero oh one two three four five six seven eight nine ten double triple point")


class Shape(StrEnum):
    """How finished a text looks. PLAIN: nothing speaks for or against it; LIST: numbers, which may
    go on; SHORT: an answer or greeting, whole by itself; WHOLE: a question, whole by itself."""

    OPEN = "open"
    LIST = "list"
    PLAIN = "plain"
    SHORT = "short"
    WHOLE = "whole"


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
        return False
    blocks = SequenceMatcher(None, words, own, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks if block.size > 1) >= ECHO_SHARE * len(words)


def shape(text: str) -> Shape:
    """Does more come after this?"""
    words, bare = words_of(text), text.rstrip()
    if not words:
        return Shape.PLAIN
    if all(word in _NUMBERS or word.isdecimal() for word in words):
        digits = sum(len(word) if word.isdecimal() else 1 for word in words)
        return Shape.OPEN if digits >= DIGITS_IN_GROUPS else Shape.LIST
    if " ".join(words) in SHORT_BUT_WHOLE:
        return Shape.SHORT
    if _half(words, bare):
        return Shape.OPEN
    if len(words) >= 3 and words[0] in ASKING and bare.endswith("?"):
        return Shape.WHOLE
    return Shape.PLAIN


def _half(words: list[str], text: str) -> bool:
    said = f" {' '.join(words)}"
    if any(said.endswith(f" {phrase}") for phrase in WANTING):
        return True
    if text.endswith((",", "...", "\u2026", "-", ":")):
        return True
    if _opens_a_half(words) and len(words) < SHORT_OPENING and "?" not in text:
        return True
    asked = words[0] in ASKING | LONGER and words[-1] in MAY_END
    return words[-1] in LEADING_ON and not asked


def _opens_a_half(words: list[str]) -> bool:
    """ "When we get home", but not "when is dinner"."""
    return words[0] in JOINING and not (len(words) > 1 and words[1] in ASKING | LONGER)
