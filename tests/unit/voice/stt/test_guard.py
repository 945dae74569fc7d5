import pytest

from app.voice.stt.guard import doubt, doubt_sound
from app.voice.stt.port import Transcript


def heard(text: str, no_speech: float, log_probability: float) -> Transcript:
    return Transcript(text, "en", no_speech, log_probability)


@pytest.mark.parametrize(
    ("text", "no_speech", "log_probability"),
    [
        ("What is the capital of France?", 0.02, -0.15),
        ("Goodbye.", 0.03, -0.56),
        ("seven", 0.50, -0.99),
        ("1000190210", 0.51, -0.72),
        ("Okay, Nabu", 0.05, -1.19),
        ("Thank you.", 0.10, -0.30),
        ("You", 0.10, -0.50),
        ("No, no, no, no.", 0.05, -0.30),
        ("Ask not what your country can do for you, ask what you can do for your country.", 0.05, -0.16),
    ],
)
def test_what_people_say_is_believed(text: str, no_speech: float, log_probability: float) -> None:
    assert doubt(heard(text, no_speech, log_probability)) == ""


@pytest.mark.parametrize(
    ("text", "no_speech", "log_probability", "reason"),
    [
        ("I'm going to go to the left.", 0.92, -1.74, "noise"),
        ("Whoo!", 0.65, -1.00, "noise"),
        ("I'm going to go to the next one.", 0.20, -1.60, "noise"),
        ("You", 0.94, -1.58, "noise"),
        ("Anything", 0.10, -2.00, "noise"),
        ("Thank you.", 0.50, -0.60, "invention"),
        ("Thanks for watching!", 0.20, -1.10, "invention"),
        ("the cat and the cat and the cat and the cat and the cat and the cat", 0.05, -0.30, "invention"),
        ("Wooooooh!", 0.50, -1.20, "invention"),
        ("", 0.90, -0.50, "silence"),
        ("...", 0.10, -0.50, "noise"),
    ],
)
def test_what_is_invented_is_doubted_with_a_reason(
    text: str, no_speech: float, log_probability: float, reason: str
) -> None:
    assert doubt(heard(text, no_speech, log_probability)) == reason


def test_digital_silence_and_clicks_are_not_transcribed_at_all() -> None:
    assert doubt_sound(2.0, 0.0) == "silence"
    assert doubt_sound(0.05, 0.5) == "silence"
    assert doubt_sound(2.0, 0.001) == ""
