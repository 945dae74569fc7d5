from hypothesis import given
from hypothesis import strategies as st

from app.events.voice import SpokenWord, TTSEvent
from app.voice.turn.heard import Spoken, sounded, split_heard
from app.voice.turn.wordtimes import Sounded

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


def test_where_the_voice_says_when_its_words_sound_that_counts() -> None:
    words = (Sounded("f", 100, 200), Sounded("f", 700, 800), Sounded("s.", 880, 1000))
    pieces = [Spoken("One two three.", 0, 1000), Spoken("Four five six.", 1000, 1240, words)]
    assert split_heard(REPLY, pieces, 1149)[0] == "One two three."
    assert split_heard(REPLY, pieces, 1690) == ("One two three. Four", "five six. Seven eight nine.")
    assert split_heard(REPLY, pieces, 2000)[0] == "One two three. Four five six."


def test_words_are_known_as_the_voice_announces_them() -> None:
    event = TTSEvent(
        text="Hi.", index=1, rate=16_000, start=8000, samples=1600, took_ms=1,
        words=(SpokenWord("hi.", 160, 800),),
    )  # fmt: skip
    assert sounded(event) == (Sounded("hi.", 10, 50),)


@given(st.text(alphabet="ab ,.", max_size=60), st.floats(0, 5000))
def test_nothing_is_lost_and_nothing_invented(reply: str, heard_ms: float) -> None:
    heard, unheard = split_heard(reply, [Spoken(reply, 0, 2000)], heard_ms)
    assert (heard + unheard).replace(" ", "") == reply.replace(" ", "")
