"""The spans of a turn lie end to end and add up to the whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.events.dialogue import TurnEndedEvent, TurnStartedEvent
from app.events.llm import LLMRequestEvent, LLMTokenEvent
from app.events.voice import (
    PlaybackEvent,
    SpeakEvent,
    SpeechEndedEvent,
    STTEvent,
    TTSEvent,
    WakeWordEvent,
)
from app.kernel.ledger import ORDER, Ledger, spans_of

ENDED = TurnEndedEvent(
    turn="t",
    channel="voice",
    dialogue="d",
    user_text="?",
    reply_text="!",
    finish="stop",
    tokens_per_second=30,
)


def test_a_spoken_turn_has_every_span() -> None:
    ledger = Ledger()
    ledger.fact(WakeWordEvent(word="w", score=1, sample=0, engine="e"), 10.0)
    ledger.fact(SpeechEndedEvent(turn="t", voiced_until=16000, decided_at=24000, reason="silence"), 12.0)
    ledger.fact(STTEvent(turn="t", text="?", language="en", seconds=1, took_ms=50), 12.1)
    ledger.fact(TurnStartedEvent(turn="t", channel="voice", dialogue="d"), 12.11)
    ledger.first_answer(LLMRequestEvent(turn="t", messages=()), LLMTokenEvent(text="P"), 12.2)
    spoken = TTSEvent(text="Paris.", index=0, rate=22050, start=0, samples=9, took_ms=40)
    ledger.first_answer(SpeakEvent(turn="t"), spoken, 12.3)
    assert ledger.fact(ENDED, 12.4) is None
    trace = ledger.fact(PlaybackEvent(turn="t", state="started", audible_at=12.35), 12.36)
    assert trace is not None
    assert [(s.name, round(s.end_ms - s.start_ms)) for s in trace.spans] == [
        ("speech", 1500),
        ("pause", 500),
        ("transcribe", 100),
        ("think", 100),
        ("clause", 60),
        ("synthesize", 40),
        ("play", 50),
    ]
    assert round(trace.total_ms) == 2350
    assert trace.tokens_per_second == 30


def test_an_answer_that_is_written_before_it_is_heard_waits_for_its_sound() -> None:
    ledger = Ledger()
    ledger.fact(STTEvent(turn="t", text="?", language="en", seconds=1, took_ms=50), 1.0)
    ledger.first_answer(LLMRequestEvent(turn="t", messages=()), LLMTokenEvent(text="P"), 1.1)
    assert ledger.fact(ENDED, 1.2) is None
    trace = ledger.fact(PlaybackEvent(turn="t", state="started", audible_at=1.4), 1.4)
    assert trace is not None
    assert trace.spans[-1].name == "play"
    assert trace.spans[-1].end_ms == 400.0


def test_an_answer_that_nobody_will_hear_is_not_waited_for() -> None:
    ledger = Ledger()
    ledger.fact(STTEvent(turn="t", text="?", language="en", seconds=1, took_ms=50), 1.0)
    ledger.fact(PlaybackEvent(turn="t", state="stopped"), 1.1)
    assert ledger.fact(ENDED, 1.2) is not None
    ledger.fact(STTEvent(turn="u", text="?", language="en", seconds=1, took_ms=50), 2.0)
    assert ledger.fact(ENDED.model_copy(update={"turn": "u", "reply_text": ""}), 2.1) is not None


def test_a_typed_turn_is_traced_without_a_loudspeaker() -> None:
    ledger = Ledger()
    ledger.fact(TurnStartedEvent(turn="t", channel="api", dialogue="d"), 1.0)
    ledger.first_answer(LLMRequestEvent(turn="t", messages=()), LLMTokenEvent(text="P"), 1.5)
    trace = ledger.fact(ENDED.model_copy(update={"channel": "api"}), 2.0)
    assert trace is not None
    assert [(s.name, s.end_ms) for s in trace.spans] == [("think", 500.0)]


@given(st.dictionaries(st.sampled_from(ORDER), st.floats(0, 1e4)))
def test_spans_add_up_whatever_the_marks(marks: dict[str, float]) -> None:
    spans = spans_of(marks)
    assert all(a.end_ms == b.start_ms for a, b in zip(spans, spans[1:], strict=False))
    assert all(span.end_ms >= span.start_ms for span in spans)
    if spans:
        total = sum(span.end_ms - span.start_ms for span in spans)
        assert abs(total - spans[-1].end_ms) < 1.0


def test_what_was_done_before_the_decision_takes_no_time_after_it() -> None:
    ledger = Ledger()
    ledger.first_answer(LLMRequestEvent(turn="t", messages=()), LLMTokenEvent(text="P"), 11.8)
    ledger.fact(SpeechEndedEvent(turn="t", voiced_until=16000, decided_at=24000, reason="silence"), 12.0)
    spoken = TTSEvent(text="Paris.", index=0, rate=22050, start=0, samples=9, took_ms=40)
    ledger.first_answer(SpeakEvent(turn="t"), spoken, 12.1)
    ledger.fact(ENDED, 12.2)
    trace = ledger.fact(PlaybackEvent(turn="t", state="started", audible_at=12.15), 12.2)
    assert trace is not None
    took = {s.name: round(s.end_ms - s.start_ms) for s in trace.spans}
    assert took == {"pause": 500, "think": 0, "clause": 60, "synthesize": 40, "play": 50}


def test_what_was_made_for_an_earlier_revision_is_forgotten() -> None:
    ledger = Ledger()
    ledger.first_answer(LLMRequestEvent(turn="t", messages=()), LLMTokenEvent(text="P"), 10.0)
    ledger.first_answer(LLMRequestEvent(turn="t", revision=1, messages=()), LLMTokenEvent(text="P"), 12.3)
    ended = SpeechEndedEvent(turn="t", revision=1, voiced_until=16000, decided_at=24000, reason="silence")
    ledger.fact(ended, 12.0)
    ledger.first_answer(
        SpeakEvent(turn="t"), TTSEvent(text="P", index=0, rate=1, start=0, samples=9, took_ms=1), 12.31
    )
    ledger.fact(ENDED, 12.4)
    trace = ledger.fact(PlaybackEvent(turn="t", state="started", audible_at=12.6), 12.6)
    assert trace is not None
    took = {s.name: round(s.end_ms - s.start_ms) for s in trace.spans}
    assert took == {"pause": 500, "think": 300, "play": 300}
