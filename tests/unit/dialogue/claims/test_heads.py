from __future__ import annotations

from typing import get_args

import pytest

from app.dialogue.claims.heads import NOWHERE, Heads
from app.sayings.deeds.forms import Kind

CLASSES = {
    "thing": frozenset({"lamp", "door"}),
    "adverb": frozenset({"now", "just"}),
    "number": frozenset({"two", "#"}),
}


def kinds(pattern: str, said: str) -> list[Kind]:
    heads = Heads([("done", pattern)], CLASSES)
    place = heads.begin
    for word in said.split():
        place = heads.after(place, word)
    return heads.kinds(place)


@pytest.mark.parametrize(
    ("pattern", "said", "matches"),
    [
        ("i have", "i have", True),
        ("i have", "i", False),
        ("i have", "i had", False),
        ("[well] i (have|had)", "i had", True),
        ("[well] i (have|had)", "well i have", True),
        ("i {adverb*} have", "i have", True),
        ("i {adverb*} have", "i just now just have", True),
        ("the {thing}", "the door", True),
        ("the {thing}", "the thing", False),
        ("the {any} [{any}] is", "the old is", True),
        ("the {any} [{any}] is", "the old door is", True),
        ("the {any} [{any}] is", "the old red door is", False),
        ("i {any*} done", "i have it all done", True),
        ("(all of the|both) {thing}", "all of the lamp", True),
        ("{number} (of [the]|more)", "12 of the", True),
    ],
)
def test_a_pattern_is_what_it_says(pattern: str, said: str, matches: bool) -> None:
    assert (kinds(pattern, said) == ["done"]) == matches


def test_behind_what_begins_no_claim_there_is_nowhere_to_go() -> None:
    heads = Heads([("done", "i have")], CLASSES)
    assert heads.after(heads.begin, "you") == NOWHERE
    assert heads.after(NOWHERE, "i") == NOWHERE


def test_of_a_word_that_is_not_whole_it_is_known_whether_it_may_go_on() -> None:
    heads = Heads([("done", "i have"), ("past", "the {any}")], CLASSES)
    assert heads.may_follow(heads.begin, "th")
    assert heads.may_follow(heads.begin, "i")
    assert not heads.may_follow(heads.begin, "it")
    assert heads.may_follow(heads.after(heads.begin, "the"), "whatever")
    assert not heads.may_follow(heads.after(heads.begin, "i"), "hat")


def test_all_patterns_are_followed_at_once() -> None:
    heads = Heads([("done", "i have"), ("past", "i have [been]"), ("state", "i am")], CLASSES)
    assert set(heads.kinds(heads.after(heads.after(heads.begin, "i"), "have"))) == {"done", "past"}


@pytest.mark.parametrize("pattern", ["i) have", "i have]", "a (b]) c)"])
def test_a_bracket_too_much_is_an_error(pattern: str) -> None:
    with pytest.raises(ValueError, match="bracket"):
        Heads([("done", pattern)], CLASSES)


def test_there_is_a_way_to_say_every_kind() -> None:
    from app.sayings.deeds.languages import DEEDS

    for language, words in DEEDS.items():
        assert {kind for kind, _ in words.heads} <= set(get_args(Kind)), language
