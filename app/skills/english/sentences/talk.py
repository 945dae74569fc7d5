"""About the conversation itself."""

from __future__ import annotations

from typing import Final

from app.skills.english.sentences.building import plain, rules
from app.skills.grammar import Rule
from app.skills.intents import GoOn, Help, Repeat, Stop, TellSaid

TALK: Final[tuple[Rule, ...]] = (
    *rules(
        """
        repeat [that|it|yourself|that again|the last thing|the answer|your answer]
        repeat what you [just] said
        repeat the last thing you said
        say (that|it) [one more time|once more|again]
        say that again
        say again
        what was that
        what did you [just] say
        (come again|pardon|pardon me|i beg your pardon)
        (one more time|once more)
        i (did not|didn't) (hear|catch|get|understand) (that|you|it)
        """,
        plain(Repeat()),
    ),
    *rules(
        """
        [sorry|i am sorry] [you can|you may] GO_ON [then] [talking|speaking|explaining|reading|please]
        [sorry] (GO_ON|finish) with (that|it|SAYING)
        [sorry] (continue|resume|finish|go back to|back to) (that|it|SAYING)
        (GO_ON|pick up|start again) [from] where you (stopped|left off|were|ended)
        what were you [just] (saying|going to say|about to say|telling me|talking about) [before]
        what (did|do) you want to say
        [as] you were saying [something]
        where (were we|were you|did you stop|did we stop)
        [tell me|give me|say|let me hear|i want to hear|what is|what was] the rest [of (that|it|SAYING)]
        then
        """,
        plain(GoOn()),
    ),
    *rules(
        """
        what (did i|have i) [just] (say|said)
        what did i [just] (say|ask|ask you|tell you) [just now]
        what was the last thing i said
        what was my last (question|request|command)
        repeat what i [just] said
        """,
        plain(TellSaid()),
    ),
    *rules(
        """
        what can you do
        what are you able to do
        what are you capable of
        what are your (skills|features|capabilities)
        what do you know how to do
        what (can|could|may) i (say|ask) [you] [to you]
        what can you help (me|us) with
        what (commands|skills|features) do you (have|know|understand)
        help
        """,
        plain(Help()),
    ),
    *rules(
        """
        stop [it|that|talking|speaking]
        (be quiet|quiet|be silent|silence|shut up|hush|enough|that is enough)
        """,
        plain(Stop()),
    ),
    *rules(
        """
        (never mind|forget it|forget that|forget about it|scratch that)
        cancel [that|it]
        """,
        plain(Stop(forget=True)),
    ),
)
