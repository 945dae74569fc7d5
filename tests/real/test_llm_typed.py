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


def writes(model: str, fresh: str) -> bool:
    """Its name stands there, and some words under it."""
    return len(fresh.partition(model)[2].split()) > 5


def test_prompts_are_typed_and_answered_by_each_model_until_one_is_stopped(tmp_path: Path) -> None:
    named = [word for model in MODELS for word in ("--model", model)]
    asked = ("llm", "test", *named, "--system", "Write long stories of many paragraphs.")
    with typing(tmp_path, *asked, begins="Ctrl+D leaves") as screen:
        screen.type("What is the capital of France?\\\rAnswer in one sentence.\r")
        both = screen.until("two answers", lambda fresh: fresh.count("MiB") == len(MODELS))
        assert "Paris" in both
        assert [both.count(word) for word in (*MODELS, "first after")] == [2, 2, 2]  # above and under each
        screen.type(f"{STORY}\r")
        screen.until("an answer", lambda fresh: writes(MODELS[0], fresh))
        screen.type("\x1b")
        screen.until("an answer", lambda fresh: "Stopped." in fresh and writes(MODELS[1], fresh))
        screen.type("\x1b")
        screen.until("Stopped.")
        screen.type("/quit\r")
        assert "All prompts (medians)" in screen.until("a table", lambda fresh: fresh.count(" 1/2 ") == 2)
