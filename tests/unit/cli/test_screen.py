"""While somebody speaks the terminal shows what has been understood, in one line that does not stay."""

from __future__ import annotations

import io
import os
import sys

import pytest
from rich.console import Console

from app.cli.happenings import SHOWN, plain_line
from app.cli.screen import Screen, words_so_far
from app.events.base import Event
from app.events.voice import AttentionEvent, NoSpeechEvent, PartialTranscriptEvent, STTEvent

COLUMNS = 40
ERASE = "\r\x1b[2K"
FINAL = STTEvent(turn="t", text="What time is it in Rome?", language="en", seconds=2.0, took_ms=9.0)


def partial(sure: str, rest: str = "") -> PartialTranscriptEvent:
    return PartialTranscriptEvent(turn="t", text=f"{sure} {rest}".strip(), sure=sure, rest=rest)


SPEAKING = (partial("", "What"), partial("What time", "is"), partial("What time is it", "in Rome"))


def shown(console: Console, *events: Event, close: bool = True) -> None:
    screen = Screen(console)
    for event in events:
        screen.show(event)
    if close:
        screen.close()


def left_on(written: str) -> list[str]:
    """The lines that a terminal shows in the end."""
    lines = written.replace("\r\n", "\n").split("\n")
    return [left for line in lines if (left := line.rpartition(ERASE)[2])]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo terminals there")
def test_on_a_terminal_they_are_written_over_and_the_whole_sentence_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import pty

    monkeypatch.setenv("TERM", "xterm")
    master, slave = pty.openpty()
    with os.fdopen(slave, "w", encoding="utf-8") as terminal:
        console = Console(file=terminal, width=COLUMNS, color_system=None, soft_wrap=True)
        shown(console, *SPEAKING, FINAL)
        terminal.flush()
        written = ""
        while not written.endswith("\n"):  # a terminal hands on what it has
            written += os.read(master, 10_000).decode()
    os.close(master)
    for so_far in ("You   What", "You   What time is", "You   What time is it in Rome"):
        assert so_far in written
    assert left_on(written) == ["You   What time is it in Rome?"]
    assert written.count("\n") == 1


@pytest.mark.parametrize("term", ["dumb", ""])
def test_where_nobody_could_see_it_being_written_there_are_only_whole_lines(
    term: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if term:
        monkeypatch.setenv("TERM", term)
    file = io.StringIO()
    shown(Console(file=file, force_terminal=bool(term), color_system=None, width=COLUMNS), *SPEAKING, FINAL)
    assert file.getvalue() == "You   What time is it in Rome?\n"


@pytest.mark.parametrize(
    "event",
    [
        STTEvent(turn="t", text="", language="en", seconds=1.0, took_ms=1.0, reason="noise"),
        AttentionEvent(state="asleep"),
        NoSpeechEvent(turn="t", reason="silence"),
        None,
    ],
    ids=["no words", "asleep", "nothing", "the end"],
)
def test_nothing_is_left_of_words_of_which_nothing_came(
    event: Event | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, color_system=None, width=COLUMNS)
    shown(console, *SPEAKING, *([event] if event else []))
    assert all(not line.startswith("You") for line in left_on(file.getvalue()))


def test_a_long_sentence_shows_its_end_in_one_line() -> None:
    words = "tell me a long story about a brave sailor on the high sea"
    line = words_so_far(partial(words, "and her parrot"), COLUMNS)
    assert line.cell_len <= COLUMNS
    assert line.plain.startswith("You   … ")
    assert line.plain.endswith("sea and her parrot")
    wide = words_so_far(partial("日本語" * 30), COLUMNS)
    assert wide.cell_len <= COLUMNS


def test_what_may_still_change_is_dim() -> None:
    line = words_so_far(partial("What time", "is"), COLUMNS)
    assert [(line.plain[s.start : s.end], str(s.style)) for s in line.spans] == [
        ("You   ", "bold cyan"),
        ("is", "dim"),
    ]


def test_programs_get_the_whole_sentence_only() -> None:
    assert isinstance(SPEAKING[0], SHOWN)
    assert plain_line(SPEAKING[0]) == ""
