"""Was it as it had to be?

A rule file: an expectation and the journal of a conversation in, a verdict out.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.voice.audio.frames import RATE
from app.voice.conversation import TalkedTurn
from app.voice.evals import track, words
from app.voice.evals.clips import Clip
from app.voice.evals.moments import Moment, sample_of
from app.voice.evals.schema import Absent, Answered, Count, Expectation, Silent, SpanLimit, Words
from app.voice.evals.witness import Journal


@dataclass(frozen=True, slots=True)
class Verdict:
    """ok: None when it could not be judged (a wait, and the microphone did not run in real time).
    measured: in milliseconds, where something was. why: it was not so, or was not judged."""

    ok: bool | None
    why: str = ""
    measured: float | None = None


UNTIMED = Verdict(None, "needs --realtime")


def judge(expected: Expectation, journal: Journal, clips: dict[str, Clip]) -> Verdict:
    """See the module."""
    kind = expected.check
    wanted = getattr(expected, kind)
    match wanted:
        case Count():
            return _count(wanted, _number(kind, journal))
        case Words():
            return _words(kind, wanted, expected.turn, journal)
        case Answered():
            return _answered(wanted, expected.turn, journal, clips)
        case Silent():
            return _silent(wanted, journal)
        case Absent():
            return _absent(wanted, journal)
        case SpanLimit():
            return _span(wanted, expected.turn, journal)
        case _:
            raise AssertionError(kind)


def _number(kind: str, journal: Journal) -> int:
    happened = journal.happened
    counted = {
        "wakes": happened.wakes,
        "turns": journal.turns,
        "answers": happened.answers,
        "interruptions": happened.interruptions,
    }
    return len(counted[kind])


def _count(wanted: Count, number: int) -> Verdict:
    most = number if wanted.at_most is None else wanted.at_most
    ok = wanted.at_least <= number <= most
    return Verdict(ok, "" if ok else f"there {'was' if number == 1 else 'were'} {number}")


def _words(kind: str, wanted: Words, which: int | None, journal: Journal) -> Verdict:
    turns = _chosen(which, journal)
    if turns is None:
        return _no_turn(which, journal)
    texts = {"heard": "heard", "answer": "said", "spoken": "spoken"}[kind]
    why = words.lacking(wanted, [getattr(turn, texts) for turn in turns])
    return Verdict(not why, why)


def _answered(wanted: Answered, which: int | None, journal: Journal, clips: dict[str, Clip]) -> Verdict:
    if not journal.talk.latency_valid:
        return UNTIMED
    asked = None
    if wanted.after is not None:
        asked = journal.happened.steps.get(wanted.after)
        if asked is None:
            return _never_played(wanted.after, journal)
    begin = _begin_of_answer(which, journal, asked.end if asked else None)
    if begin is None:
        return Verdict(False, "no answer was heard")
    ended = asked.end if asked else _last_words(journal, clips, begin)
    if ended is None:
        return Verdict(False, "nothing was said before it")
    waited = (begin - ended) * 1000 / RATE
    ok = 0 <= waited <= wanted.within_ms
    why = "" if ok else f"it took {waited:.0f} ms" if waited >= 0 else f"it came {-waited:.0f} ms too early"
    return Verdict(ok, why, round(waited, 1))


def _begin_of_answer(which: int | None, journal: Journal, since: int | None) -> int | None:
    answers = journal.happened.answers
    if which is not None:
        turns = _chosen(which, journal) or []
        numbers = [journal.answered[turn.turn] for turn in turns if turn.turn in journal.answered]
        return answers[numbers[0]].begin if numbers else None
    open_at = 0 if since is None else since
    after = [answer.begin for answer in answers if answer.end is None or answer.end > open_at]
    return after[0] if after else None


def _last_words(journal: Journal, clips: dict[str, Clip], begin: int) -> int | None:
    steps = journal.happened.steps
    ends = [
        s.end for name, s in steps.items() if clips[name].speech and s.end is not None and s.begin < begin
    ]
    return max(ends, default=None)


def _silent(wanted: Silent, journal: Journal) -> Verdict:
    at = sample_of(wanted.after, journal.happened)
    if at is None:
        return _never(wanted.after, journal)
    took = (track.silent_from(journal.spoken, at) - at) * 1000 / RATE
    ok = took <= wanted.within_ms
    return Verdict(ok, "" if ok else f"it was silent after {took:.0f} ms", round(took, 1))


def _absent(wanted: Absent, journal: Journal) -> Verdict:
    begin = 0 if wanted.since is None else sample_of(wanted.since, journal.happened)
    end = None if wanted.until is None else sample_of(wanted.until, journal.happened)
    if wanted.since is not None and begin is None:
        return _never(wanted.since, journal)
    if wanted.until is not None and end is None:
        return _never(wanted.until, journal)
    heard = track.sounds(journal.spoken, begin or 0, end)
    if not heard:
        return Verdict(True)
    first, last = heard[0]
    return Verdict(False, f"something was heard from {first / RATE:.2f} to {last / RATE:.2f} s")


def _span(wanted: SpanLimit, which: int | None, journal: Journal) -> Verdict:
    if not journal.talk.latency_valid:
        return UNTIMED
    turns = _chosen(which, journal)
    if turns is None:
        return _no_turn(which, journal)
    found = [s.end_ms - s.start_ms for turn in turns for s in turn.spans if s.name == wanted.name]
    if not found:
        names = sorted({span.name for turn in turns for span in turn.spans})
        return Verdict(
            False, f"no turn had that span; there {'is' if names else 'are none'} {', '.join(names)}"
        )
    longest = max(found)
    ok = longest <= wanted.at_most_ms
    return Verdict(ok, "" if ok else f"it took {longest:.0f} ms", round(longest, 1))


def _chosen(which: int | None, journal: Journal) -> list[TalkedTurn] | None:
    turns = journal.turns
    if which is None:
        return turns
    return [turns[which - 1]] if which <= len(turns) else None


def _no_turn(which: int | None, journal: Journal) -> Verdict:
    return Verdict(False, f"there is no turn {which}; there were {len(journal.turns)}")


def _never(moment: Moment, journal: Journal) -> Verdict:
    if moment.anchor == "step":
        return _never_played(moment.step, journal)
    return Verdict(False, f"“{moment.text}” never came")


def _never_played(step: str, journal: Journal) -> Verdict:
    waited = journal.unheard.get(step, "")
    return Verdict(False, f"{step} was never played: “{waited}” never came")
