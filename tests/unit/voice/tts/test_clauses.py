import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.voice.tts.clauses import FIRST, LONGEST, Clauses


def cut(text: str, step: int = 3) -> list[str]:
    """The pieces of a text that comes `step` characters at a time."""
    clauses, pieces = Clauses(), list[str]()

    def take() -> None:
        while (piece := clauses.take()) is not None:
            pieces.append(piece)

    for start in range(0, len(text), step):
        clauses.feed(text[start : start + step])
        take()
    clauses.end()
    take()
    return pieces


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("  \n ", []),
        ("Paris", ["Paris"]),
        ("Yes. It is.", ["Yes.", "It is."]),
        ("Sure, here is one.", ["Sure, here is one."]),
        ("The sky is blue, because air scatters light.", ["The sky is blue,", "because air scatters light."]),
        (
            "The capital of France is Paris. It has 2.1 million people, and 10,000 cafes.",
            ["The capital of France is Paris.", "It has 2.1 million people, and 10,000 cafes."],
        ),
        ("Pi is 3.14159. The speed is 299,792,458 m/s.", ["Pi is 3.14159.", "The speed is 299,792,458 m/s."]),
        ("Ask Dr. Smith or Mrs. Jones.", ["Ask Dr. Smith", "or Mrs. Jones."]),
        ("Eat fruit, e.g. pears. Or none.", ["Eat fruit,", "e.g. pears.", "Or none."]),
        ("We meet at 5 p.m. today. Good.", ["We meet at 5 p.m. today.", "Good."]),
        ("We meet at 5 p.m. The end.", ["We meet at 5 p.m.", "The end."]),
        ("J. R. R. Tolkien wrote it.", ["J. R. R. Tolkien wrote it."]),
        (
            "Look at https://example.com/a,b.html?x=1;y for it.",
            ["Look at https://example.com/a,b.html?x=1;y", "for it."],
        ),
        ('He said "Stop." Then he left.', ['He said "Stop."', "Then he left."]),
        ("Really?! Yes… well.", ["Really?!", "Yes…", "well."]),
        ("1. Wash it\n2. Dry it", ["1. Wash it", "2. Dry it"]),
        ("First line\n\nSecond line", ["First line", "Second line"]),
        ("It is 10:30 now", ["It is 10:30 now"]),
        ("Run this:\n```py\nx = 1. y\n\nz\n```\nDone.", ["Run this:", "```py\nx = 1. y\n\nz\n```", "Done."]),
        ("```\nnever closed. at all", ["```\nnever closed. at all"]),
        ("今日は晴れです。明日は雨です。", ["今日は晴れです。", "明日は雨です。"]),
    ],
)
@pytest.mark.parametrize("step", [1, 4, 1000])
def test_text_is_cut_where_a_speaker_would_pause(text: str, pieces: list[str], step: int) -> None:
    assert cut(text, step) == pieces


def test_the_first_clause_is_there_before_the_sentence_is() -> None:
    clauses = Clauses()
    clauses.feed("The sky is blue, becau")
    assert clauses.take() == "The sky is blue,"
    assert clauses.take() is None


def test_without_punctuation_the_first_piece_ends_before_a_joint() -> None:
    clauses = Clauses()
    clauses.feed("The largest planet in our solar system is Jupi")
    assert clauses.take() == "The largest planet"
    clauses = Clauses()
    clauses.feed("The capital of France is Paris and its")
    assert clauses.take() == "The capital of France is Paris"


def test_a_number_is_not_taken_for_the_end_of_a_sentence_while_it_grows() -> None:
    clauses = Clauses()
    clauses.feed("It weighs about 3.")
    assert clauses.take() is None
    clauses.feed("5 kilograms. ")
    assert clauses.take() == "It weighs about 3.5 kilograms."


def test_later_pieces_are_sentences_so_that_they_sound_whole() -> None:
    pieces = cut("Let me explain it, then. Light is scattered, which means that it is bent. Good.")
    assert pieces == [
        "Let me explain it,",
        "then.",
        "Light is scattered, which means that it is bent.",
        "Good.",
    ]


def test_a_text_without_any_pause_is_cut_at_spaces() -> None:
    pieces = cut("word " * 300)
    assert all(len(piece) <= LONGEST for piece in pieces)
    assert " ".join(pieces) == ("word " * 300).strip()
    assert max(len(piece) for piece in cut("x" * 1000)) <= LONGEST


WRITING = st.text(alphabet=st.sampled_from("aB3 .,;:!?\n\"'`-—…。、()"), max_size=400)


@given(WRITING, st.integers(1, 50))
def test_nothing_is_lost_added_or_reordered(text: str, step: int) -> None:
    def bare(words: str) -> str:
        return "".join(words.split())

    assert bare("".join(cut(text, step))) == bare(text)


@given(WRITING)
def test_the_first_piece_is_worth_speaking_unless_it_is_a_whole_sentence(text: str) -> None:
    pieces = cut(text)
    if len(pieces) > 1 and pieces[0][-1] in ",;:":
        assert sum(c.isalnum() for c in pieces[0]) >= FIRST or "\n" in text or "```" in text
