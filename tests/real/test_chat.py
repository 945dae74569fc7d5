"""`solo chat` at a real terminal, with a real model: typing, stopping, setting, resuming."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import MODELS, ROOT

if sys.platform == "win32":
    pytest.skip("needs pseudo-terminals", allow_module_level=True)

import fcntl
import pty
import struct
import termios

pytestmark = [pytest.mark.real_time, pytest.mark.needs("models")]

PATIENCE = 45.0
STORY = "Write a very long story about the sea, at least a thousand words."
STEERING = re.compile(r"\x1b(\[[0-9;?]*[A-Za-z]|\][^\x07]*\x07|[=>])|\r")


class Screen:
    """The other end of a terminal."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self.seen = ""
        self.ended = False
        self._from = 0

    def type(self, text: str) -> None:
        os.write(self._handle, text.encode())

    def until(self, wanted: str, ready: Callable[[str], bool] | None = None) -> str:
        """Read until this has come since the last time (or what came is `ready`); what came."""
        end = time.monotonic() + PATIENCE
        while True:
            fresh = STEERING.sub("", self.seen[self._from :])
            if wanted in fresh if ready is None else ready(fresh):
                self._from = len(self.seen)
                return fresh
            left = end - time.monotonic()
            assert left > 0, f"never saw {wanted}: {fresh[-2000:]!r}"
            assert not self.ended, f"it ended: {fresh[-2000:]!r}"
            self._read(left)

    def leave(self) -> None:
        """Ctrl+D, and read until it is gone. Between two lines the terminal itself takes the key away, so
        it is pressed again."""
        end = time.monotonic() + PATIENCE
        while not self.ended:
            assert time.monotonic() < end, f"it does not leave: {self.seen[-2000:]!r}"
            with contextlib.suppress(OSError):
                self.type("\x04")
            self._read(1.0)

    def _read(self, seconds: float) -> None:
        if select.select([self._handle], [], [], seconds)[0]:
            try:
                data = os.read(self._handle, 65536)
            except OSError:
                data = b""
            self.ended = not data
            self.seen += data.decode("utf-8", "replace")
            if b"\x1b[6n" in data:
                self.type("\x1b[1;1R")  # where the cursor is, as a terminal says


@contextmanager
def chatting(folder: Path, *words: str) -> Generator[Screen]:
    command = [sys.executable, "-m", "app", "--data-dir", str(folder / "data")]
    for setting in ("skills.enabled=false", "memory.enabled=false", "llm.generation.temperature=0"):
        command += ["--set", setting]
    command += ["chat", *words]
    child, handle = pty.fork()
    if child == 0:
        os.chdir(folder)
        where = {"PYTHONPATH": str(ROOT), "SOLO_MODELS_DIR": str(MODELS), "TERM": "xterm-256color"}
        os.execve(sys.executable, command, {**os.environ, **where})
    fcntl.ioctl(handle, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    ended = False
    try:
        screen = Screen(handle)
        screen.until("/help shows how")
        yield screen
        screen.leave()
        _, status = os.waitpid(child, 0)
        ended = True
        assert os.waitstatus_to_exitcode(status) == 0
    finally:
        if not ended:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        os.close(handle)


def test_a_chat_is_typed_stopped_changed_and_gone_on_with(tmp_path: Path) -> None:
    with chatting(tmp_path) as screen:
        screen.type("My name is Ada. What is the capital of France?\r")
        assert "Paris" in screen.until("tok/s")
        screen.type("/set max_tokens 3\r")
        screen.until("max_tokens: 3")
        screen.type("Tell me a story about a ship.\r")
        assert "3 tokens" in screen.until("cut off at the longest length")
        screen.type("/set max_tokens -\r")
        screen.until("max_tokens: as the settings say")
        screen.type("/system Write long stories of many paragraphs.\r")
        screen.until("told in this chat")
        screen.type(f"{STORY}\r")
        screen.until("an answer", lambda fresh: len(fresh.rpartition(STORY)[2].split()) > 5)
        screen.type("\x1b")
        assert "tok/s" not in screen.until("…")
        screen.type("/system -\r")
        screen.until("As the settings say again")
        screen.type("/name The ship\r")
        screen.until("It is called 'The ship' now")
    with chatting(tmp_path, "--dialogue", "the ship") as screen:
        screen.type("/sessions\r")
        screen.until("The ship")
        screen.type("What is my name?\r")
        read = re.search(r"(\d+) read", screen.until("tok/s"))
        assert read is not None
        assert int(read[1]) > 120  # the whole conversation
        screen.type("/delete --yes\r")
        screen.until("Deleted: ")
    typed = (tmp_path / "data" / "chat" / "local.history").read_text("utf-8")
    assert "/set max_tokens 3" in typed
    assert "Ada" not in typed
