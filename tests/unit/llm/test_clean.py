"""The debris of templates is taken out while the text is still being written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.llm.clean import END_MARKS, ReplyCleaner


def cleaned(*pieces: str) -> str:
    cleaner = ReplyCleaner()
    return "".join([*map(cleaner.feed, pieces), cleaner.finish()])


@pytest.mark.parametrize("mark", END_MARKS)
def test_a_mark_ends_the_answer(mark: str) -> None:
    cleaner = ReplyCleaner()
    assert cleaner.feed(f"Hello.{mark}user: and then") == "Hello."
    assert cleaner.ended
    assert cleaner.feed("more") == ""
    assert cleaner.finish() == ""


def test_a_mark_cut_into_pieces_is_still_found() -> None:
    assert cleaned("Hello.", "<|", "im_", "end|>", "x") == "Hello."


def test_what_only_looks_like_a_mark_is_let_through() -> None:
    assert cleaned("a <", " b <| c") == "a < b <| c"


@pytest.mark.parametrize("opening", ["assistant: ", "Assistant:\n", "  assistant\n", "Solo: "])
def test_a_leading_speaker_is_dropped(opening: str) -> None:
    assert cleaned(opening + "It is noon.") == "It is noon."
    assert cleaned(*opening, "It is noon.") == "It is noon."


@pytest.mark.parametrize(
    "text", ["Assistants are helpful.", "Solo flights are long.", "as", "assistant", "S"]
)
def test_words_that_begin_like_a_speaker_stay(text: str) -> None:
    assert cleaned(text) == text
    assert cleaned(*text) == text


def test_the_first_words_are_not_held_back() -> None:
    assert ReplyCleaner().feed("Paris") == "Paris"


def test_leading_blanks_are_dropped_and_inner_ones_kept() -> None:
    assert cleaned("  ", "\n", "One  two", " ") == "One  two "


@given(st.text(alphabet="as:olit <|im_end>\n", max_size=60), st.lists(st.integers(1, 5), max_size=60))
def test_how_the_text_is_cut_into_pieces_makes_no_difference(text: str, sizes: list[int]) -> None:
    pieces, at = list[str](), 0
    for size in sizes:
        pieces.append(text[at : at + size])
        at += size
    assert cleaned(*pieces, text[at:]) == cleaned(text)
