"""From the slots of an English sentence to an intent; None where they do not make one.

A rule file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from app.skills.english.durations import duration, whole
from app.skills.english.times import OPENING, when
from app.skills.english.words import number, several
from app.skills.grammar import EMPTY, Make, Slot, Slots
from app.skills.intents import (
    AskTimers,
    AskWhen,
    CancelTimers,
    ChangeVolume,
    ExtendTimer,
    Intent,
    Kind,
    SetAlarm,
    SetReminder,
    SetTimer,
    SetTimers,
    Snooze,
)
from app.skills.when import When

KINDS: Final[dict[str, Kind]] = {
    "timer": "timer", "timers": "timer", "countdown": "timer", "countdowns": "timer",
    "alarm": "alarm", "alarms": "alarm", "alarm clock": "alarm", "wake up call": "alarm",
    "reminder": "reminder", "reminders": "reminder",
}  # fmt: skip
LONGEST_NAME: Final = 5
LONGEST_TIMER: Final = 7 * 86_400
MORNING_REMINDER: Final = 9
"""The hour of a reminder that names a day only."""
_ARTICLES: Final = frozenset(several("the a an my our your some"))
_NO_NAME: Final = frozenset(
    several(
        """timer timers alarm alarms reminder what how why when who if because for at in on it that this
        minutes minute hour hours seconds second new other another me i you to and about cancel delete stop
        turn set is are was"""
    )
)
_MARKERS: Final = frozenset(several("to that about of for"))
_REPEATED: Final = {"daily": "every day", "weekday": "every weekday", "weekend": "every weekend",
                    "nightly": "every night", "morning": "in the morning"}  # fmt: skip


def _name(given: Slot) -> str | None:
    """What something is called; empty for nothing, None when that is no name."""
    while given and given.tokens[0] in _ARTICLES:
        given = given.part(1)
    if len(given.tokens) > LONGEST_NAME or _NO_NAME & set(given.tokens):
        return None
    return given.raw.strip(" .,!?'\"")


# -- setting -----------------------------------------------------------------------------------


def timer(slots: Slots) -> Intent | None:
    """{duration} {name}."""
    seconds, name = whole(slots["duration"].tokens), _name(slots.get("name", EMPTY))
    if not 0 < seconds <= LONGEST_TIMER or name is None:
        return None
    return SetTimer(seconds, name)


def timer_of(slots: Slots) -> Intent | None:
    """{what} is a length of time, a name behind it perhaps: "ten minute pasta"."""
    what = slots["what"]
    for size in range(len(what.tokens), 0, -1):
        seconds, name = whole(what.tokens[:size]), _name(what.part(size))
        if 0 < seconds <= LONGEST_TIMER and name is not None:
            given = _name(slots.get("name", EMPTY))
            return None if given is None else SetTimer(seconds, name or given)
    return None


def timers(slots: Slots) -> Intent | None:
    """{list} of lengths of time: "five and ten minutes", "an hour and 20 minutes" being one."""
    words, found, at = slots["list"].tokens, list[SetTimer](), 0
    unit = words[-1]
    while at < len(words):
        at += words[at] == "and"
        seconds, behind = duration(words, at)
        if behind == at:
            _, behind = number(words, at)
            seconds = whole([*words[at:behind], unit])
        if not 0 < seconds <= LONGEST_TIMER:
            return None
        found.append(SetTimer(seconds))
        at = behind
    return SetTimers(tuple(found)) if len(found) > 1 else None


def another(slots: Slots) -> Intent | None:
    """{first}, and another for {second}."""
    both = [whole(slots["first"].tokens), whole(slots["second"].tokens)]
    fit = all(0 < seconds <= LONGEST_TIMER for seconds in both)
    return SetTimers(tuple(map(SetTimer, both))) if fit else None


def alarm(slots: Slots) -> Intent | None:
    """{when} {name}."""
    name = _name(slots.get("name", EMPTY))
    return None if name is None else _alarm(slots["when"], slots["when"].tokens, name)


def wake(slots: Slots) -> Intent | None:
    """{when}, to be woken."""
    made = _alarm(slots["when"], slots["when"].tokens, "")
    return replace(made, wake=True) if isinstance(made, SetAlarm) else made


def alarm_of(slots: Slots) -> Intent | None:
    """{first} tells how often, or what it is called; {when}."""
    first, rest = slots["first"], slots["when"]
    if first.tokens in (["recurring"], ["repeating"], ["regular"]):
        return _alarm(rest, rest.tokens, "")
    often = _REPEATED.get(" ".join(first.tokens))
    if often:
        return _alarm(rest, [*often.split(), *rest.tokens], "")
    if (made := _alarm(rest, [*first.tokens, *rest.tokens], "")) is not None:
        return made
    name = _name(first)
    return None if name is None else _alarm(rest, rest.tokens, name)


def _alarm(slot: Slot, words: Sequence[str], name: str) -> Intent | None:
    found = when(words)
    if found is None:
        return None
    return SetAlarm(found, name) if found.timed else AskWhen("alarm", slot.said)


def reminder(slots: Slots) -> Intent | None:
    """{rest}: when and what, in any order."""
    rest = slots["rest"]
    if rest.tokens[0] in _MARKERS and (found := _what_then_when(rest.tokens[0], rest.part(1))):
        return found
    for size in range(len(rest.tokens) - 1, 0, -1):
        if rest.tokens[size] in _MARKERS and (at := when(rest.tokens[:size])):
            return _reminder(at, rest.part(size + 1), rest.said)
    at = when(rest.tokens)
    return _reminder(at, EMPTY, rest.said) if at else None


def reminder_at(slots: Slots) -> Intent | None:
    """{when}, then {what}."""
    found = when(slots["when"].tokens)
    return _reminder(found, slots["what"], slots["what"].said) if found else None


def reminder_in(slots: Slots) -> Intent | None:
    """{duration} from now, {what}."""
    seconds = whole(slots["duration"].tokens)
    return _reminder(When(seconds=seconds), slots["what"], slots["what"].said) if seconds else None


def _what_then_when(marker: str, body: Slot) -> Intent | None:
    for begin in range(len(body.tokens)):
        if body.tokens[begin] in OPENING and (found := when(body.tokens[begin:])):
            return _reminder(found, body.part(0, begin), body.said)
    if not body:
        return None
    return AskWhen("reminder", body.said) if marker in ("to", "that") else None


def _reminder(found: When, what: Slot, said: str) -> Intent | None:
    if not found.timed:
        if found.day is not None and found.day.offset == 0:
            return AskWhen("reminder", said)
        found = replace(found, hour=MORNING_REMINDER, half="am")
    return SetReminder(found, what.raw.strip(" .,!?"))


def ask(kind: Kind) -> Make:
    """Something of this kind, and no word of when."""

    def make(slots: Slots) -> Intent | None:
        said = slots["verb"].said
        return None if _name(slots.get("name", EMPTY)) is None else AskWhen(kind, said)

    return make


def ask_again(slots: Slots) -> Intent | None:
    """ "Set a timer for a while": it was said when, but not so that it could be understood."""
    kind = KINDS[" ".join(slots["kind"].tokens)]
    article = "an" if kind == "alarm" else "a"
    return AskWhen(kind, f"set {article} {kind}")


# -- what is set -------------------------------------------------------------------------------


def asked(slots: Slots) -> Intent | None:
    """{name} {kind}."""
    seconds, name = _which(slots.get("name", EMPTY))
    if name is None:
        return None
    kind = KINDS.get(" ".join(slots["kind"].tokens)) if slots.get("kind") else None
    return AskTimers(kind, name, seconds=seconds)


def cancelled(slots: Slots) -> Intent | None:
    """{all} {name} {kind} {which}: a length, a time, or what it is for."""
    noun = " ".join(slots["kind"].tokens)
    every = bool(slots.get("all")) or noun.endswith("s")
    given = slots.get("name", EMPTY)
    seconds, name = _which(given)
    at = when(given.tokens)
    if at is not None:
        name = ""
    if name is None:
        return None
    if which := slots.get("which", EMPTY):
        at = when(which.tokens)
        more = whole(which.tokens)
        if at is None and not more:
            name = which.raw.strip(" .,!?")
        seconds = seconds or (0 if at else more)
    return CancelTimers(KINDS[noun], name, every=every, seconds=seconds, when=at)


def _which(name: Slot) -> tuple[int, str | None]:
    """(seconds, name) of "ten minute" or "pasta"."""
    if seconds := whole(name.tokens):
        return seconds, ""
    return 0, _name(name)


def extended(sign: int) -> Make:
    """{duration} more or less for {name}."""

    def make(slots: Slots) -> Intent | None:
        seconds, name = whole(slots["duration"].tokens), _name(slots.get("name", EMPTY))
        return ExtendTimer(sign * seconds, name) if seconds and name is not None else None

    return make


def snoozed(slots: Slots) -> Intent | None:
    """{duration}, a number of minutes, or as set."""
    given = slots.get("duration", EMPTY)
    seconds = whole(given.tokens) or whole([*given.tokens, "minutes"])
    return None if given and not seconds else Snooze(seconds or None)


def some_more(slots: Slots) -> Intent | None:
    """ "Five more minutes": {count} {unit}, or {duration}."""
    if "duration" in slots:
        seconds = whole(slots["duration"].tokens)
    else:
        seconds = whole([*slots["count"].tokens, *slots["unit"].tokens])
    return Snooze(seconds, only_ringing=True) if seconds else None


# -- volume ------------------------------------------------------------------------------------


def level(slots: Slots) -> Intent | None:
    """{level}: of a hundred, or, up to ten and without a percent, of ten."""
    words = slots["level"].tokens
    if words in (["maximum"], ["max"], ["full"], ["the", "maximum"]):
        return ChangeVolume(level=100)
    if words in (["minimum"], ["min"], ["the", "minimum"]):
        return ChangeVolume(level=10)
    if words in (["half"], ["medium"], ["normal"]):
        return ChangeVolume(level=100 if words == ["normal"] else 50)
    value, behind = number(words, 0)
    percent = words[behind:] in (["percent"], ["per", "cent"])
    if behind == 0 or (words[behind:] and not percent) or value > 100:
        return None
    return ChangeVolume(level=round(value * 10 if value <= 10 and not percent else value))
