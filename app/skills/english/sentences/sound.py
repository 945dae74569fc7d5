"""How loud and how fast Solo speaks."""

from __future__ import annotations

from typing import Final

from app.skills.english import making
from app.skills.english.sentences.building import plain, rules
from app.skills.grammar import Rule
from app.skills.intents import ChangeSpeed, ChangeVolume, TellVolume

SOUND: Final[tuple[Rule, ...]] = (
    *rules(
        """
        (turn|put) (it|the volume|your volume|the sound|volume) up BIT
        turn up [the|your] (volume|sound) BIT
        [the|your] (volume|sound) up BIT
        (increase|raise) [the|your] (volume|sound|loudness) BIT
        BIT louder
        (speak|talk|be|get|sound) BIT louder
        speak up BIT
        make it BIT louder
        turn it up BIT
        i (can not|cannot|can't|can hardly|can barely) hear you
        you are too quiet
        """,
        plain(ChangeVolume(by=1)),
    ),
    *rules(
        """
        (turn|put) (it|the volume|your volume|the sound|volume) down BIT
        turn down [the|your] (volume|sound) BIT
        [the|your] (volume|sound) down BIT
        (decrease|lower|reduce) [the|your] (volume|sound|loudness) BIT
        BIT (quieter|softer)
        lower
        (speak|talk|be|get) BIT (quieter|softer|more quietly|more softly|quietly|softly)
        make it BIT (quieter|softer)
        (speak|talk) (quietly|softly)
        you are too loud
        not so loud
        """,
        plain(ChangeVolume(by=-1)),
    ),
    *rules(
        """
        [set|change|put|turn|adjust] [the|your] (volume|volume level|sound) [up|down] [to|at|on] {level}
        (turn|put) (it|the volume|your volume|volume) [up|down] to {level}
        turn (up|down) [the|your] volume to {level}
        (increase|raise|lower|decrease|reduce) [the|your] volume to {level}
        [at] {level=maximum|max|full} volume
        """,
        making.level,
    ),
    *rules("mute [yourself|the sound|the volume|it]", plain(ChangeVolume(level=0))),
    *rules("unmute [yourself|the sound|the volume|it]", plain(ChangeVolume())),
    *rules(
        """
        what is (the|your) [current] volume [level|set to|at]
        what volume are you [set to|on|at]
        how loud are you
        """,
        plain(TellVolume()),
    ),
    *rules(
        """
        (speak|talk|read|say it|go) BIT (slower|slowly|more slowly)
        slow down BIT
        slow down your speech
        BIT slower
        not so fast
        you (are talking|are speaking|talk|speak) [a bit|a little|much|way] too (fast|quickly)
        """,
        plain(ChangeSpeed(-1)),
    ),
    *rules(
        """
        (speak|talk|read|say it|go) BIT (faster|quicker|quickly|more quickly)
        speed up BIT
        speed up your speech
        BIT (faster|quicker)
        you (are talking|are speaking|talk|speak) [a bit|a little|much|way] too (slow|slowly)
        """,
        plain(ChangeSpeed(1)),
    ),
    *rules(
        """
        (speak|talk) (normally|as usual|normal)
        (speak|talk) at [a|your|the] (normal|usual) (speed|pace|rate)
        """,
        plain(ChangeSpeed(0)),
    ),
)
