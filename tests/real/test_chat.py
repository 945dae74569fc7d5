"""`solo chat` at a real terminal, with a real model: typing, stopping, setting, resuming."""

from __future__ import annotations

import re
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("needs pseudo-terminals", allow_module_level=True)

from tests.real.terminal import Screen, typing

pytestmark = [pytest.mark.real_time, pytest.mark.needs("models")]

STORY = "Write a very long story about the sea, at least a thousand words."


def chatting(folder: Path, *words: str) -> AbstractContextManager[Screen]:
    settings = ("skills.enabled=false", "memory.enabled=false", "llm.generation.temperature=0")
    given = [word for setting in settings for word in ("--set", setting)]
    return typing(folder, *given, "chat", *words, begins="/help shows how")


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
        screen.type(f"{STORY}\r\x1b")  # thought better of it in the same breath
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
