"""Twenty usual times, as decision 13 has them: on a Saturday, at six in the evening."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.skills.english.times import when
from app.skills.english.words import tokenize
from app.skills.when import resolve

NOW = datetime(2026, 11, 21, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ("in ten minutes", "2026-11-21 18:10:00"),
        ("at half past seven", "2026-11-21 19:30:00"),
        ("at quarter to eight", "2026-11-21 19:45:00"),
        ("tomorrow at 7 am", "2026-11-22 07:00:00"),
        ("on friday at noon", "2026-11-27 12:00:00"),
        ("in an hour and a half", "2026-11-21 19:30:00"),
        ("in two and a half hours", "2026-11-21 20:30:00"),
        ("at 7:30 pm", "2026-11-21 19:30:00"),
        ("tonight at nine", "2026-11-21 21:00:00"),
        ("on december 5 at 10 am", "2026-12-05 10:00:00"),
        ("in half an hour", "2026-11-21 18:30:00"),
        ("at twenty past six", "2026-11-21 18:20:00"),
        ("on the 3rd of january at 8 am", "2027-01-03 08:00:00"),
        ("at midnight", "2026-11-22 00:00:00"),
        ("in three quarters of an hour", "2026-11-21 18:45:00"),
        ("tomorrow morning at six thirty", "2026-11-22 06:30:00"),
        ("next monday at 8", "2026-11-23 08:00:00"),
        ("in 90 seconds", "2026-11-21 18:01:30"),
        ("at five to seven in the evening", "2026-11-21 18:55:00"),
        ("in one hour and twenty minutes", "2026-11-21 19:20:00"),
    ],
)
def test_a_usual_time_is_the_moment_that_is_meant(said: str, due: str) -> None:
    found = when([token.text for token in tokenize(said)])
    assert found is not None
    moment = resolve(found, NOW, UTC)
    assert moment is not None
    assert f"{moment.due:%Y-%m-%d %H:%M:%S}" == due


@pytest.mark.parametrize(
    "said", ["yesterday", "at 25:00", "in a while", "on the 31st of june", "seven eight nine", "at"]
)
def test_what_is_no_time_is_none(said: str) -> None:
    assert when([token.text for token in tokenize(said)]) is None
