from __future__ import annotations

from datetime import timedelta

import pytest

from app.memory.recall import Found, fit, rank
from app.memory.words import is_question, key, match, parts
from tests.remembering import START


def line(
    text: str, *, turn: str = "", minute: int = 0, near: float | None = None, speaker: str = "user"
) -> Found:
    return Found(text, text, speaker, turn or text, START + timedelta(minutes=minute), near)  # type: ignore[arg-type]


def texts(query: str, by_words: list[Found], by_meaning: list[Found], **more: object) -> list[str]:
    return [found.line.text for found in rank(query, by_words, by_meaning, **more)]  # type: ignore[arg-type]


def test_a_question_asked_twenty_times_does_not_crowd_out_its_answer() -> None:
    asked = [line(f"What is my sister's name{'?' * n}", near=0.99) for n in range(1, 21)]
    answer = line("my sister's name is Ada", near=0.8)
    assert texts("what is my sister's name?", [*asked, answer], [*asked, answer]) == [answer.text]


def test_what_tells_comes_before_what_asks() -> None:
    asks, tells = line("Does my sister like ramen?", near=0.9), line("My sister likes ramen.", near=0.9)
    assert texts("what does my sister like to eat", [asks, tells], [asks, tells])[0] == tells.text


def test_both_lists_count() -> None:
    both, words, meaning = line("a b", near=0.9), line("a b c", near=None), line("x", near=0.95)
    assert texts("a b", [words, both], [meaning, both])[0] == "a b"


def test_of_lines_that_say_the_same_the_newest_stays() -> None:
    old, new = line("The code is 12.", near=0.9), line("the code is 12!", minute=5, near=0.9)
    assert texts("code", [old, new], [old, new]) == [new.text]


def test_of_lines_that_fit_equally_the_newest_comes_first() -> None:
    old, new = line("the code is 12", near=0.9), line("the code is 34", minute=5, near=0.9)
    assert texts("code", [old, new], [new, old]) == [new.text, old.text]


def test_lines_of_one_kind_do_not_fill_the_prompt() -> None:
    calls = [line(f"Call my sister on {day} at {day}.", near=0.9) for day in "ABCDEFGHIJ"]
    ada = line("my sister's name is Ada", near=0.8)
    assert ada.text in texts("what's my sister called", [*calls, ada], [*calls, ada])[:3]


def test_a_line_that_denies_is_no_repetition() -> None:
    assert key("I do not like fish") != key("I like fish")
    assert key("my name is Ada") != key("your name is Ada")


def test_what_has_nothing_to_do_with_it_stays_out() -> None:
    far = line("The train leaves at nine.", near=0.5)
    assert texts("What is the capital of France?", [], [far], floor=0.54) == []
    assert texts("When does the train leave?", [far], [far], floor=0.54) == [far.text]


def test_what_those_turns_said_is_left_out() -> None:
    assert texts("code", [line("the code is 12", turn="t1")], [], exclude_turns=("t1",)) == []


def test_a_search_shows_everything() -> None:
    asked = [line("What is my code?", near=0.1), line("what is my code", near=0.1)]
    assert len(texts("what is my code?", asked, asked, floor=0.9, loose=True)) == 2


def test_the_budget_is_kept_and_a_long_line_passed_over() -> None:
    ranked = rank("code", [line("code " + "x" * 3000), line("code 1"), line("code 2")], [])
    assert [found.line.text for found in fit(ranked, 20, 10)] == ["code 1", "code 2"]
    assert fit(ranked, 0, 10) == []
    assert len(fit(ranked, None, 2)) == 2


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("What is it?", True),
        ("what is it", True),
        ("Is it raining", True),
        ("My sister's name is Ada.", False),
        ("My sister is Ada. Do you know her?", False),
        ("Who? Me?", True),
        ("", False),
        ("What a day!", False),
    ],
)
def test_questions_are_known(text: str, asks: bool) -> None:
    assert is_question(text) is asks


@pytest.mark.parametrize("text", ["", "a" * 5000, "word " * 2000, "One. Two! Three? " * 300, "ß" * 301])
def test_parts_are_short_and_lose_nothing(text: str) -> None:
    made = parts(text)
    assert all(0 < len(part) <= 300 for part in made)
    assert "".join("".join(made).split()) == "".join(text.split())


@pytest.mark.parametrize("query", ["", "?!", '"; DROP', "a* OR NEAR(b)", "what is the", "naïve café's", "\0"])
def test_any_query_makes_a_harmless_expression(query: str) -> None:
    assert set(match(query)) <= set('" OR') | {c for c in query.casefold() if c.isalnum()}
