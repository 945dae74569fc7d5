"""Who tells Solo to open the door does not hear "The door opens" while nothing opens it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dialogue.claims.evidence import Evidence
from app.dialogue.claims.filter import ClaimFilter
from app.dialogue.claims.lexicon import lexicon
from app.dialogue.claims.order import order_in
from tests.unit.dialogue.claims.labelled import innocent

CLAIMS = [
    ("Open the garage door.", "The garage door opens, allowing people to enter."),
    ("Please start the robot.", "The robot is starting to clean up the room."),
    ("Turn off the kitchen light.", "The kitchen light is turned off to keep the room cool."),
    ("Can you close the blinds in the bedroom?", "The bedroom's blinds are closed, so we can relax."),
    ("Dim the lights to thirty percent.", "The lights are now fifty percent turned on."),
    ("Mute the speaker.", "The speaker is mute."),
    ("I'd like you to start a countdown.", "The countdown starts in ninety seconds."),
    ("Turn on the porch light.", "The porch light will turn on."),
    ("Pay my bill.", "I'll pay your bill as soon as possible."),
]
OTHERS = [
    ("Open the garage door.", "To open the garage door, press the button."),
    ("Open the garage door.", "The garage door can be opened with a key."),
    ("Open the garage door.", "The garage door cannot be opened by me."),
    ("Open the garage door.", "Is the garage door opening?"),
    ("Open the garage door.", "If the garage door opens, step back."),
    ("Lock the front door.", "Front doors are usually locked with a key."),
    ("Save this note: the wifi password is on the fridge.", "The wifi password is on the fridge."),
    ("Put eggs on the list.", "Eggs are a fine thing, making you strong."),
    ("Snooze the alarm.", "Snoozing the alarm is a common practice."),
    ("How does the garage door work?", "The garage door opens when the motor turns."),
    ("Why does my robot start at night?", "The robot starts when its timer says so."),
]
DOOR = Evidence("door_control", '{"door": "garage", "action": "open"}', "The garage door is open.")


def claim(asked: str, answer: str, *evidence: Evidence) -> str:
    watched = ClaimFilter(evidence, asked=asked)
    watched.feed(answer)
    watched.finish()
    return watched.claim


@pytest.mark.parametrize(("asked", "answer"), CLAIMS)
def test_what_was_ordered_is_not_told_as_a_thing_that_happens(asked: str, answer: str) -> None:
    assert claim(asked, answer) == answer


@pytest.mark.parametrize(("asked", "answer"), OTHERS)
def test_other_talk_about_the_same_thing_is_told(asked: str, answer: str) -> None:
    assert claim(asked, answer) == ""


def test_what_a_tool_has_done_is_told_as_it_happens() -> None:
    answer = "The garage door opens, allowing you to enter."
    assert claim("Open the garage door.", answer, DOOR) == ""
    assert claim("Open the garage door.", "The garage door closes.", DOOR)


@pytest.mark.parametrize("asked", ["", "please", "Open", "What is open?", "Öffne das Tor.", "5"])
def test_what_tells_nothing_to_be_done_is_no_order(asked: str) -> None:
    english = lexicon("en")
    assert english is not None
    assert order_in(asked, english) is None


def test_after_an_order_innocent_answers_are_told_byte_for_byte() -> None:
    for one in innocent("rules"):
        watched = ClaimFilter(language=one.language, asked="Please feed the cat and open the gate.")
        assert watched.feed(one.text) + watched.finish() == one.text


@given(st.sampled_from([*CLAIMS, *OTHERS]), st.lists(st.integers(1, 9), max_size=30))
def test_how_an_answer_comes_in_pieces_changes_nothing(case: tuple[str, str], sizes: list[int]) -> None:
    asked, answer = case
    watched, whole = ClaimFilter(asked=asked), ClaimFilter(asked=asked)
    told, at = "", 0
    for size in sizes:
        told += watched.feed(answer[at : at + size])
        at += size
    told += watched.feed(answer[at:]) + watched.finish()
    assert (told, watched.claim) == (whole.feed(answer) + whole.finish(), whole.claim)
