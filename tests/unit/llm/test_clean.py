"""The debris of templates is taken out while the text is still being written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.events.llm import ChatMessage
from app.llm.clean import ReplyCleaner, echoes
from app.llm.marks import END_MARKS, OPENINGS, STRAY, THOUGHTS


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


def test_where_signs_say_who_speaks_a_word_like_assistant_does_not_wait() -> None:
    cleaner = ReplyCleaner(announced=False)
    assert [cleaner.feed(piece) for piece in ("As", " far", " as")] == ["As", " far", " as"]
    assert ReplyCleaner().feed("As") == ""


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


@pytest.mark.parametrize(("begin", "end"), THOUGHTS)
def test_a_thought_is_not_part_of_the_answer(begin: str, end: str) -> None:
    assert cleaned(f"{begin}They want the time.{end}\n\nIt is noon.") == "It is noon."
    assert cleaned(*f"{begin}They want the time.{end}\n\nIt is noon.") == "It is noon."


def test_a_thought_in_the_middle_goes_with_the_blank_behind_it() -> None:
    assert cleaned("It is <think>let me see</think> noon.") == "It is noon."
    assert cleaned("Yes<think>or no</think>, it is.") == "Yes, it is."


def test_a_thought_is_dropped_while_it_comes_and_nothing_of_the_answer_waits_for_it() -> None:
    cleaner = ReplyCleaner()
    assert [cleaner.feed(piece) for piece in ("<think>", "so", " it", "</think>", "No", "on", ".")] == [
        *[""] * 4,
        "No",
        "on",
        ".",
    ]


def test_an_answer_of_which_only_the_thought_was_written_is_empty() -> None:
    assert cleaned("<think>They want to know the") == ""


def test_the_end_of_a_thought_that_nobody_saw_begin_is_dropped() -> None:
    assert cleaned("</think>\n\nIt is noon.") == "It is noon."
    assert cleaned("It is</think> noon.") == "It is noon."


def test_what_looks_like_a_thought_and_never_ends_was_none() -> None:
    text = "The tag <think> opens it, and the model goes on."
    assert cleaned(text) == cleaned(*text) == text
    assert cleaned(f"{text}<|im_end|>") == text


@pytest.mark.parametrize(
    "text", ["Write `<think>` and `</think>`.", "See:\n```\n<think>\na\n</think>\n```\nSo."]
)
def test_between_backticks_the_letters_are_meant(text: str) -> None:
    assert cleaned(text) == cleaned(*text) == text


def test_the_channels_of_a_model_that_has_several_leave_the_final_one() -> None:
    text = (
        "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Noon.<|return|>"
    )
    assert cleaned(text) == cleaned(*text) == "Noon."


QUESTION = "What is the capital of France?"


@pytest.mark.parametrize(
    "before",
    [
        f"{QUESTION}\n",
        f"{QUESTION} \n\n",
        f"user\n{QUESTION}\n",
        f"User: {QUESTION}\nAssistant: ",
        f"<|im_start|>user\n{QUESTION}<|im_end|>\n<|im_start|>assistant\n",
        f"[INST] {QUESTION}[/INST]",
        "<|im_start|>assistant\n",
        "<|start_header_id|>assistant<|end_header_id|>\n\n",
        "<s>[/INST] ",
    ],
)
def test_the_prompt_is_not_repeated(before: str) -> None:
    for pieces in ([f"{before}Paris."], list(f"{before}Paris.")):
        cleaner = ReplyCleaner([QUESTION])
        assert "".join([*map(cleaner.feed, pieces), cleaner.finish()]) == "Paris."


@pytest.mark.parametrize("ending", ["", "\n", "<|im_end|>", "\n<|im_end|>"])
def test_who_only_repeats_the_question_is_heard_with_it(ending: str) -> None:
    for pieces in ([f"{QUESTION}{ending}"], list(f"{QUESTION}{ending}")):
        cleaner = ReplyCleaner([QUESTION])
        assert "".join([*map(cleaner.feed, pieces), cleaner.finish()]).strip() == QUESTION


def test_an_answer_that_takes_up_the_question_stays_and_waits_no_longer_than_it_is_the_same() -> None:
    cleaner = ReplyCleaner([QUESTION])
    assert cleaner.feed("What is") == ""
    assert cleaner.feed(" the matter") == "What is the matter"
    assert cleaned(f"{QUESTION} Paris.") == f"{QUESTION} Paris."


def test_what_may_be_repeated_is_the_last_thing_that_was_said() -> None:
    said = (
        ChatMessage(role="user", content="I told you before:\n- I live in Lyon\n\nWhere do I live now?"),
        ChatMessage(role="assistant", content="In Lyon."),
    )
    assert "Where do I live now?" in echoes(said)
    assert said[0].content in echoes(said)
    assert echoes([ChatMessage(role="user", content="Hello there")]) == ()
    assert echoes([]) == ()


@given(st.data())
def test_however_marks_and_words_come_in_pieces_the_answer_is_the_same(data: st.DataObject) -> None:
    parts = (
        *END_MARKS,
        *OPENINGS,
        *STRAY,
        *(mark for pair in THOUGHTS for mark in pair),
        QUESTION,
        "one two three",
    )
    piece = st.one_of(
        st.sampled_from(parts), st.sampled_from(["`", "```", "\n", " ", "a", "<|", "user: ", "solo:"])
    )
    text = "".join(data.draw(st.lists(piece, max_size=8)))
    repeated = [QUESTION, "one two three"]
    whole, by_letter, cut = (ReplyCleaner(repeated) for _ in range(3))
    expected = whole.feed(text) + whole.finish()
    assert "".join(map(by_letter.feed, text)) + by_letter.finish() == expected
    at = data.draw(st.integers(0, len(text)))
    assert cut.feed(text[:at]) + cut.feed(text[at:]) + cut.finish() == expected


def test_no_mark_begins_or_holds_another() -> None:
    for marks in ((*END_MARKS, *(begin for begin, _ in THOUGHTS), *STRAY), OPENINGS):
        for one in marks:
            assert not [other for other in marks if other != one and one in other]
