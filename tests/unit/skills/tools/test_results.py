"""What the model is given of what a tool says, and what of its failures."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from app.kernel.errors import BadInput, Bug, Unavailable
from app.skills.tools.results import cleaned, failure, fitted


def test_signs_that_steer_screens_and_readers_are_taken_out() -> None:
    assert cleaned("a\x1b[31mred\x1b[0m\x07\u202eb\r\nc\td\ud800") == "aredb\nc\td"


def test_what_is_too_long_is_cut_and_says_by_how_much() -> None:
    assert fitted("short", 100) == "short"
    cut = fitted("x" * 5_000, 1_000)
    assert len(cut) <= 1_000
    assert cut.endswith("\n[4000 more characters were left out]")
    assert len(fitted("y" * 10_000_000, 4_000)) <= 4_000


@settings(max_examples=40)
@given(some.text(max_size=600), some.integers(100, 400))
def test_it_is_never_longer_than_allowed(text: str, most: int) -> None:
    assert len(fitted(text, most)) <= most
    fitted(text, most).encode()


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (BadInput("No such city.", hint="Name another."), "bad_input", "No such city. Name another."),
        (Unavailable("The server\nis away."), "unavailable", "The server is away."),
        (ValueError("key=s3cret"), "bug", "The tool t failed (ValueError)."),
        (Bug("s3cret"), "bug", "The tool t failed (Bug)."),
        (ExceptionGroup("s3cret", [ValueError("x")]), "bug", "The tool t failed (ExceptionGroup)."),
    ],
)
def test_a_failure_is_a_sentence_without_what_others_wrote_into_it(
    error: Exception, code: str, text: str
) -> None:
    assert failure("t", error) == (code, text)
