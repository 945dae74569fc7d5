from dataclasses import replace
from datetime import UTC, datetime

from app.dialogue.context import Line, compose
from app.dialogue.tongue import answer_in

GERMAN = "(Please answer in German.)"
LINE = Line("m", "d", 1, "user", "", "", "voice", "t", datetime(2026, 11, 21, tzinfo=UTC))


def user(sent: str, finish: str = "") -> Line:
    return replace(LINE, sent=sent, finish=finish)


def test_the_model_is_told_when_the_language_is_not_its_prompts() -> None:
    assert answer_in("de", []) == GERMAN
    assert compose("Wie geht es?", note=GERMAN) == f"{GERMAN}\n\nWie geht es?"


def test_nothing_is_said_of_the_usual_language_or_of_an_unknown_one() -> None:
    assert answer_in("en", []) == answer_in(None, []) == answer_in("", []) == ""


def test_it_is_told_once_and_again_when_the_language_changes() -> None:
    lines = [user(f"{GERMAN}\n\nWie geht es?"), replace(LINE, role="assistant", sent="Gut.")]
    assert answer_in("de", lines) == ""
    assert answer_in("en", lines) == "(Please answer in English.)"
    assert answer_in(None, lines) == ""
    lines.append(user("(Please answer in English.)\n\nAnd you?"))
    assert answer_in("en", lines) == ""
    assert answer_in("de", lines) == GERMAN


def test_what_the_model_was_never_shown_does_not_count() -> None:
    assert answer_in("de", [user(f"{GERMAN}\n\nWie geht es?", finish="failed")]) == GERMAN


def test_what_a_person_writes_in_the_middle_of_a_line_is_no_note() -> None:
    assert answer_in("de", [user("I said (Please answer in German.) to it")]) == GERMAN
