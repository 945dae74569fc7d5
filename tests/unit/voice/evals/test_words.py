import pytest

from app.voice.evals.describe import describe
from app.voice.evals.schema import Expectation, Words
from app.voice.evals.words import contains, lacking, matches, words_of, wrong_words


def test_case_and_punctuation_do_not_count() -> None:
    assert words_of("It's PARIS, d\u2019accord?") == ["it's", "paris", "d'accord"]
    assert wrong_words("What is the capital of France?", "what is, the capital of france") == 0


@pytest.mark.parametrize(
    ("text", "errors"),
    [("the cat sat", 0), ("the sat", 1), ("a cat sat down", 2), ("", 3), ("cat the sat", 2)],
)
def test_words_put_in_left_out_and_changed_are_counted(text: str, errors: int) -> None:
    assert wrong_words("The cat sat.", text) == errors


def test_a_part_is_whole_words() -> None:
    assert contains("The capital is Paris.", "is paris")
    assert not contains("Parisian", "Paris")


@pytest.mark.parametrize(
    ("pattern", "like"),
    [
        ("* Paris", True),
        ("the capital of france|italy is *", True),
        ("the capital *", True),
        ("*", True),
        ("* france * paris", True),
        ("* paris is", False),
        ("capital *", False),
        ("the capital of spain|italy is *", False),
        ("* * * * paris * *", True),
    ],
)
def test_a_star_stands_for_any_words_and_a_bar_for_one_of_several(pattern: str, like: bool) -> None:
    assert matches("The capital of France is Paris.", pattern) is like


def test_a_hostile_pattern_takes_no_time() -> None:
    assert not matches("a " * 4000, "* a " * 120 + "b")


@pytest.mark.parametrize(
    ("wanted", "texts", "well"),
    [
        ({"contains": "Rome"}, ["Paris.", "Rome."], True),
        ({"contains": "Rome"}, [], False),
        ({"lacks": "Rome"}, ["Paris.", "Rome."], False),
        ({"lacks": "Rome"}, [], True),
        ({"equals": "one two three four", "word_errors": 0.25}, ["one two three five"], True),
        ({"equals": "one two three four", "word_errors": 0.2}, ["one two three five"], False),
        ({"equals": "one two", "wrong_words": 1}, ["one"], True),
        ({"equals": "one two"}, ["one"], False),
        ({"contains": "one", "lacks": "two"}, ["one two"], False),
    ],
)
def test_some_text_must_be_as_wanted_and_none_may_have_what_must_lack(
    wanted: dict[str, str], texts: list[str], well: bool
) -> None:
    assert (not lacking(Words.model_validate(wanted), texts)) is well


def test_an_expectation_can_be_told() -> None:
    told = describe(Expectation.model_validate({"heard": {"equals": "yes", "wrong_words": 1}, "turn": 2}))
    assert told == "heard is “yes” with at most 1 wrong words (turn 2)"
