from __future__ import annotations

import re
from typing import get_args

import pytest

from app.sayings.deeds.forms import Deeds, Sort, heads, pairs, values, verbs
from app.sayings.deeds.languages import DEEDS, deeds
from app.sayings.languages import SAYINGS

AXES = {"be", "open", "lock", "level", "sound"}
LANGUAGES = pytest.mark.parametrize("words", DEEDS.values(), ids=DEEDS)


def test_every_language_that_solo_speaks_by_itself_has_words_of_deeds() -> None:
    assert set(DEEDS) == set(SAYINGS)


def test_a_language_is_known_by_its_code() -> None:
    assert deeds("de_AT") is DEEDS["de"]
    assert deeds("EN") is DEEDS["en"]
    assert deeds("tlh") is deeds("") is deeds(None) is None


@LANGUAGES
class TestWords:
    def test_verbs_have_a_sort_and_a_way(self, words: Deeds) -> None:
        for verb in words.verbs:
            assert verb.sort in get_args(Sort)
            assert not verb.way or (verb.way[0] in "+-" and verb.way[1:] in AXES), verb
            assert verb.forms

    def test_states_and_switches_have_ways(self, words: Deeds) -> None:
        for way in [*words.states.values(), *words.switches.values()]:
            assert way[0] in "+-"
            assert way[1:] in AXES

    def test_topics_are_those_of_english(self, words: Deeds) -> None:
        known = set(DEEDS["en"].topics.values())
        implied = {topic for verb in words.verbs for topic in verb.topics}
        assert set(words.topics.values()) <= known
        assert implied <= known

    def test_rooms_are_those_of_english(self, words: Deeds) -> None:
        assert set(words.rooms.values()) <= set(DEEDS["en"].rooms.values())

    def test_all_words_are_in_lower_case(self, words: Deeds) -> None:
        for name in words.__slots__:  # type: ignore[attr-defined]
            held = getattr(words, name)
            if isinstance(held, frozenset | dict):
                assert all(word == word.lower() for word in held), name

    def test_patterns_name_classes_that_there_are(self, words: Deeds) -> None:
        known = {"any", "topic", "adverb", "modifier", "state", "pronoun", "number"}
        known |= {"base", "past", "done", "doing", "now"}
        for _, pattern in words.heads:
            assert {name.rstrip("*") for name in re.findall(r"\{([^}]+)\}", pattern)} <= known, pattern

    def test_the_honest_sentences_are_sentences(self, words: Deeds) -> None:
        made = words.honest_object.format(verb="set", object="a timer")
        for sentence in (words.honest, made, *words.honest_topics.values()):
            assert sentence[0].isupper()
            assert sentence.endswith(".")
        assert {"reminder", "notice", "alarm", "read"} <= set(words.honest_topics)


def test_the_tables_are_read_as_they_are_written() -> None:
    assert pairs("a: b c | d: e") == {"b": "a", "c": "a", "e": "d"}
    assert values("3: three | 4: four vier") == {"three": 3.0, "four": 4.0, "vier": 4.0}
    assert heads("\n done: i {any*} x\n past: y \n") == (("done", "i {any*} x"), ("past", "y"))
    (verb,) = verbs("deed -be light,door off: turn turned/tourned - turning")
    assert (verb.sort, verb.way, verb.topics, verb.particle) == ("deed", "-be", {"light", "door"}, "off")
    assert verb.forms == {"base": ("turn",), "past": ("turned", "tourned"), "doing": ("turning",)}
