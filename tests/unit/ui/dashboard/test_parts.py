"""The pieces of the page."""

from __future__ import annotations

import json

import pytest

from app.api.schemas import MessageLine, ServiceReport, SpanReport, TurnReport
from app.ui.dashboard import charts, parts

EVIL = "<script>alert('x')</script>"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3600, "1 h 0 min"),
        (18_720, "5 h 12 min"),
        (183_600, "2 d 3 h"),
    ],
)
def test_durations_are_for_people(seconds: float, words: str) -> None:
    assert parts.duration(seconds) == words


def test_what_others_wrote_never_becomes_markup() -> None:
    service = ServiceReport(name=EVIL, state=EVIL, reason=EVIL)
    message = MessageLine(id="1", dialogue="d", role=EVIL, content=EVIL, channel=EVIL, created_at=EVIL)
    for html in (
        parts.services([service]),
        parts.talk([message]),
        parts.down(EVIL, EVIL),
        parts.pill(EVIL, "red"),
    ):
        assert "<script" not in html
        assert "&lt;script" in html


def test_a_service_that_is_not_well_says_why() -> None:
    html = parts.services(
        [ServiceReport(name="tts", state="degraded", reason="There is no voice.", restarts=3)]
    )
    assert "There is no voice." in html
    assert parts.RED in html


def turn(number: int, *names: str) -> TurnReport:
    spans = tuple(SpanReport(name=n, start_ms=i * 100, end_ms=i * 100 + 100) for i, n in enumerate(names))
    return TurnReport(
        turn=str(number),
        at="2026-11-21T12:00:00+00:00",
        channel="voice",
        total_ms=100.0 * len(names),
        spans=spans,
    )


def test_turns_of_the_same_second_keep_a_bar_each() -> None:
    drawn = charts.stages([turn(1, "think", "play"), turn(2, "think")]).to_dict()
    bars = drawn["layer"][0]["data"]["values"]
    assert [(row["number"], row["stage"]) for row in bars] == [(0, "think"), (0, "play"), (1, "think")]
    assert json.dumps(drawn)


def test_stages_keep_their_colours_and_their_order_and_unknown_ones_get_one() -> None:
    drawn = charts.stages([turn(1, "play", "juggle", "think")]).to_dict()
    scale = drawn["layer"][0]["encoding"]["color"]["scale"]
    assert scale["domain"] == ["think", "play", "juggle"]
    assert len(set(scale["range"])) == 3
