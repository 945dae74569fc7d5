"""What time and what day it is."""

from __future__ import annotations

from typing import Final

from app.skills.english.sentences.building import plain, rules
from app.skills.grammar import Rule
from app.skills.intents import TellDate, TellTime

TIME: Final[tuple[Rule, ...]] = (
    *rules(
        """
        TELL what time is it
        TELL what time it is
        TELL what time do we have
        TELL what is the [current|exact|local] time
        TELL what the [current|exact|local] time is
        [tell me|give me] the [current|exact|local] time
        [do you have|have you got|got] the time
        what time do you have
        current time
        time
        """,
        plain(TellTime()),
    ),
    *rules(
        """
        TELL (what|which) (day|date) is it [today]
        TELL (what|which) (day|date) it is [today]
        TELL (what|which) day of the (week|month) is it [today]
        TELL (what|which) (day|date) [of the week] is today
        TELL what (day|date) do we have [today]
        TELL what is [the] (date|day) [today|of today]
        TELL what is (today's date|today|the current date|the day of the week)
        TELL what (today's date|the date) is [today]
        (tell me|give me) (the date|today's date|the date of today|the day)
        (today's date|the date|date|current date)
        """,
        plain(TellDate()),
    ),
    *rules(
        """
        TELL (what|which) (day|date) is [it] tomorrow
        TELL (what|which) (day|date) will it be tomorrow
        TELL (what|which) day of the week is tomorrow
        TELL what is (tomorrow's date|the date tomorrow|the date of tomorrow|tomorrow)
        """,
        plain(TellDate(offset=1)),
    ),
    *rules(
        """
        TELL (what|which) (day|date) was [it] yesterday
        TELL what (was|is) (yesterday's date|the date yesterday|yesterday)
        """,
        plain(TellDate(offset=-1)),
    ),
    *rules("TELL (what|which) month (is it|it is|do we have) [today]", plain(TellDate("month"))),
    *rules("TELL what is the [current] month", plain(TellDate("month"))),
    *rules("TELL (what|which) year (is it|it is|do we have) [today]", plain(TellDate("year"))),
    *rules("TELL what is the [current] year", plain(TellDate("year"))),
)
