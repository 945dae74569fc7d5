from hypothesis import given
from hypothesis import strategies as st

from app.voice.turn.heard import Spoken, split_heard

REPLY = "One two three. Four five six. Seven eight nine."
PIECES = [Spoken("One two three.", 0, 1000), Spoken("Four five six.", 1000, 1000)]


def test_all_was_heard() -> None:
    assert split_heard("One two three. Four five six.", PIECES, 2000) == ("One two three. Four five six.", "")


def test_what_was_never_spoken_was_not_heard() -> None:
    assert split_heard(REPLY, PIECES, 2000) == ("One two three. Four five six.", "Seven eight nine.")


def test_a_piece_is_cut_at_a_word() -> None:
    assert split_heard(REPLY, PIECES, 1620) == ("One two three. Four five", "six. Seven eight nine.")


def test_nothing_was_heard() -> None:
    assert split_heard(REPLY, PIECES, 0) == ("", REPLY)
    assert split_heard(REPLY, [], 500) == ("", REPLY)


def test_a_voice_that_says_it_in_other_words_is_followed_by_length() -> None:
    heard, unheard = split_heard("It costs $5. Cheap!", [Spoken("It costs five.", 0, 1000)], 1000)
    assert heard + " " + unheard == "It costs $5. Cheap!"
    assert heard.startswith("It costs $5.")


@given(st.text(alphabet="ab ,.", max_size=60), st.floats(0, 5000))
def test_nothing_is_lost_and_nothing_invented(reply: str, heard_ms: float) -> None:
    heard, unheard = split_heard(reply, [Spoken(reply, 0, 2000)], heard_ms)
    assert (heard + unheard).replace(" ", "") == reply.replace(" ", "")
