"""The talk key on a real screen."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Self

import pytest

from tests.conftest import ROOT

pytestmark = [pytest.mark.real_time, pytest.mark.needs("hotkey", "xvfb")]


@pytest.fixture
def screen() -> Iterator[dict[str, str]]:
    """The environment in which a screen is found."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "640x480x24", "-nolisten", "tcp"]
    process = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as display:
        yield os.environ | {"DISPLAY": ":" + display.readline().strip()}
    process.terminate()
    process.wait()


class Child:
    """The service, and what it says line by line."""

    def __init__(self, environment: dict[str, str], key: str, mode: str = "hold") -> None:
        self._environment = environment
        command = [sys.executable, "-W", "ignore", "-m", "tests.real.hotkey_child", key, mode]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._process.kill()
        self._process.communicate()

    def line(self) -> str:
        """The next line that is no log."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if "key_watched" not in line:
                return line.strip()
        return ""

    def press(self, *keys: str) -> str:
        """What it says to these keys."""
        subprocess.run(["xdotool", *keys], env=self._environment, check=True, timeout=10)
        return self.line()


def test_hold_talks_while_the_keys_are_down(screen: dict[str, str]) -> None:
    with Child(screen, "<ctrl>+<alt>+s") as child:
        assert child.line() == "ready"
        assert child.press("keydown", "ctrl", "keydown", "alt", "keydown", "s") == "down"
        assert child.press("keyup", "s", "keyup", "alt", "keyup", "ctrl") == "up"


def test_toggle_talks_between_two_presses(screen: dict[str, str]) -> None:
    with Child(screen, "<f9>", "toggle") as child:
        assert child.line() == "ready"
        assert [child.press("key", "F9") for _ in range(3)] == ["down", "up", "down"]


def test_a_mistyped_key_is_named(screen: dict[str, str]) -> None:
    with Child(screen, "<ctrk>+s") as child:
        assert child.line().startswith("The talk key '<ctrk>+s' is not a combination of keys.")


def test_without_a_screen_it_says_how_to_talk_instead() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    with Child(environment, "<f9>") as child:
        line = child.line()
        assert line.startswith("There is no screen whose keyboard could be watched.")
        assert "/api/v1/ptt" in line
