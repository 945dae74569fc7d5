"""The keyboard, through prompt-toolkit's own pipe: what is typed, searched for, stopped, kept for later."""

from __future__ import annotations

import io
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.history import History, InMemoryHistory
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput
from rich.console import Console

from app.cli.chatting.completion import Known
from app.cli.chatting.showing import shown
from app.cli.chatting.terminal import Completing, Terminal

pytestmark = pytest.mark.real_time


@contextmanager
def keyboard(history: History | None = None) -> Generator[tuple[PipeInput, Terminal]]:
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        known = Known(models=[("openai:gpt", "elsewhere")])
        yield keys, Terminal(history or InMemoryHistory(), lambda _: known, keys, DummyOutput())


def test_enter_sends_and_a_backslash_or_alt_enter_begins_a_line() -> None:
    with keyboard() as (keys, terminal):
        lines = terminal.lines()
        keys.send_text("one\\\rtwo\x1b\rthree\r")
        assert next(lines) == "one\ntwo\nthree"
        keys.send_text("a\\\\\r")
        assert next(lines) == "a\\\\"


def test_ctrl_c_takes_back_what_stands_there_and_ctrl_d_leaves() -> None:
    with keyboard() as (keys, terminal):
        lines = terminal.lines()
        keys.send_text("wrong\x03right\r")
        assert next(lines) == "right"
        keys.send_text("\x04")
        assert list(lines) == []


def test_ctrl_r_finds_what_was_typed_earlier() -> None:
    history = InMemoryHistory(["Where is Rome?", "What is a prime?"])
    with keyboard(history) as (keys, terminal):
        lines = terminal.lines()
        keys.send_text("\x12Rome\r\r")
        assert next(lines) == "Where is Rome?"


def test_yes_is_yes_and_anything_else_is_no() -> None:
    with keyboard() as (keys, terminal):
        for typed, meant in (("yes\r", True), ("Y\r", True), ("\r", False), ("no\r", False), ("\x03", False)):
            keys.send_text(typed)
            assert terminal.confirm("Delete it?") is meant


@pytest.mark.parametrize("key", ["\x1b", "\x03"])
def test_escape_and_ctrl_c_stop_an_answer(key: str) -> None:
    with keyboard() as (keys, terminal), terminal.watching() as stops:
        assert not stops()
        keys.send_text(key)
        assert stops()


@pytest.mark.parametrize("key", ["\x1b", "\x03"])
def test_a_key_that_came_in_one_breath_with_enter_stops_the_answer_and_is_spent(key: str) -> None:
    with keyboard() as (keys, terminal):
        lines = terminal.lines()
        keys.send_text(f"Tell me more.\r{key}")
        assert next(lines) == "Tell me more."
        with terminal.watching() as stops:
            assert stops()
            assert not stops()
        keys.send_text("Less.\r")
        assert next(lines) == "Less."


def test_lines_sent_in_one_breath_are_all_said() -> None:
    with keyboard() as (keys, terminal):
        lines = terminal.lines()
        keys.send_text("One.\rTwo.\r")
        for line in ("One.", "Two."):
            assert next(lines) == line
            with terminal.watching() as stops:
                assert not stops()


def test_what_is_typed_during_an_answer_stands_in_the_next_line() -> None:
    with keyboard() as (keys, terminal):
        with terminal.watching() as stops:
            keys.send_text("and thenx\x7f")
            assert not stops()
            keys.send_text("\x1b[A")
            assert not stops()
        keys.send_text("?\r")
        assert next(terminal.lines()) == "and then?"


def test_files_and_models_are_completed_but_not_words(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    completer = Completing(lambda _: Known(models=[("openai:gpt", "elsewhere")]))

    def offered(line: str) -> list[str]:
        found = completer.get_completions(Document(line, len(line)), CompleteEvent())
        return [one.text for one in found]

    assert offered("/model op") == ["openai:gpt"]
    assert offered(f"/attach {tmp_path}/no") == ["tes.txt"]
    assert offered("hello /mo") == []


def look(text: str, size: int) -> str:
    out = io.StringIO()
    console = Console(
        file=out, force_terminal=True, width=40, height=30, _environ={"TERM": "xterm"}, color_system=None
    )
    view = shown(console, stream=True)
    for place in range(0, len(text), size):
        view.feed(text[place : place + size], more=False)
    view.end(stopped=False)
    return out.getvalue()


def test_markdown_grows_into_what_it_would_be_at_once() -> None:
    from tests.unit.cli.chatting.test_rules import ANSWER, Glass

    seen: list[list[str]] = []
    for size in (1, 5, len(ANSWER)):
        glass = Glass(height=30)
        glass.write(look(ANSWER, size))
        seen.append([line.rstrip() for line in glass.lines])
    assert seen[0] == seen[1]
    assert "Some words in a paragraph." in seen[0]
    assert " 2 two" in seen[0]
    assert "The end" in seen[0]
    assert "```" not in "".join(seen[0])
    assert [line for line in seen[0] if line] == [line for line in seen[2] if line]


def test_what_would_steer_the_terminal_is_left_out() -> None:
    shown_text = look("a\x1b]0;evil\x07b [x](http://y.example/z)", 100)
    assert "\x1b]" not in shown_text
    assert "http://y.example/z" in shown_text
