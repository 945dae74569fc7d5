import pytest

from app.voice.turn.patience import Waits, wait_for
from app.voice.turn.phrases import Shape, is_echo, is_stop, shape

WAITS = Waits(brief=1, usual=2, doubtful=3, long=4)


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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What is the capital of France?", Shape.WHOLE),
        ("Should I get a dog or a cat?", Shape.WHOLE),
        ("What is this for?", Shape.WHOLE),
        ("Please may I have a noodle soup?", Shape.PLAIN),
        ("Turn on the living room lamp.", Shape.PLAIN),
        ("Turn it on.", Shape.PLAIN),
        ("And so my fellow Americans.", Shape.OPEN),
        ("And so my fellow Americans ask not", Shape.OPEN),
        ("When we get home", Shape.OPEN),
        ("When is dinner?", Shape.WHOLE),
        ("I would like to", Shape.OPEN),
        ("I would like to know.", Shape.OPEN),
        ("Can you tell me?", Shape.OPEN),
        ("Hello, I wanted to ask you.", Shape.OPEN),
        ("That is good to know.", Shape.PLAIN),
        ("Produced the block books,", Shape.OPEN),
        ("10001 90210", Shape.OPEN),
        ("one two", Shape.LIST),
        ("3", Shape.LIST),
        ("Thank you.", Shape.SHORT),
        ("Goodbye!", Shape.SHORT),
        ("Wie spät ist es?", Shape.PLAIN),
        ("", Shape.PLAIN),
        ("?!", Shape.PLAIN),
    ],
)
def test_the_shape_of_a_text(text: str, expected: Shape) -> None:
    assert shape(text) is expected


@pytest.mark.parametrize(
    ("probability", "text", "expected"),
    [
        (0.9, "What is the capital of France?", WAITS.brief),
        (0.1, "What is the capital of France?", WAITS.usual),
        (None, "What is the capital of France?", WAITS.usual),
        (0.9, "I have eggs, bread and cheese.", WAITS.usual),
        (0.1, "I have eggs, bread and cheese.", WAITS.doubtful),
        (0.1, "Goodbye.", WAITS.usual),
        (0.9, "And so my fellow Americans.", WAITS.long),
        (0.9, "one", WAITS.doubtful),
        (None, None, WAITS.usual),
        (0.1, None, WAITS.doubtful),
        (0.9, "", WAITS.usual),
    ],
)
def test_sound_and_words_together_say_how_long_to_wait(
    probability: float | None, text: str | None, expected: int
) -> None:
    assert wait_for(WAITS, probability, text) == expected


def test_solos_own_words_are_an_echo_and_other_words_are_not() -> None:
    said = "The capital of France is Paris. It lies on the Seine."
    assert is_echo("capital of France is Paris", said)
    assert is_echo("It lies on the same", said)
    assert not is_echo("Paris", said)
    assert not is_echo("what is the capital of Spain", said)
    assert not is_echo("", said)
