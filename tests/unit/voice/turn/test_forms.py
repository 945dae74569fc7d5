import pytest

from app.voice.turn.english import ENGLISH
from app.voice.turn.forms import NO_LISTS, Shape, shape
from app.voice.turn.languages import LISTS, lists_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What is the capital of France?", Shape.WHOLE),
        ("Should I get a dog or a cat?", Shape.WHOLE),
        ("What is this for?", Shape.WHOLE),
        ("What is this for", Shape.OPEN),
        ("what is this for", Shape.PLAIN),
        ("brew a large double shot", Shape.PLAIN),
        ("It is late. What is for dinner?", Shape.WHOLE),
        ("When is dinner?", Shape.WHOLE),
        ("Please may I have a noodle soup?", Shape.REQUEST),
        ("Turn on the living room lamp.", Shape.COMMAND),
        ("Hey Jarvis, turn it on.", Shape.COMMAND),
        ("Okay. Set a timer for twenty five minutes, please.", Shape.COMMAND),
        ("A 5 minute egg timer", Shape.COMMAND),
        ("Cancel all my alarms.", Shape.COMMAND),
        ("How long is left on the pasta timer?", Shape.COMMAND),
        ("Set the volume to 50%.", Shape.COMMAND),
        ("What time is it?", Shape.COMMAND),
        ("Never mind.", Shape.COMMAND),
        ("Set a timer.", Shape.PLAIN),
        ("Set a timer for the.", Shape.OPEN),
        ("Turn on the", Shape.OPEN),
        ("Set a timer for ten minutes and", Shape.OPEN),
        ("And so my fellow Americans.", Shape.OPEN),
        ("When we get home", Shape.OPEN),
        ("I would like to", Shape.OPEN),
        ("I would like to know.", Shape.OPEN),
        ("Can you tell me?", Shape.OPEN),
        ("Hello, I wanted to ask you.", Shape.OPEN),
        ("That is good to know.", Shape.PLAIN),
        ("Produced the block books,", Shape.OPEN),
        ("Brew a large double shot", Shape.UNENDED),
        ("10001 90210", Shape.OPEN),
        ("one two", Shape.LIST),
        ("3", Shape.NUMBER),
        ("3 3", Shape.NUMBER),
        ("Thank you.", Shape.SHORT),
        ("Goodbye!", Shape.SHORT),
        ("Photosynthesis", Shape.SHORT),
        ("And", Shape.OPEN),
        ("", Shape.PLAIN),
        ("?!", Shape.PLAIN),
    ],
)
def test_the_shape_of_a_text(text: str, expected: Shape) -> None:
    assert shape(text, ENGLISH) is expected


@pytest.mark.parametrize("text", ["Wie spät ist es?", "Et c'est la dictée.", "何時ですか。"])
def test_without_lists_a_sentence_is_plain(text: str) -> None:
    assert shape(text, NO_LISTS) in (Shape.PLAIN, Shape.SHORT)


def test_the_lists_of_a_language_are_found_by_its_code() -> None:
    assert lists_of("en-GB") is lists_of("EN_us") is lists_of(None) is LISTS["en"]
    assert lists_of("xx") is NO_LISTS


@pytest.mark.parametrize("code", sorted(LISTS))
def test_what_is_short_or_a_command_in_a_language_is_nothing_else(code: str) -> None:
    lists = LISTS[code]
    assert all(shape(f"{text}.", lists) is Shape.SHORT for text in lists.short)
    assert all(text == text.lower() for text in (*lists.short, *lists.wanting, *lists.requests))


def test_a_long_text_is_judged_quickly() -> None:
    text = "set a timer for " + "one " * 20_000
    assert shape(text, ENGLISH) in Shape
