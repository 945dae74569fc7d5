"""`solo llm test` at a real terminal: prompts are typed, and two models answer each."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("needs pseudo-terminals", allow_module_level=True)

from tests.real.terminal import typing

pytestmark = [pytest.mark.real_time, pytest.mark.needs("models")]

MODELS = ("qwen2.5-coder-0.5b-instruct", "smollm2-135m-instruct")
STORY = "Write a very long story about the sea, at least a thousand words."


def test_prompts_are_typed_and_answered_by_each_model_until_one_is_stopped(tmp_path: Path) -> None:
    named = [word for model in MODELS for word in ("--model", model)]
    asked = ("llm", "test", *named, "--with", "temperature=0")
    with typing(tmp_path, *asked, begins="Ctrl+D leaves") as screen:
        screen.type("What is the capital of France?\\\rOne word.\r")
        both = screen.until("two answers", lambda fresh: fresh.count("MiB") == len(MODELS))
        assert "Paris" in both
        assert [both.count(word) for word in (*MODELS, "first after")] == [1, 1, 2]
        screen.type(f"{STORY}\r")
        screen.until("an answer", lambda fresh: len(fresh.rpartition(MODELS[0])[2].split()) > 5)
        screen.type("\x1b")
        screen.until("Stopped.")
        screen.until("an answer", lambda fresh: len(fresh.rpartition(MODELS[1])[2].split()) > 5)
        screen.type("\x1b")
        screen.until("Stopped.")
        screen.type("/quit\r")
        assert "All prompts (medians)" in screen.until("a table", lambda fresh: fresh.count(" 1/2 ") == 2)
