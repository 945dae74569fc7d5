# ruff: noqa: RUF001  (typographic signs are what these rules are about)
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.voice.tts.speakable import speakable, with_breath
from app.voice.tts.speakable.spoken import LANGUAGES


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("**Bold** and *it* and `code`", "Bold and it and code"),
        ("_yes_ and __no__, snake_case", "yes and no, snake case"),
        ("# Title", "Title"),
        ("- one", "one"),
        ("* [x] done", "done"),
        ("> quoted", "quoted"),
        ("1. First", "1. First"),
        ("```py\nx = 1\n```", ""),
        ("Run `ls -l` now.", "Run ls -l now."),
        ("[the page](https://a.b/c) has it", "the page has it"),
        ("![a cat](cat.png)", "a cat"),
        ("more](https://a.b/c) here", "more here"),
        ("See https://www.example.com/a?b=1.", "See example dot com."),
        ("| a | b |", "a, b"),
        ("<b>hi</b>", "hi"),
        ("Hello 👋 world 🎉!", "Hello world!"),
        ("👩‍👩‍👧 🏳️‍🌈", ""),
        ("...", ""),
        ("", ""),
        ("---", ""),
        ("It costs $5.50.", "It costs 5 dollars and 50 cents."),
        ("€1, £3 million, $2.5", "1 euro, 3 million pounds, 2.5 dollars"),
        ("At 10:30, 7:05 or 9:00.", "At 10 30, 7 oh 5 or 9 o'clock."),
        ("At 5 p.m. we go.", "At 5 PM we go."),
        ("At 5:15pm", "At 5 15 PM"),
        ("e.g. cats, i.e. pets", "for example, cats, that is, pets"),
        ("20 °C, 5km, 1 kg", "20 degrees Celsius, 5 kilometers, 1 kilogram"),
        ("100 km/h, 50%", "100 kilometers per hour, 50 percent"),
        ("3–5 days in 2020-2024", "3 to 5 days in 2020 to 2024"),
        ("Call 555-1234 on 2026-11-21.", "Call 5 5 5, 1 2 3 4 on November 21st, 2026."),
        ("R&D, A & B", "R and D, A and B"),
        ("3 * 4 = 12", "3 times 4 equals 12"),
        ("C# and C++", "C sharp and C++"),
        ("It's \"fine\".", "It's \"fine\"."),
        ("1,000.5 people", "1,000.5 people"),
    ],
)  # fmt: skip
def test_writing_becomes_what_a_person_would_say(written: str, said: str) -> None:
    assert speakable(written) == said


def spoken() -> list[tuple[str, str, str]]:
    """language, writing and what is said, from the table of each language."""
    tables = sorted((Path(__file__).parent / "spoken").glob("*.tsv"))
    lines = [(table.stem, line) for table in tables for line in table.read_text("utf-8").splitlines()]
    return [(language, *line.split("\t")) for language, line in lines]  # type: ignore[misc]


@pytest.mark.parametrize(("language", "written", "said"), spoken())
def test_every_language_says_it_in_its_own_words(language: str, written: str, said: str) -> None:
    assert speakable(written, language) == said


def test_a_language_without_rules_is_left_to_its_voice() -> None:
    assert speakable("**Alle** 14:30 di www.esempio.it, 5 km 👋", "it") == "Alle 14:30 di esempio.it, 5 km"


def test_the_country_behind_a_language_makes_no_difference() -> None:
    assert speakable("um 14:30", "de_AT") == speakable("um 14:30", "de-DE") == "um 14 Uhr 30"


def test_halves_of_characters_and_control_codes_are_left_out() -> None:
    assert speakable("do\ud800n't\x07 stop\u200b") == "don't stop"


def test_a_piece_that_ends_mid_sentence_keeps_its_voice_up() -> None:
    assert with_breath("The largest planet") == "The largest planet,"
    assert with_breath("Yes.") == "Yes."
    assert with_breath("") == ""


@pytest.mark.parametrize(
    "unit",
    [
        "-",
        "- ",
        "|-",
        "*",
        "_a",
        "<!--",
        "[",
        "](",
        "http://.",
        "`",
        "1,",
        "$1",
        ". ",
        "1 ",
        "0",
        "1.",
        "0-",
        "a.",
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_writing_takes_long_to_read(unit: str, language: str) -> None:
    speakable(unit * 2000 + "x", language)


@given(st.text(max_size=300), st.sampled_from([*LANGUAGES, "it"]))
def test_any_text_becomes_something_that_can_be_encoded_and_has_words_or_nothing(
    text: str, language: str
) -> None:
    said = speakable(text, language)
    said.encode("utf-8")
    assert said == "" or any(character.isalnum() for character in said)
    assert not set(said) & set("`*_[]{}|<>#\\")
