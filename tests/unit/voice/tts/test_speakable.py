# ruff: noqa: RUF001  (typographic signs are what these rules are about)
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.voice.tts.speakable import speakable, with_breath


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
        ("At 5 p.m. we go.", "At 5 P M we go."),
        ("At 5:15pm", "At 5 15 P M"),
        ("e.g. cats, i.e. pets", "for example, cats, that is, pets"),
        ("20 °C, 5km, 1 kg", "20 degrees Celsius, 5 kilometers, 1 kilogram"),
        ("100 km/h, 50%", "100 kilometers per hour, 50 percent"),
        ("3–5 days in 2020-2024", "3 to 5 days in 2020 to 2024"),
        ("Call 555-1234 on 2026-11-21.", "Call 555-1234 on 2026-11-21."),
        ("R&D, A & B", "R and D, A and B"),
        ("3 * 4 = 12", "3 times 4 equals 12"),
        ("C# and C++", "C sharp and C++"),
        ("It's \"fine\".", "It's \"fine\"."),
        ("1,000.5 people", "1,000.5 people"),
    ],
)  # fmt: skip
def test_writing_becomes_what_a_person_would_say(written: str, said: str) -> None:
    assert speakable(written) == said


def test_halves_of_characters_and_control_codes_are_left_out() -> None:
    assert speakable("do\ud800n't\x07 stop\u200b") == "don't stop"


def test_a_piece_that_ends_mid_sentence_keeps_its_voice_up() -> None:
    assert with_breath("The largest planet") == "The largest planet,"
    assert with_breath("Yes.") == "Yes."
    assert with_breath("") == ""


@pytest.mark.parametrize(
    "unit", ["-", "- ", "|-", "*", "_a", "<!--", "[", "](", "http://.", "`", "1,", "$1", ". "]
)
def test_no_writing_takes_long_to_read(unit: str) -> None:
    speakable(unit * 2000 + "x")


@given(st.text(max_size=300))
def test_any_text_becomes_something_that_can_be_encoded_and_has_words_or_nothing(text: str) -> None:
    said = speakable(text)
    said.encode("utf-8")
    assert said == "" or any(character.isalnum() for character in said)
    assert not set(said) & set("`*_[]{}|<>#\\")
