"""The pure parts of a chat: commands, completion, blocks of Markdown, painting, files, figures."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.cli.asking import Step, Told
from app.cli.chatting import attach
from app.cli.chatting.blocks import settled
from app.cli.chatting.commands import joined, parsed
from app.cli.chatting.completion import Known, file_begun, suggestions
from app.cli.chatting.figures import dollars, figures
from app.cli.chatting.paint import Painter
from app.cli.chatting.sessions import Session, find, snippet, when
from app.cli.chatting.typed import TypedLines, history_file
from app.kernel.errors import BadInput, NotFound, TooLarge

ANSWER = """\
# Head

Some words
in a paragraph.

1. one

   more of one

2. two

After the list.

```python
print("a")

print("b")
```
The end
"""


def test_lines_are_joined_at_a_backslash_but_not_at_two() -> None:
    assert list(joined(["a\\\n", "b\n", "c\\\\\n", "d\\"])) == ["a\nb", "c\\\\", "d"]


def test_a_command_may_go_on_over_several_lines() -> None:
    assert parsed("/system one\ntwo ") == ("/system", "one\ntwo")
    assert parsed("hello /new") is None
    assert parsed("/") is None


def test_only_what_fits_is_suggested_and_the_beginning_goes_first() -> None:
    known = Known(
        models=[("x:qwen", "here"), ("openai:gpt", "")], providers=[("openai", "")], sessions=[("trip", "")]
    )

    def offered(line: str) -> list[str]:
        return [one.text for one in suggestions(line, known)]

    assert offered("/se") == ["/sessions", "/search", "/set"]
    assert offered("/model ") == ["x:qwen", "openai:gpt"]
    assert offered("/model q") == ["x:qwen"]
    assert offered("/role gen") == ["generation"]
    assert offered("/role generation gpt") == ["openai:gpt"]
    assert offered("/set t")[:4] == ["temperature", "top_p", "top_k", "max_tokens"]
    assert offered("/resume t") == ["trip"]
    assert offered("/nothing x") == offered("hello") == offered("/se\n") == []
    assert suggestions("/model q", known)[0].length == 1
    assert file_begun("/attach ~/no") == "~/no"
    assert file_begun("/model x") is None


def test_the_cut_lies_before_blocks_that_may_still_change() -> None:
    def cut_before(text: str) -> str:
        return text[settled(text) :]

    assert cut_before("One\ntwo") == "One\ntwo"
    assert cut_before("One.\n\n") == "One.\n\n"
    assert cut_before("One.\n\nTwo") == "Two"
    assert cut_before("- a\n\n- b\n\n  c") == "- a\n\n- b\n\n  c"
    assert cut_before("- a\n\n1") == "- a\n\n1"
    assert cut_before("- a\n\nEnd") == "End"
    assert cut_before("```\na\n\nb") == "```\na\n\nb"
    assert cut_before("````\n```\n\nb\n````\n\nc") == "c"
    assert cut_before(ANSWER).startswith("```python")


@given(some.lists(some.integers(1, 9)))
def test_blocks_are_the_same_however_the_text_comes(sizes: list[int]) -> None:
    """Cut off what is settled after each piece: together it is the text, cut at the same places."""
    blocks: list[str] = []
    text, place = "", 0
    for size in (*sizes, *[7] * len(ANSWER)):
        text += ANSWER[place : place + size]
        place += size
        if cut := settled(text):
            blocks.append(text[:cut])
            text = text[cut:]
    assert "".join((*blocks, text)) == ANSWER
    assert {block.split("\n", 1)[0] for block in blocks} == {
        "# Head",
        "Some words",
        "1. one",
        "After the list.",
    }


class Glass:
    """A terminal that knows what painting takes: lines, going up, erasing."""

    def __init__(self, height: int) -> None:
        self.height = height
        self.lines = [""]
        self.row = self.column = 0

    def write(self, text: str) -> None:
        while text:
            if text.startswith("\x1b["):
                end = next(n for n, one in enumerate(text[2:], 2) if one.isalpha())
                self._steer(text[end], text[2:end])
                text = text[end + 1 :]
                continue
            self._put(text[0])
            text = text[1:]

    def _steer(self, letter: str, number: str) -> None:
        if letter == "A":
            assert self.row - int(number) > len(self.lines) - 1 - self.height, "above the screen"
            self.row -= int(number)
        elif letter == "K":
            self.lines[self.row] = self.lines[self.row][: self.column]
        elif letter == "J":
            self.lines[self.row] = self.lines[self.row][: self.column]
            del self.lines[self.row + 1 :]

    def _put(self, one: str) -> None:
        if one == "\n":
            self.row += 1
            if self.row == len(self.lines):
                self.lines.append("")
        elif one == "\r":
            self.column = 0
        else:
            line = self.lines[self.row].ljust(self.column)
            self.lines[self.row] = line[: self.column] + one + line[self.column + 1 :]
            self.column += 1


@given(some.lists(some.lists(some.text("ab", max_size=4), min_size=1, max_size=6), min_size=1))
def test_what_is_painted_is_what_stands_there(screens: list[list[str]]) -> None:
    glass = Glass(height=24)
    painter = Painter(glass.write, lambda: glass.height)
    for lines in screens:
        painter.show(lines)
        assert glass.lines == lines
    painter.settle()
    assert glass.lines == [*screens[-1], ""]


@given(some.lists(some.lists(some.text("ab", max_size=4), min_size=1, max_size=9), min_size=1))
def test_a_small_screen_is_never_painted_above_its_top(screens: list[list[str]]) -> None:
    glass = Glass(height=4)
    painter = Painter(glass.write, lambda: glass.height)
    for lines in screens:
        painter.show(lines)


def test_a_line_that_grows_is_all_that_is_written() -> None:
    written: list[str] = []
    painter = Painter(written.append, lambda: 24)
    painter.show(["one", "two"])
    painter.show(["one", "two"])
    painter.show(["one", "two three"])
    assert written == ["\rone\x1b[K\n\rtwo\x1b[K", "\rtwo three\x1b[K"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", "no text"),
        (b"a\0b", "no text"),
        (b"\xff\xfe\x00\xdcaa", "no text"),
        (b"\x01\x02\x03 abc", "no text"),
        (b"  \n", "nothing in"),
        (b"x" * 101, "more than the 100 characters"),
        (b"x" * 10_000, "more than the 100 characters"),
    ],
)
def test_what_is_no_text_or_too_long_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    file = tmp_path / "x.bin"
    file.write_bytes(data)
    with pytest.raises((BadInput, TooLarge), match=said):
        attach.read(file, 100)


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices as files")
def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, said in ((tmp_path / "pipe", "no file"), (Path("/dev/zero"), "no file"), (tmp_path, "folder")):
        with pytest.raises(BadInput, match=said):
            attach.read(path, 100)
    with pytest.raises(NotFound, match="There is no file"):
        attach.read(tmp_path / "gone", 100)


def test_text_is_taken_in_the_ways_it_is_written(tmp_path: Path) -> None:
    file = tmp_path / "x.txt"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        file.write_bytes("Grüße\r\n€".encode(encoding))
        assert attach.read(file, 100).text == "Grüße\n€"
    file.write_bytes(("€" * 100).encode())
    assert len(attach.read(file, 100).text) == 100


def test_files_leave_room_for_each_other() -> None:
    one = attach.Attached("a", "x" * 500)
    assert attach.room(1000, []) == 900
    assert 350 < attach.room(1000, [one]) < 400
    assert attach.room(1000, [one, one]) == 0


def test_sessions_are_found_by_number_name_and_beginning() -> None:
    kept = [Session("abc1", "Rome", "x", 1, ""), Session("abc2", "Romania", "x", 1, "")]
    assert find("2", kept).dialogue == "abc2"
    assert find("rome", kept).dialogue == "abc1"
    assert find("romani", kept).dialogue == "abc2"
    assert find("abc2", kept).dialogue == "abc2"
    with pytest.raises(BadInput, match="any of these: Rome, Romania"):
        find("rom", kept)
    for key in ("3", "", "paris"):
        with pytest.raises(NotFound):
            find(key, kept)


def test_a_snippet_shows_the_word_and_a_time_is_the_walls() -> None:
    assert snippet("one two three", "two") == "one two three"
    cut = snippet("a " * 100 + "needle" + " b" * 100, "NEEDLE")
    assert cut.startswith("…")
    assert cut.endswith("…")
    assert "needle" in cut
    assert when("nonsense") == "nonsense"
    assert len(when("2026-01-01T10:00:00+00:00")) == 16


def told(**how: Any) -> Told:
    return replace(Told("", "d", "stop", "", 0.0, 0.0, 0), **how)


def test_figures_leave_out_what_is_not_known() -> None:
    assert figures(told()) == ""
    assert figures(told(model="m", completion_tokens=1)) == "1 token · m"
    long = told(model="m", completion_tokens=1200, first_token_ms=3400, finish="length")
    assert figures(long) == "1,200 tokens · first after 3.4 s · cut off at the longest length · m"
    waited = told(model="m", completion_tokens=2, first_token_ms=3400, queue_ms=1200)
    assert figures(waited) == "2 tokens · first after 3.4 s (1.2 s of them in line) · m"
    used = [Step("a", True, True), Step("b", True, False), Step("c", True, False, True)]
    assert figures(told(model="m"), used) == "0 tokens · used a, b (failed), c (asks) · m"
    assert [dollars(cost) for cost in (1.5, 0.25, 0.00123)] == ["$1.50", "$0.25", "$0.0012"]


class TestTypedLines:
    def test_they_are_the_persons_alone_and_come_back_the_newest_first(self, tmp_path: Path) -> None:
        file = history_file(tmp_path, "local")
        lines = TypedLines(file)
        for text in ("one", "two\nrows", "thrée"):
            lines.append_string(text)
        if os.name == "posix":
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        assert list(TypedLines(file).load_history_strings()) == ["thrée", "two\nrows", "one"]

    def test_what_is_deleted_is_taken_out_of_the_file(self, tmp_path: Path) -> None:
        file = history_file(tmp_path, "local")
        lines = TypedLines(file)
        for text in ("one", "secret word", "two"):
            lines.append_string(text)
        lines.forget(["secret word\n"])
        assert b"secret" not in file.read_bytes()
        assert list(lines.load_history_strings()) == ["two", "one"]
        assert lines.get_strings() == ["one", "two"]

    def test_a_damaged_file_does_no_harm(self, tmp_path: Path) -> None:
        file = history_file(tmp_path, "local")
        file.parent.mkdir()
        file.write_bytes(b'"one"\n\xff\xfe\n{"a": 1}\n"two"\n"cut')
        assert list(TypedLines(file).load_history_strings()) == ["two", "one"]
        file.unlink()
        file.mkdir()
        lines = TypedLines(file)
        lines.append_string("one")
        assert list(lines.load_history_strings()) == []
