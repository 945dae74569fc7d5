"""`solo models` and checkpoints of Hugging Face: shown, explained, checked, removed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli.main import main
from tests.unit.assets.ggufs import PLAIN, gguf, put
from tests.unit.llm.checkpoints.folders import TOOLS, checkpoint, safetensors

README = "---\nlicense: apache-2.0\n---\n"


def run(capsys: pytest.CaptureFixture[str], folder: Path, *typed: str) -> tuple[int, str, str]:
    options = ["--models-dir", str(folder / "models"), "--data-dir", str(folder / "data")]
    code = main([*options, "models", *typed])
    return code, *capsys.readouterr()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    special = json.dumps({"chat_template": TOOLS})
    files = {"README_md": README, "tokenizer_config_json": special, "tokenizer_json": "{}"}
    checkpoint(tmp_path / "models/llm/Little-1B", **files)
    checkpoint(tmp_path / "models/llm/cut", model_safetensors=safetensors()[:-3])
    checkpoint(tmp_path / "models/llm/pickled", model_safetensors=b"", pytorch_model_bin=b"\x80\4")
    return tmp_path


def test_the_list_shows_them_among_the_files(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    _, out, _ = run(capsys, folder, "list")
    line = next(line for line in out.splitlines() if line.startswith("Little-1B"))
    for part in ("llama", "23k", "BF16", "8,192 tokens", "tools", "apache-2.0", "checkpoint", "in memory"):
        assert part in line
    assert "unusable" in next(line for line in out.splitlines() if line.startswith("cut"))
    _, out, _ = run(capsys, folder, "list", "--json", "--kind", "llm")
    found = {one["name"]: one["here"] for one in json.loads(out)}
    assert (found["Little-1B"], found["pickled"]) == ("checkpoint", "broken")


@pytest.mark.parametrize("name", ["Little-1B", "PATH"])
def test_info_tells_what_its_files_say(capsys: pytest.CaptureFixture[str], folder: Path, name: str) -> None:
    path = folder / "models/llm/Little-1B"
    code, out, _ = run(capsys, folder, "info", str(path) if name == "PATH" else name)
    assert code == 0
    for part in ("transformers:Little-1B", "23,360", "BF16 (16.00 bits", "knows tools", "apache-2.0"):
        assert part in out


def test_verify_reads_headers_and_says_what_is_wrong(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    code, out, err = run(capsys, folder, "verify", "--json")
    assert code == 1
    told = {one["name"]: (one["condition"], one["words"]) for one in json.loads(out)}
    assert told["Little-1B"][0] == "whole"
    assert "cut short" in told["cut"][1]
    assert "any code" in told["pickled"][1]
    assert "Not good: cut, pickled" in err


def test_remove_takes_what_belongs_to_it_and_leaves_the_rest(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    mine = folder / "models/llm/Little-1B"
    (mine / "notes.odt").write_text("mine")
    code, out, _ = run(capsys, folder, "remove", "Little-1B", "--yes")
    assert code == 0, out
    assert [path.name for path in mine.iterdir()] == ["notes.odt"]


def test_a_need_is_met_by_a_gguf_and_says_why_not_by_a_checkpoint(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    put(folder, "models/llm/plain.gguf", gguf(more=PLAIN))
    code, out, _ = run(capsys, folder, "select", "smallest", "--why")
    assert code == 0
    assert out.startswith("plain: the only one")
    assert "not Little-1B: is a checkpoint: name it transformers:Little-1B" in out
