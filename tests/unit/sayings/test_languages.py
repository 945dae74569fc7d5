"""Every language brings all that Solo says by itself, and listens for."""

from __future__ import annotations

import pytest

from app.sayings.forms import Excuses
from app.sayings.languages import SAYINGS, USUAL, has_sayings, sayings

FIELDS = tuple(Excuses.__dataclass_fields__)


@pytest.mark.parametrize("code", list(SAYINGS))
def test_nothing_is_missing_or_said_in_the_words_of_another_language(code: str) -> None:
    known = SAYINGS[code]
    excuses = [getattr(known.excuses, field) for field in FIELDS]
    assert len(set(excuses)) == len(FIELDS)
    assert all(10 < len(excuse) < 70 and excuse.endswith(".") for excuse in excuses)
    for other in SAYINGS.keys() - {code}:
        assert not set(excuses) & {getattr(SAYINGS[other].excuses, field) for field in FIELDS}
    assert known.stops
    assert known.listening_words
    assert known.farewells.refusing
    assert known.going_on or code == USUAL


@pytest.mark.parametrize("code", list(SAYINGS))
def test_a_farewell_holds_nothing_but_the_words_of_farewells(code: str) -> None:
    farewells = SAYINGS[code].farewells
    for phrase in farewells.ending | farewells.refusing:
        assert farewells.words.issuperset(phrase.split()), phrase


@pytest.mark.parametrize("code", list(SAYINGS))
def test_all_are_written_as_they_are_compared(code: str) -> None:
    known = SAYINGS[code]
    for text in known.stops | known.listening_words | known.listening_phrases | known.farewells.words:
        assert text == text.lower()
        assert not set(text) & set(".,!?-")


def test_what_is_not_known_is_said_in_english() -> None:
    assert sayings(None) is sayings("it") is sayings("") is SAYINGS["en"]
    assert sayings("de_AT") is SAYINGS["de"]
    assert has_sayings("DE-at")
    assert not has_sayings("it")
    assert not has_sayings(None)
