"""A talk that took place, as a conversation test: so that it can be played again.

A rule file: what happened in, the text of a YAML file out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from app.config.load import setting_paths
from app.config.settings import Settings
from app.events.base import Event
from app.events.voice import SpeechEndedEvent, SpeechStartedEvent, WakeWordEvent
from app.voice.audio.frames import RATE
from app.voice.conversation import Talk, TalkedTurn
from app.voice.evals.read import may_be_set
from app.voice.wake.words import spoken

WORD_ERRORS: Final = 0.3
"""Recognizing the same sound again may differ in so many words."""
LONGEST_TEXT: Final = 500
WAKE_SECONDS: Final = 0.75
"""How long before its end a wake word begins."""
SYLLABLES_PER_SECOND: Final = 4
HEAD: Final = """\
# Play it again: solo eval THIS-FILE. What was recorded is below `recorded`; what is expected is what
# happened: change it to what should have happened.
"""
REDACTED_HEAD: Final = """\
# Redacted: neither sound nor words, only when somebody spoke and how long Solo took. Somebody says
# "la la" in their place. Play it again: solo eval THIS-FILE.
"""


@dataclass(slots=True)
class Notes:
    """Where people spoke, in samples of the microphone. speech: first and last by turn."""

    wakes: list[int] = field(default_factory=list[int])
    speech: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])

    def tell(self, event: Event) -> None:
        """Something happened."""
        match event:
            case WakeWordEvent():
                self.wakes.append(event.sample)
            case SpeechStartedEvent(turn=str(turn)):
                first = self.speech.get(turn, (event.sample, 0))[0]
                self.speech[turn] = (min(first, event.sample), event.sample)
            case SpeechEndedEvent(turn=str(turn)):
                first = self.speech.get(turn, (event.voiced_until, 0))[0]
                self.speech[turn] = (first, event.voiced_until)
            case _:
                pass


@dataclass(frozen=True, slots=True)
class Origin:
    """Where and when it was recorded. at: ISO 8601; microphone, loudspeaker: file names."""

    solo: str
    at: str
    device: str
    microphone: str
    loudspeaker: str
    redacted: bool


def as_yaml(talk: Talk, notes: Notes, settings: Settings, origin: Origin) -> str:
    """The file."""
    data: dict[str, Any] = {"about": f"Recorded on {origin.at} with Solo {origin.solo}."}
    if changed := dict(_changed(settings)):
        data["settings"] = changed
    data["seconds"] = min(600.0, round(talk.seconds + 60, 1))
    if origin.redacted:
        data["play"] = _without_words(notes, settings)
    else:
        data["play"] = [{"name": "talk", "file": origin.microphone, "at": 0}]
    data["expect"] = _expected(talk, redacted=origin.redacted)
    data["recorded"] = _recorded(talk, notes, origin)
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=100)
    return (REDACTED_HEAD if origin.redacted else HEAD) + text


def _changed(settings: Settings) -> Iterator[tuple[str, Any]]:
    """Settings of how Solo converses that are not the usual ones."""
    usual = Settings()
    for path in setting_paths():
        now: Any = settings
        default: Any = usual
        for part in path:
            now, default = getattr(now, part), getattr(default, part)
        value = list(now) if isinstance(now, tuple) else now
        if now != default and may_be_set(".".join(path), value):
            yield ".".join(path), value


def _expected(talk: Talk, *, redacted: bool) -> list[dict[str, Any]]:
    counted = [turn for turn in talk.turns if turn.counts]
    expected: list[dict[str, Any]] = [{"wakes": len(talk.wakes)}]
    expected.append(
        {"interruptions": sum(turn.interrupted for turn in talk.turns if turn.audible_ms is not None)}
    )
    if redacted:
        return expected
    expected.append({"turns": len(counted)})
    for number, turn in enumerate(counted):
        if 0 < len(text := _line(turn.heard)) <= LONGEST_TEXT:
            heard = {"equals": text, "word_errors": WORD_ERRORS}
            expected.append({"turn": number + 1, "heard": heard})
    return expected


def _without_words(notes: Notes, settings: Settings) -> list[dict[str, Any]]:
    """The wake word where it was, and somebody who says nothing in particular where there was speech."""
    word = spoken(settings.voice.wake.words[0]).title() if settings.voice.wake.words else ""
    steps: list[dict[str, Any]] = []
    for number, end in enumerate(notes.wakes):
        begin = max(0.0, end / RATE - WAKE_SECONDS)
        steps.append({"name": f"wake-{number + 1}", "say": f"{word}.", "at": round(begin, 3)})
    for number, (first, last) in enumerate(notes.speech.values()):
        syllables = max(1, round((last - first) / RATE * SYLLABLES_PER_SECOND))
        said = " ".join(["la"] * min(syllables, 150)).capitalize()
        steps.append({"name": f"speech-{number + 1}", "say": f"{said}.", "at": round(first / RATE, 3)})
    return sorted(steps, key=lambda step: step["at"])[:100]


def _recorded(talk: Talk, notes: Notes, origin: Origin) -> dict[str, Any]:
    found: dict[str, Any] = {"solo": origin.solo, "at": origin.at, "seconds": talk.seconds}
    if origin.redacted:
        found["redacted"] = True
    else:
        found |= {"microphone": origin.device, "loudspeaker": origin.loudspeaker}
    found["wakes"] = [round(sample / RATE, 3) for sample in notes.wakes][:1000]
    found["turns"] = [_turn(turn, redacted=origin.redacted) for turn in talk.turns][:1000]
    return found


def _turn(turn: TalkedTurn, *, redacted: bool) -> dict[str, Any]:
    words = {"heard": _line(turn.heard), "answer": _line(turn.said), "spoken": _line(turn.spoken)}
    words = {} if redacted else words
    times: dict[str, Any] = {"outcome": turn.outcome, "interrupted": turn.interrupted}
    if turn.voiced_until_ms is not None:
        times["voiced_until"] = round(turn.voiced_until_ms / 1000, 3)
    if turn.audible_ms is not None:
        times["audible"] = round(turn.audible_ms / 1000, 3)
    if turn.gap_ms is not None:
        times["gap_ms"] = turn.gap_ms
    spans = {span.name: round(span.end_ms - span.start_ms, 1) for span in turn.spans}
    return {**words, **times, "spans": spans}


def _line(text: str) -> str:
    """On one line: YAML knows more ends of lines than people do."""
    return " ".join(text.split())
