"""What Solo says about its skills, in English.

A rule file.  Short, because it is spoken; and it says again what was understood, so that a mistake is
heard at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.skills.english.spoken import (
    adjective,
    calendar_day,
    clock,
    length,
    listed,
    moment,
    repetition,
    turned,
)
from app.skills.intents import Chosen, Kind, TellDate
from app.skills.replies import Set

_ASK = {
    "timer": "For how long?",
    "alarm": "For what time?",
    "reminder": "When shall I remind you?",
}


@dataclass(frozen=True, slots=True)
class EnglishReplies:
    """hours: "12" or "24"."""

    hours: str = "12"

    def time(self, now: datetime) -> str:
        return f"It's {clock(now, self.hours)}."

    def date(self, asked: TellDate, day: datetime) -> str:
        if asked.what == "year":
            return f"It's {day.year}."
        if asked.what == "month":
            return f"It's {day:%B}."
        said = calendar_day(day)
        names = {0: "Today is", 1: "Tomorrow is", -1: "Yesterday was"}
        return f"{names[asked.offset]} {said}."

    def done_setting(self, one: Set, *, running: bool) -> str:
        when = moment(one.due, one.now.date(), self.hours)
        if one.kind == "timer":
            said = f"{_capital(self._what(one))} set for {length(one.seconds)}."
        elif one.kind == "alarm":
            at = f"{repetition(one.days)} at {clock(one.due, self.hours)}" if one.days else when
            first = f", first {when}" if one.days else ""
            said = f"{_capital(self._what(one))} set {_for(at)}{first}."
        else:
            at = (
                f"{repetition(one.days)} at {clock(one.due, self.hours)}"
                if one.days
                else self._soon(one, when)
            )
            what = f" to {turned(one.name)}" if one.name and not _clause(one.name) else ""
            said = f"I'll remind you{what} {at}."
        return said if running else f"{said} It rings only while Solo runs."

    def _soon(self, one: Set, when: str) -> str:
        return f"in {length(one.seconds)}" if one.seconds else when

    def when_then(self, kind: Kind) -> str:
        return _ASK[kind]

    def too_late(self) -> str:
        return "That time is already over."

    def none_set(self, asked: Chosen) -> str:
        noun = asked.kind or "timer"
        if asked.name or asked.seconds:
            named = asked.name or adjective(asked.seconds)
            return f"There is no {named} {noun}." if not _clause(named) else f"There is no such {noun}."
        return f"There is no {noun} set."

    def left(self, ones: Sequence[Set]) -> str:
        if len(ones) == 1:
            return f"{_capital(self._remaining(ones[0]))}."
        noun = f"{ones[0].kind}s" if len({one.kind for one in ones}) == 1 else "things set"
        return f"You have {len(ones)} {noun}: {listed([self._remaining(one) for one in ones])}."

    def _remaining(self, one: Set) -> str:
        if one.ringing:
            return f"{self._the(one)} is ringing"
        if one.kind == "timer":
            return f"{length(one.left)} left on {self._the(one)}"
        at = moment(one.due, one.now.date(), self.hours)
        again = f", {repetition(one.days)}" if one.days else ""
        if one.kind == "reminder":
            what = f"to {turned(one.name)} " if one.name and not _clause(one.name) else ""
            return f"a reminder {what}{at}{again}"
        return f"{self._the(one)} is set {_for(at)}{again}"

    def cancelled(self, ones: Sequence[Set]) -> str:
        if len(ones) == 1:
            return f"{_capital(self._what(ones[0]))} cancelled."
        noun = f"{ones[0].kind}s" if len({one.kind for one in ones}) == 1 else "of them"
        return f"All {len(ones)} {noun} cancelled."

    def which(self, ones: Sequence[Set]) -> str:
        return f"Which one? {_capital(listed([self._remaining(one) for one in ones]))}."

    def extended(self, one: Set) -> str:
        return f"{_capital(length(one.left))} left on {self._the(one)} now."

    def unable(self) -> str:
        return "I can't change that. I can cancel it, add time to a timer, and set a new one."

    def snoozed(self, one: Set | None) -> str:
        return f"Snoozed for {length(one.seconds or one.left)}." if one else "Nothing is ringing."

    def rings(self, one: Set) -> str:
        if one.kind == "timer":
            return f"{_capital(self._yours(one))} is done."
        if one.kind == "alarm":
            named = f" This is your {one.name} alarm." if one.name else ""
            return f"It's {clock(one.due, self.hours)}.{named}"
        return f"Reminder: {turned(one.name)}." if one.name else "This is your reminder."

    def missed(self, one: Set, *, again: bool) -> str:
        at = moment(one.due, one.now.date(), self.hours)
        why = "I broke off while telling you" if again else "I was not running"
        if one.kind == "timer":
            return f"{_capital(self._yours(one))} was done {at}. {why}."
        if one.kind == "alarm":
            return f"{_capital(self._yours(one))} was due {at}. {why}."
        what = f": {turned(one.name)}" if one.name else ""
        return f"You had a reminder {at}{what}. {why}."

    def volume(self, percent: int, *, asked: bool) -> str:
        return f"The volume is at {percent} percent." if asked else f"Volume {percent} percent."

    def speed(self, by: int) -> str:
        return {1: "I'll speak faster.", -1: "I'll speak more slowly."}.get(by, "I'll speak normally.")

    def nothing_said(self, who: Literal["solo", "person"]) -> str:
        return "I have not said anything yet." if who == "solo" else "You have not said anything before that."

    def you_said(self, text: str) -> str:
        return f"You said: {text}"

    def model(self, name: str, *, switched: bool) -> str:
        return f"From now on I think with {name}." if switched else f"I think with {name}."

    def no_model(self, wanted: str, *, away: bool) -> str:
        if away:
            return "No provider has a key in my settings, so I go on thinking on this machine."
        return f"I know no single model that you can mean by {wanted}."

    def model_away(self, name: str) -> str:
        return f"{name} cannot be had now, so I stay with the one I have."

    def help(self) -> str:
        return (
            "Ask me anything. Without thinking I can tell the time and the date, set timers, alarms and "
            "reminders, say how long is left, snooze and cancel them, change my volume and how fast I speak, "
            "and repeat what I said."
        )

    def stopped(self, *, forget: bool) -> str:
        return "Never mind, then." if forget else "Okay."

    def _what(self, one: Set) -> str:
        """ "pasta timer", "10 minute timer", "alarm"."""
        if one.kind == "reminder":
            return "reminder"
        if one.name:
            return f"{one.name} {one.kind}"
        return f"{adjective(one.seconds)} {one.kind}" if one.kind == "timer" and one.ringing else one.kind

    def _the(self, one: Set) -> str:
        named = one.name or (adjective(one.seconds) if one.kind == "timer" else "")
        return f"the {named} {one.kind}".replace("  ", " ")

    def _yours(self, one: Set) -> str:
        named = one.name or (adjective(one.seconds) if one.kind == "timer" else "")
        return f"your {named} {one.kind}".replace("  ", " ")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _for(at: str) -> str:
    """ "set for 7 AM", but "set for tomorrow at 7 AM" and "set every day"."""
    if at.startswith("every "):
        return at
    return f"for {at.removeprefix('at ').removeprefix('on ')}"


def _clause(text: str) -> bool:
    """ "I have a meeting" is no thing to do."""
    first = text.split(" ")[0].lower()
    return first in {"i", "i'm", "we", "there", "it", "it's", "the", "my", "you", "he", "she", "they"}
