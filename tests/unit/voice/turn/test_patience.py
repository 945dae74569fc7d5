"""The table of turn ends, tested on data: endings.csv."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config.voice import TurnSettings
from app.voice.audio.frames import milliseconds, samples_of
from app.voice.turn.forms import Shape
from app.voice.turn.languages import shape_of
from app.voice.turn.patience import TABLE, Evidence, Patience, Sound, Wait
from app.voice.turn.pauses import Pauses

with Path(__file__).with_name("endings.csv").open(encoding="utf-8", newline="") as file:
    CASES = list(csv.DictReader(file))


def known(pauses: str) -> Pauses:
    """ "1200x20": twenty of 1,200 ms on the average."""
    average, _, count = pauses.partition("x")
    return Pauses(average_ms=float(average), count=int(count)) if pauses else Pauses()


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case['text']} {case['probability']} {case['asked']}"
)
def test_a_case_of_the_data_ends_as_it_says(case: dict[str, str]) -> None:
    patience = Patience(TurnSettings(), known(case["pauses"]))
    probability = float(case["probability"]) if case["probability"] else None
    form = shape_of(case["text"], case["language"] or None)
    evidence = Evidence(form, probability, case["asked"] == "yes")
    assert (patience.judge(evidence).value, round(milliseconds(patience.wait(evidence)))) == (
        case["wait"],
        int(case["ms"]),
    )


def test_the_data_has_every_class_and_every_shape() -> None:
    assert {case["wait"] for case in CASES} == {wait.value for wait in Wait}
    assert {shape_of(case["text"], case["language"] or None) for case in CASES} == set(Shape)


evidence_of_any_kind = st.builds(Evidence, st.sampled_from(Shape), st.none() | st.floats(0, 1), st.booleans())
anybody = st.builds(Pauses, average_ms=st.floats(250, 2000), count=st.integers(0, 1000))


@given(evidence_of_any_kind, anybody)
def test_every_pause_has_an_end_and_none_is_waited_for_longer_than_the_longest(
    evidence: Evidence, pauses: Pauses
) -> None:
    patience = Patience(TurnSettings(), pauses)
    assert samples_of(320) <= patience.wait(evidence) <= patience.longest == samples_of(1600)


@given(evidence_of_any_kind, anybody)
def test_habits_never_slow_down_what_is_whole(evidence: Evidence, pauses: Pauses) -> None:
    if evidence.shape in (Shape.SHORT, Shape.COMMAND, Shape.WHOLE):
        assert Patience(TurnSettings(), pauses).wait(evidence) == Patience(TurnSettings()).wait(evidence)


@given(st.sampled_from(Shape), st.booleans())
def test_who_surely_sounds_finished_never_waits_longer_than_who_surely_does_not(
    shape: Shape, asked: bool
) -> None:
    patience = Patience(TurnSettings())
    assert patience.wait(Evidence(shape, 1.0, asked)) <= patience.wait(Evidence(shape, 0.0, asked))


def test_no_row_of_the_table_is_idle() -> None:
    used = {
        next(
            row
            for row in TABLE
            if row.shape is shape and (not row.sounds or sound in row.sounds) and row.asked in (None, asked)
        )
        for shape in Shape
        for sound in Sound
        for asked in (True, False)
    }
    assert used == set(TABLE)


def test_waits_and_grades_are_settings_and_stay_in_order() -> None:
    odd = TurnSettings(
        silence_ms=800,
        brief_silence_ms=900,
        doubtful_silence_ms=300,
        unfinished_silence_ms=400,
        long_silence_ms=500,
    )
    patience = Patience(odd)
    waits = [
        Evidence(Shape.WHOLE, 1.0), Evidence(Shape.PLAIN, 1.0), Evidence(Shape.PLAIN, 0.5),
        Evidence(Shape.PLAIN, 0.0), Evidence(Shape.OPEN, 1.0),
    ]  # fmt: skip
    assert [patience.wait(one) for one in waits] == [samples_of(800)] * 5
    strict = Patience(TurnSettings(sure_probability=0.95, unsure_probability=0.9))
    assert strict.judge(Evidence(probability=0.92)) is Wait.DOUBTFUL
    assert strict.judge(Evidence(probability=0.89)) is Wait.UNFINISHED


def test_pauses_are_learnt_unless_that_is_switched_off() -> None:
    patience, stubborn = Patience(TurnSettings()), Patience(TurnSettings(learn_pauses=False))
    before = patience.wait(Evidence(probability=0.0))
    for _ in range(20):
        patience.went_on(samples_of(1000))
        stubborn.went_on(samples_of(1000))
    assert patience.wait(Evidence(probability=0.0)) > before
    assert stubborn.wait(Evidence(probability=0.0)) == before
    assert stubborn.pauses == Pauses()
