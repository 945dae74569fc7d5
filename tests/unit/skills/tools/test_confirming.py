"""When a person is asked, how, and what a yes is good for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from app.config.tools import PersonTools
from app.events.tools import Tool
from app.skills.tools.confirming import KEPT, PEOPLE, Asked, Tickets, needs_yes, question
from app.skills.tools.permissions import may


def made(effects: Any = "world", name: str = "send_message", *, confirm: bool = False) -> Tool:
    return Tool(name=name, effects=effects, confirm=confirm)


@pytest.mark.parametrize(
    ("effects", "confirm", "wanted", "tainted", "asks"),
    [
        ("none", False, "changes", False, False),
        ("none", False, "changes", True, False),
        ("none", True, "never", False, True),
        ("own", False, "never", False, False),
        ("own", False, "world", False, False),
        ("own", False, "changes", False, True),
        ("own", False, "never", True, True),
        ("world", False, "never", False, False),
        ("world", False, "world", False, True),
        ("world", False, "changes", False, True),
        ("world", False, "never", True, True),
        ("world", True, "never", False, True),
    ],
)
def test_the_person_is_asked(effects: Any, confirm: bool, wanted: Any, tainted: bool, asks: bool) -> None:
    assert needs_yes(made(effects, confirm=confirm), wanted, tainted=tainted) is asks


def test_the_owner_may_have_said_that_nobody_need_be_asked() -> None:
    tool = made().model_copy(update={"unasked": True})
    assert not needs_yes(tool, "changes", tainted=False)
    assert needs_yes(tool, "never", tainted=True)


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("lock_door", {}, "Shall I lock door?"),
        ("setLight", {"room": "kitchen", "on": True}, "Shall I set light, with room kitchen and on yes?"),
        ("weather", {"days": 3}, "Shall I use weather, with days 3?"),
        (
            "send_message",
            {"to": ["Ada", "Bob", "Cy", "Di"], "text": "Late!\nSorry. Yes? "},
            "Shall I send message, with to Ada, Bob, Cy and 1 more and text Late, Sorry, Yes?",
        ),
        (
            "add",
            {"a": 1, "b": None, "c": {"x": 1}, "d": 1.5, "e": 2, "f": 3},
            "Shall I add, with a 1, b nothing, c 1 details, d 1.5 and 2 more?",
        ),
    ],
)
def test_the_question_is_a_sentence_of_name_and_arguments(
    name: str, arguments: dict[str, Any], sentence: str
) -> None:
    assert question(made(name=name), arguments) == sentence


@settings(max_examples=40)
@given(
    some.dictionaries(
        some.text(max_size=80),
        some.text(max_size=300) | some.integers() | some.lists(some.text()),
        max_size=9,
    )
)
def test_whatever_stands_in_the_arguments_it_stays_one_short_question(arguments: dict[str, Any]) -> None:
    asked = question(made(), arguments)
    assert asked.startswith("Shall I send message")
    assert asked.endswith("?")
    assert len(asked) < 1200
    assert not any(sign in asked for sign in '\n\r\x1b\u202e"<>')
    assert not any(f"{sign} " in asked for sign in ".!?;:")


def asked(owner: str = "anna", until: float = 10.0) -> Asked:
    return Asked(owner, made(), {"to": "Ada"}, until)


def test_a_ticket_is_taken_once_by_its_owner_in_time() -> None:
    tickets = Tickets()
    tickets.keep("t1", asked(), 0)
    assert tickets.take("t1", "bob", 1) is None
    assert tickets.take("t2", "anna", 1) is None
    assert tickets.take("t1", "anna", 1) == asked()
    assert tickets.take("t1", "anna", 1) is None
    tickets.keep("t3", asked(until=10), 0)
    assert tickets.take("t3", "anna", 10) is None


def test_a_person_who_asks_too_much_loses_only_their_own() -> None:
    tickets = Tickets()
    tickets.keep("bobs", asked("bob"), 0)
    for number in range(KEPT + 3):
        tickets.keep(f"a{number}", asked(), 0)
    assert tickets.take("a2", "anna", 0) is None
    assert tickets.take("a3", "anna", 0) is not None
    assert tickets.take("bobs", "bob", 0) is not None


def test_there_are_never_more_than_so_many() -> None:
    tickets = Tickets()
    for number in range(2 * KEPT * PEOPLE):
        tickets.keep(str(number), asked(str(number)), 0)
    kept = sum(tickets.take(str(n), str(n), 0) is not None for n in range(2 * KEPT * PEOPLE))
    assert kept == KEPT * PEOPLE


PEOPLE_OF_THE_HOUSE = {
    "child": PersonTools(allow=("set_*", "get_time"), deny=("set_thermostat",)),
    "guest": PersonTools(deny=("*",)),
    "nobody": PersonTools(allow=()),
}


@pytest.mark.parametrize(
    ("owner", "tool", "allowed"),
    [
        ("anna", "anything", True),
        ("child", "set_timer", True),
        ("child", "set_thermostat", False),
        ("child", "get_time", True),
        ("child", "get_weather", False),
        ("guest", "get_time", False),
        ("nobody", "get_time", False),
    ],
)
def test_patterns_say_who_may_use_what_and_deny_wins(owner: str, tool: str, allowed: bool) -> None:
    assert may(PEOPLE_OF_THE_HOUSE, owner, tool) is allowed
