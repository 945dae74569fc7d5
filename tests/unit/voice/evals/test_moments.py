from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.voice.audio.frames import RATE
from app.voice.evals.moments import Happened, Stretch, parse_moment, sample_of

HAPPENED = Happened(
    answers=[Stretch(1000, 2000), Stretch(5000)],
    wakes=[500, 4000],
    interruptions=[1900],
    steps={"question": Stretch(100, 900)},
)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2.5", 2.5 * RATE),
        (2, 2 * RATE),
        ("800 ms", 0.8 * RATE),
        ("0 s", 0),
        ("after the answer begins", 1000),
        ("after the answer begins + 1.5 s", 1000 + 1.5 * RATE),
        ("the answer ends", 2000),
        ("after answer 2 begins", 5000),
        ("after answer 2 ends", None),
        ("after answer 3 begins", None),
        ("after the wake word", 500),
        ("after wake word 2 + 100ms", 4000 + 1600),
        ("after the interruption", 1900),
        ("after question begins", 100),
        ("question ends - 10 ms", 900 - 160),
        ("question ends - 10 s", 0),
    ],
)
def test_a_moment_counts_from_what_happened(text: str, at: float | None) -> None:
    assert sample_of(parse_moment(text), HAPPENED) == at


def test_the_answer_is_the_first_from_where_one_looks() -> None:
    moment = parse_moment("after the answer begins")
    assert sample_of(moment, HAPPENED, since=1500) == 5000
    assert sample_of(moment, HAPPENED, since=6000) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "later",
        "after the answer",
        "after the wake word begins",
        "-1",
        "after answer 0 ends",
        "1e9",
        True,
        "after question 2 ends",
        "601 s",
        "nan",
        "after the answer begins + 1 hour",
        "x" * 500,
        None,
    ],
)
def test_what_is_no_moment_is_said_to_be_none(text: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_moment(text)


@given(st.text(max_size=60))
def test_any_text_is_a_moment_or_refused(text: str) -> None:
    with suppress(ValueError):
        parse_moment(text)
