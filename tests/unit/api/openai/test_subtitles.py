"""How words and times become lines."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from app.api.openai.subtitles import LONGEST_LINE, lines, srt, vtt
from app.events.voice import HeardWord


def words(*said: tuple[str, float, float]) -> list[HeardWord]:
    return [HeardWord(*one) for one in said]


def test_a_sentence_a_pause_and_too_much_text_begin_a_new_line() -> None:
    said = words(("Yes.", 0, 0.5), ("And", 0.6, 0.8), ("then", 3.0, 3.3))
    assert [line.text for line in lines(said, "", 4)] == ["Yes.", "And", "then"]
    long = words(*((f"word{n}", n * 0.2, n * 0.2 + 0.1) for n in range(60)))
    assert all(len(line.text) <= LONGEST_LINE for line in lines(long, "", 20))


def test_without_times_it_is_one_line() -> None:
    assert [(line.text, line.end) for line in lines([], "All of it.", 3.5)] == [("All of it.", 3.5)]
    assert lines([], "", 3.5) == []
    assert srt([]) == ""


def test_signs_that_mean_something_are_written_otherwise() -> None:
    assert "a &lt;b&gt; --&gt; c &amp; d" in vtt(lines([], "a <b> --> c & d", 1))


def test_hours_are_counted() -> None:
    assert "01:01:01,001 --> 02:00:00,000" in srt(lines(words(("x", 3661.001, 7200)), "", 7200))


@given(st.lists(st.tuples(st.text("ab.", min_size=1), st.floats(0, 10), st.floats(0, 10)), max_size=30))
def test_no_word_is_lost_and_no_line_ends_before_it_begins(said: list[tuple[str, float, float]]) -> None:
    told = lines(words(*said), "", 10)
    assert " ".join(line.text for line in told) == " ".join(word for word, _, _ in said)
    assert all(line.start <= line.end for line in told)
    assert len(re.findall(r"^\d\d:.* --> \d\d:", srt(told), re.MULTILINE)) == len(told)
