import pytest

from app.voice.turn.asked import FADES, LastWord, is_question


@pytest.mark.parametrize(
    "text", ["Shall I?", "That is done. Anything else? ", 'He asked "why?"', "\u8981\u5417\uff1f"]
)
def test_a_question_at_the_end_asks(text: str) -> None:
    assert is_question(text)


@pytest.mark.parametrize("text", ["", "Why? Because it is.", "It is noon.", "  "])
def test_anything_else_does_not(text: str) -> None:
    assert not is_question(text)


def test_after_a_while_nobody_answers_any_more() -> None:
    last = LastWord("Which one?", until=1000)
    assert last.asks(500)
    assert last.asks(1000 + FADES - 1)
    assert not last.asks(1000 + FADES)
    assert not LastWord().asks(0)
