"""What comes along when something is imported, seen in a process of its own."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from functools import cache

import pytest

from app.cli.main import COMMANDS
from tests.conftest import ROOT

HEAVY = {
    "anthropic",
    "chromadb",
    "ctranslate2",
    "fastapi",
    "faster_whisper",
    "huggingface_hub",
    "llama_cpp",
    "mcp",
    "mcp_types",
    "numpy",
    "onnxruntime",
    "openai",
    "piper",
    "safetensors",
    "pvporcupine",
    "pymicro_wakeword",
    "pynput",
    "pyopen_wakeword",
    "sounddevice",
    "soxr",
    "sqlalchemy",
    "streamlit",
    "tokenizers",
    "torch",
    "transformers",
    "uvicorn",
    "xllamacpp",
}
SETTINGS = {"pydantic", "pydantic_settings", "app.config", "app.kernel.runtime", "app.kernel.bus", "anyio"}


@cache
def along(module: str) -> set[str]:
    """Names in sys.modules after importing `module` in a fresh process."""
    code = f"import json, sys, {module}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def test_the_command_line_brings_neither_settings_nor_engines() -> None:
    assert not along("app.cli.main") & (HEAVY | SETTINGS)


def test_servers_of_tools_bring_their_library_when_one_is_started() -> None:
    assert not along("app.skills.tools.mcp.specs") & HEAVY


def test_events_and_settings_bring_no_engine() -> None:
    assert not along("app.events.voice") & HEAVY
    assert not along("app.config.settings") & HEAVY


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_command_is_there_and_brings_no_engine_when_it_is_typed(name: str) -> None:
    where, help_line = COMMANDS[name]
    module, _, attribute = where.partition(":")
    assert not along(module) & (HEAVY - {"numpy"})
    assert callable(getattr(importlib.import_module(module), attribute))
    assert 10 < len(help_line) < 70


def leaves() -> list[tuple[str, str, str]]:
    """(table, name, module:attribute) for everything that tables of engines, indexes and routes name."""
    found: list[tuple[str, str, str]] = []
    for path in sorted((ROOT / "app").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if '": "app.' not in text or path.parts[-2] == "cli":
            continue
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for table in vars(importlib.import_module(module)).values():
            if isinstance(table, dict) and all(isinstance(v, str) and ":" in v for v in table.values()):
                found += [(module, name, target) for name, target in table.items()]
    return sorted(set(found))


LEAVES = leaves()


def test_the_tables_name_leaves() -> None:
    assert len(LEAVES) > 10


@pytest.mark.parametrize("module", sorted({module for module, _, _ in LEAVES}))
def test_a_table_brings_no_engine(module: str) -> None:
    assert not along(module) & (HEAVY - {"numpy"})


@pytest.mark.parametrize(("table", "name", "target"), LEAVES, ids=lambda value: str(value).rpartition(".")[2])
def test_a_leaf_can_be_imported_and_does_not_bring_its_neighbours(table: str, name: str, target: str) -> None:
    module, _, attribute = target.partition(":")
    came = along(module)
    neighbours = {other.partition(":")[0] for where, _, other in LEAVES if where == table} - {module}
    assert not came & neighbours
    assert hasattr(importlib.import_module(module), attribute)


def test_help_takes_a_quarter_of_a_second() -> None:
    """Of the processor's time, so that a busy machine does not fail it."""
    assert min(_processor_seconds("-m", "app", "--help") for _ in range(5)) < 0.25


def _processor_seconds(*words: str) -> float:
    before = os.times()
    subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, check=True)
    after = os.times()
    return (after.children_user + after.children_system) - (before.children_user + before.children_system)
