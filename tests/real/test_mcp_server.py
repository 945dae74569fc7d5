"""`solo mcp` as a child of a program, without a running Solo: it brings its own model."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters

from tests.conftest import MODELS, ROOT

pytestmark = [pytest.mark.anyio, pytest.mark.real_time, pytest.mark.needs("models")]


async def test_a_program_asks_for_the_capital_of_france(tmp_path: Path) -> None:
    args = ["-m", "app", "--data-dir", str(tmp_path / "data"), "--models-dir", str(MODELS)]
    for setting in ("memory.enabled=false", "llm.generation.temperature=0"):
        args += ["--set", setting]
    server = StdioServerParameters(
        command=sys.executable, args=[*args, "mcp"], env={"PYTHONPATH": str(ROOT)}, cwd=str(tmp_path)
    )
    told: list[str] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        told.append(message or "")

    async with Client(server) as client:
        assert {"ask_solo", "set_timer"} <= {tool.name for tool in (await client.list_tools()).tools}
        timer = await client.call_tool("set_timer", {"minutes": 10, "name": "pasta"})
        assert not timer.is_error
        left = await client.call_tool("list_timers", {})
        assert "pasta" in "".join(block.text for block in left.content if block.type == "text")
        question = {"text": "What is the capital of France?"}
        result = await client.call_tool("ask_solo", question, progress_callback=hear)
        assert not result.is_error
        assert "Paris" in result.structured_content["reply"]
        assert len(told) > 1
        dialogue = result.structured_content["dialogue"]
        kept = (await client.read_resource(f"solo://conversations/{dialogue}")).contents[0]
        assert "capital of France" in kept.text  # type: ignore[union-attr]
        assert [r.uri for r in (await client.list_resources()).resources] == ["solo://conversations"]
