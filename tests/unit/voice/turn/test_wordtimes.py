import time

from hypothesis import given
from hypothesis import strategies as st

from app.voice.turn.wordtimes import Sounded, said, times, words_in

FOUNDED = [
    Sounded("\u026at", 50, 130),
    Sounded("w\u028cz", 190, 300),
    Sounded("f\u02c8a\u028and\u1d7bd", 330, 740),
    Sounded("\u026an", 790, 870),
    Sounded("n\u02c8a\u026anti\u02d0nh\u02c8\u028cnd\u0279\u026ad", 890, 1730),
    Sounded("n\u02c8a\u026anti,", 1780, 2230),
    Sounded("f\u0254\u02d0\u0279", 2500, 2650),
    Sounded("f\u02c8a\u026av", 2690, 3000),
    Sounded("d\u02c8\u0251\u02d0l\u025az", 3040, 3450),
    Sounded("\u028cv\u00f0\u0259", 3730, 3920),
    Sounded("p\u02c8i\u02d0p\u0259l.", 3960, 4300),
]
TEXT = "It was founded in 1990, for $5 **of the** people."


def starts(text: str, spoken: list[Sounded]) -> dict[str, int]:
    return {text[a:b]: round(at) for (a, b), (at, _) in zip(words_in(text), times(text, spoken), strict=True)}


def test_numbers_that_become_several_words_and_words_that_become_one_are_found() -> None:
    assert starts(TEXT, FOUNDED) | {"the**": 0} == {
        "It": 50, "was": 190, "founded": 330, "in": 790, "1990,": 890, "for": 2500, "$5": 2690,
        "**of": 3730, "the**": 0, "people.": 3960,
    }  # fmt: skip
    assert 3730 < starts(TEXT, FOUNDED)["the**"] < 3920


def test_a_word_counts_from_its_middle_on() -> None:
    assert said(TEXT, FOUNDED, 90) == 0
    assert TEXT[: said(TEXT, FOUNDED, 91)] == "It"
    assert TEXT[: said(TEXT, FOUNDED, 534)] == "It was"
    assert TEXT[: said(TEXT, FOUNDED, 536)] == "It was founded"
    assert TEXT[: said(TEXT, FOUNDED, 1550)] == "It was founded in"
    assert TEXT[: said(TEXT, FOUNDED, 2400)] == "It was founded in 1990,"
    assert said(TEXT, FOUNDED, 9999) == len(TEXT)


def test_a_sign_that_nobody_speaks_goes_with_the_word_before_it() -> None:
    spoken = [
        Sounded("a\u026a", 90, 190),
        Sounded("s\u02c8i\u02d0;", 270, 580),
        Sounded("w\u02c8\u025bl.", 850, 1100),
    ]
    text = "I see \u2014 well."
    assert text[: said(text, spoken, 700)] == "I see \u2014"
    assert said(text, spoken, 1000) == len(text)


def test_a_voice_that_says_something_else_altogether_is_followed_by_length() -> None:
    spoken = [Sounded("x" * 9, 100.0 * n, 100.0 * n + 90) for n in range(40)]
    text = "one two"
    assert said(text, spoken, 0) == 0
    assert said(text, spoken, 9999) == len(text)


@given(
    st.text(alphabet="ab1$ ,.\u2014", max_size=60),
    st.lists(st.text(alphabet="abt\u02c8,", min_size=1, max_size=6), max_size=20),
    st.floats(0, 3000),
)
def test_whatever_is_said_words_are_whole_and_follow_each_other(
    text: str, sounds: list[str], at: float
) -> None:
    spoken = [Sounded(sound, 100.0 * n, 100.0 * n + 90) for n, sound in enumerate(sounds)]
    found = times(text, spoken)
    assert len(found) == len(text.split())
    assert all(start <= end for start, end in found)
    assert found == sorted(found)
    assert said(text, spoken, at) in {0, *(end for _, end in words_in(text))}


def test_a_long_piece_is_cut_before_anybody_notices() -> None:
    text = " ".join(["to", "be", "or", "not", "2", "be"] * 12)
    spoken = [Sounded("t\u02c8u\u02d0", 100.0 * n, 100.0 * n + 90) for n in range(66)]
    began = time.thread_time()
    said(text, spoken, 3000)
    assert time.thread_time() - began < 2  # hours, were nothing cut
