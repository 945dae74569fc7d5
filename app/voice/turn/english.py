"""English words that tell whether more is coming. Data only."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from app.voice.turn.forms import Lists


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(" ".join(phrase.split()) for phrase in text.split("|"))


_PARTS: Final = {
    "NUMBER": r"(\d+|a|an|half an?|a quarter of an|DIGIT|TEEN|TENS( DIGIT)?|(a|one) hundred)",
    "DIGIT": "(one|two|three|four|five|six|seven|eight|nine)",
    "TEEN": "(ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)",
    "TENS": "(twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)",
    "SPAN": "NUMBER (second|minute|hour|day|week)s?( and (a half|a quarter))?",
    "CLOCK": r"((half past|quarter past|quarter to) )?NUMBER( (fifteen|thirty|\d\d))?( HALF)?( DAY)?",
    "HALF": "(o'clock|a m|p m|am|pm|in the (morning|evening))",
    "DAY": "(today|tomorrow|tonight)",
    "THE": "((the|my|that|this|our|all|all the|all my) )?",
    "NAME": "([a-z']+ ){0,2}",
    "SET": "((set|start|make|create|give me|i need) )?",
    "KEPT": "(timer|alarm|reminder|countdown)s?",
    "BIT": "((a bit|a little|a lot|much) )?",
    "SOUND": "(it|((the|your) )?(volume|sound|music))",
    "ROOM": "([a-z']+ ){0,3}",
    "DEVICE": "(lights?|lamps?|tv|television|radio|music|heating|heater|fan|oven|stove|kettle|plug)",
}
_COMMANDS: Final = """
    what( is|'s) the (current )?(time|date)( now| today)?
    what (time|day|date|month|year) is it( now| today)?
    what day (is|was) (today|tomorrow|yesterday)
    tell me the (time|date)
    SET(a|an|another|my) NAME(timer|countdown) for SPAN
    SETan? SPAN NAMEtimer
    (cancel|stop|delete|remove|clear|end|dismiss|silence) THENAMEKEPT
    wake (me|us)( up)? (in SPAN|at CLOCK)
    snooze( it| the alarm| my alarm)?( for SPAN)?
    how (long|much time) (is|do i have|have i got) left( (on|for) THENAMEKEPT)?
    (what|which) (timers|alarms|reminders) (do i have|are (set|on|running))
    ((speak|talk|be|make it) )?BIT(louder|quieter|softer|slower|faster|quicker)
    (turn|put) SOUND (up|down)
    turn (up|down) SOUND
    ((set|turn|put) )?the volume ((up|down) )?(to|at) NUMBER( percent)?
    mute|unmute|speak up|slow down
    (turn|switch|put) (on|off) THEROOMDEVICE
    (turn|switch|put) THEROOMDEVICE (on|off)
    turn (it|them|everything) (on|off)
    (repeat|say) (that|it)( again| once more| one more time)?
    say again|repeat|come again|pardon( me)?
    what did (i|you) (just )?say|what can you do
    stop|stop (it|that)|be quiet|cancel( that| it)?|never ?mind|forget it|shut up|enough|that's enough
    (play|pause|resume|stop|skip)( the)? (music|song|radio)|next( song| one)?|continue|go on
"""
"""One a line; words in capitals stand for the parts above."""


def _commands() -> Iterable[re.Pattern[str]]:
    for line in _COMMANDS.split("\n"):
        pattern = line.strip()
        for _ in range(3):  # parts within parts
            for name, part in _PARTS.items():
                pattern = pattern.replace(name, part)
        if pattern:
            yield re.compile(pattern)


ENGLISH: Final = Lists(
    short=frozenset(
        _phrases(
            """yes | no | yeah | yep | nope | yup | okay | ok | sure | yes please | no thanks | no thank you
            | thanks | thank you | thanks a lot | thank you very much | hello | hi | hey | hello world
            | hi there | hello there | hey there | hi guys | hey guys | hello everyone | hi everyone
            | good morning | good evening | good night | goodbye | bye | bye bye | right | correct | maybe
            | continue | go on | next | again | of course | absolutely | exactly | not really | not yet
            | not now | i don't know | i do | i don't | yes i do | no i don't | all right | alright
            | please do | please | both | neither | nothing | none | never | always | today | tomorrow
            | tonight | later | the first one | the second one | the last one | that one | this one"""
        )
    ),
    joining=_words(
        """and but or so because cause if when while although though unless until since whereas as before
        after"""
    ),
    leading=_words(
        """a an the my your its our their these those of to at for from with into and or but so because
        if when while which who whose not very is are was were am be can could would will shall should
        may might must do does did i we they he she um uh er hmm as"""
    ),
    may_end=_words("for to of at with from is are was were do did does can not"),
    announcing=_phrases(
        """i have a question | i have another question | i've got a question | i have a problem
        | let me ask you | i want to ask you | i wanted to ask you | one more thing | another thing
        | another question | listen to this | here is what | imagine that"""
    ),
    wanting=_phrases(
        """like to know | want to know | wanted to know | need to know | love to know | like to ask
        | like to ask you | want to ask | want to ask you | wanted to ask | wanted to ask you
        | like to have | like to hear | like to see | tell me | show me | give me | remind me | let me
        | i wonder | i was wondering | i want | i need | i would like | i'd like | i want you | can you
        | could you | would you | will you | do you know | what about | how about | what if | what is
        | what's | who is | where is | when is | how do i | how can i | how do you | is there
        | are there"""
    ),
    asking=_words(
        """what who where when why how which whose what's who's where's when's how's why's is are was
        were do does did will should has have"""
    ),
    longer=_words("can could would may might tell show give let"),
    requests=_phrases(
        """can i | could i | may i | i want | i need | i would like | i'd like | i'll have | i will have
        | give me | get me | please | bring me | order | add"""
    ),
    numbers=_words("zero oh one two three four five six seven eight nine ten double triple point"),
    around=_words("please solo jarvis hey okay ok now oh just thanks"),
    commands=tuple(_commands()),
)
