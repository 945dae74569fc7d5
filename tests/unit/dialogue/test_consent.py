"""Whether somebody said yes to what Solo asked before it does something."""

from __future__ import annotations

import pytest

from app.dialogue.acting.consent import Consents, verdict
from app.events.llm import ToolCall
from app.events.tools import Tool
from app.kernel.clock import SystemClock

CALL = ToolCall(id="call00000", name="send_mail")
MAIL = Tool(name="send_mail", effects="world")


class Later(SystemClock):
    """A clock that is set forward by hand."""

    ahead = 0.0

    def monotonic(self) -> float:
        return self.ahead


def test_a_question_is_open_for_a_while_only() -> None:
    clock = Later()
    consents = Consents(clock, seconds=60)
    consents.ask("ada", "d", "t", CALL, MAIL, "ticket")
    clock.ahead = 59
    assert consents.open("ada", "d") is not None
    assert consents.open("bob", "d") is None
    clock.ahead = 61
    assert consents.open("ada", "d") is None


@pytest.mark.parametrize(
    ("text", "language", "wanted"),
    [
        ("Yes, please.", None, "yes"),
        ("Okay.", "en", "yes"),
        ("Yes please, Solo", "en", "yes"),
        ("Yes, but not to Ada", "en", "other"),
        ("No, don't!", "en", "no"),
        ("Ja, mach das.", "de", "yes"),
        ("Nein danke", "de", "no"),
        ("Oui, vas-y !", "fr", "yes"),
        ("Sí, hazlo", "es", "yes"),
        ("Mejor no.", "es", "no"),
        ("", "en", "other"),
    ],
)
def test_only_a_plain_yes_is_one(text: str, language: str | None, wanted: str) -> None:
    assert verdict(text, language) == wanted
