"""The other end of a terminal: `solo` as a person types at it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import MODELS, ROOT

PATIENCE = 45.0
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
def typing(folder: Path, *words: str, begins: str) -> Generator[Screen]:
    """`solo` with these words in this folder; it has begun when `begins` is there; Ctrl+D ends it well."""
    command = [sys.executable, "-m", "app", "--data-dir", str(folder / "data"), *words]
    child, handle = pty.fork()
    if child == 0:
        os.chdir(folder)
        where = {"PYTHONPATH": str(ROOT), "SOLO_MODELS_DIR": str(MODELS), "TERM": "xterm-256color"}
        os.execve(sys.executable, command, {**os.environ, **where})
    fcntl.ioctl(handle, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    ended = False
    try:
        screen = Screen(handle)
        screen.until(begins)
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
