import pytest

from app.voice.turn.phrases import is_echo, is_misheard_stop, is_stop


@pytest.mark.parametrize("text", ["Stop.", "Oh, stop it!", "Be quiet, please.", "Never mind.",
                                  "Hey Jarvis, stop", "That\u2019s enough.", "Cancel", "Hush",
                                  "Hey Jarvis. Stop!", "Stop. Please stop talking now."])  # fmt: skip
def test_a_stop_is_understood(text: str) -> None:
    assert is_stop(text)


@pytest.mark.parametrize("text", ["", "Stop the timer in the kitchen.", "Don't stop.", "Please",
                                  "Is it quiet there?", "Stop. What time is it?", "Okay. Please.",
                                  "How do I cancel my contract?"])  # fmt: skip
def test_what_only_holds_such_a_word_is_no_stop(text: str) -> None:
    assert not is_stop(text)


def test_a_stop_that_was_misheard_over_solos_own_words_is_understood() -> None:
    counting = "One, two, three, four, five."
    assert is_misheard_stop("Start.", counting)
    assert not is_misheard_stop("Start again.", counting)
    assert not is_misheard_stop("Start.", "Shall I start or stop it?")


def test_solos_own_words_are_an_echo_and_other_words_are_not() -> None:
    said = "The capital of France is Paris. It lies on the Seine."
    assert is_echo("capital of France is Paris", said)
    assert is_echo("It lies on the same", said)
    assert not is_echo("Paris", said)
    assert not is_echo("what is the capital of Spain", said)
    assert not is_echo("", said)
