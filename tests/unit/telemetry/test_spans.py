from app.events.system import Span, TurnTracedEvent
from app.telemetry.spans import trace_of

TURN = "0123456789abcdef0123456789abcdef"


def traced(turn: str = TURN) -> TurnTracedEvent:
    return TurnTracedEvent(
        turn=turn,
        channel="voice",
        spans=(
            Span(name="pause", start_ms=0, end_ms=250.5),
            Span(name="think", start_ms=250.5, end_ms=400),
        ),
        total_ms=400,
        tokens_per_second=31.5,
    )


def test_a_turn_is_a_trace_with_a_span_for_each_stage() -> None:
    trace = trace_of(traced(), 1_000_000_000)
    assert f"{trace.id:032x}" == TURN
    turn, pause, think = trace.spans
    assert (turn.start, turn.end, turn.parent) == (1_000_000_000, 1_400_000_000, None)
    assert (pause.name, pause.start, pause.end) == ("pause", 1_000_000_000, 1_250_500_000)
    assert (think.start, think.end) == (pause.end, turn.end)
    assert pause.parent == think.parent == turn.id
    assert len({turn.id, pause.id, think.id}) == 3
    assert turn.attributes["solo.channel"] == "voice"


def test_the_same_turn_has_the_same_ids_and_another_one_others() -> None:
    assert trace_of(traced(), 0) == trace_of(traced(), 0)
    other = trace_of(traced("f" * 32), 0)
    assert not {span.id for span in other.spans} & {span.id for span in trace_of(traced(), 0).spans}


def test_any_name_of_a_turn_makes_ids_of_the_right_size() -> None:
    for turn in ("", "x", "0" * 32, "g" * 32):
        trace = trace_of(traced(turn), 0)
        assert 0 < trace.id < 1 << 128
        assert all(0 < span.id < 1 << 64 for span in trace.spans)
