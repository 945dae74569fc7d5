""" "Go on" is understood in the languages that have no other skills yet."""

from __future__ import annotations

import pytest

from app.skills.intents import GoOn
from app.skills.languages import language


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("de", "Weiter."),
        ("de", "Und weiter?"),
        ("de", "Mach bitte weiter."),
        ("de", "Erzähl weiter, bitte!"),
        ("de", "Was wolltest du gerade sagen?"),
        ("de", "Wo waren wir stehen geblieben?"),
        ("de_AT", "Und dann?"),
        ("fr", "Continue, s'il te plaît."),
        ("fr", "Et ensuite\u00a0?"),
        ("fr", "Qu\u2019est-ce que tu disais ?"),
        ("fr", "Que voulais-tu dire ?"),
        ("fr", "Vas-y."),
        ("es", "Sigue, por favor."),
        ("es", "¿Y luego?"),
        ("es", "¿Qué ibas a decir?"),
        ("es", "¿Dónde nos quedamos?"),
    ],
)
def test_going_on_is_understood(code: str, text: str) -> None:
    known = language(code, "24")
    assert known is not None
    assert known.grammar.match(text) == GoOn()


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("de", "Wie geht es dir?"),
        ("de", "Mach weiter das Licht an."),
        ("de", "Bitte."),
        ("fr", "Continue tout droit jusqu'à la gare."),
        ("es", "Sigue el camino."),
        ("es", "¿Qué hora es?"),
        ("de", "Set a timer for ten minutes."),
        ("de", ""),
    ],
)
def test_what_wants_more_is_left_to_the_model(code: str, text: str) -> None:
    known = language(code, "24")
    assert known is not None
    assert known.grammar.match(text) is None


def test_a_language_of_which_solo_knows_nothing_has_no_skills() -> None:
    assert language("it", "24") is None
