import pytest

from app.voice.turn.stable import Stable


def fed(*transcripts: str) -> Stable:
    words = Stable()
    for transcript in transcripts:
        words.feed(transcript)
    return words


def test_what_is_said_twice_in_a_row_is_sure() -> None:
    words = fed("What is", "What is the cap", "What is the capital of")
    assert " ".join(words.sure) == "What is the"
    assert " ".join(words.rest) == "capital of"
    assert words.text == "What is the capital of"


def test_nothing_is_sure_after_one_transcript() -> None:
    assert fed("Turn on the light").sure == ()


def test_case_and_punctuation_are_no_change_of_mind() -> None:
    assert len(fed("turn on, the", "Turn on the light.").sure) == 3


@pytest.mark.parametrize("later", ["", "Toronto on the lights", "Turn"])
def test_what_was_sure_stays_sure(later: str) -> None:
    assert " ".join(fed("Turn on", "Turn on the", later).sure) == "Turn on"
