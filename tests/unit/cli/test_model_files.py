"""`solo models` and files of one's own: shown, explained, checked, chosen, removed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli.main import main
from tests.unit.assets.ggufs import PLAIN, TOOLS, gguf, put


def run(
    capsys: pytest.CaptureFixture[str], folder: Path, *typed: str, set_: str = ""
) -> tuple[int, str, str]:
    options = ["--models-dir", str(folder / "models"), "--data-dir", str(folder / "data")]
    code = main([*options, *(["--set", set_] if set_ else []), "models", *typed])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    put(tmp_path, "models/llm/with-tools-1b-q8_0.gguf", gguf(more=TOOLS))
    put(tmp_path, "models/llm/plain-2b-q8_0.gguf", gguf(more=PLAIN))
    put(tmp_path, "models/llm/cut.gguf", gguf()[:-900])
    return tmp_path


def test_the_list_begins_with_the_files_that_are_here(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    code, out, _ = run(capsys, folder, "list")
    assert code == 0
    line = next(line for line in out.splitlines() if line.startswith("with-tools"))
    for part in ("llama", "47k", "Q4_K_M", "8,192 tokens", "tools", "mit", "in memory"):
        assert part in line
    assert "unusable" in next(line for line in out.splitlines() if line.startswith("cut"))
    _, out, _ = run(capsys, folder, "list", "--json", "--kind", "llm")
    found = {one["name"]: one for one in json.loads(out)}
    assert found["with-tools-1b-q8_0"]["header"]["tools"] is True
    assert found["cut"]["here"] == "broken"
    _, out, _ = run(capsys, folder, "list", "--json", "--kind", "stt")
    assert "with-tools" not in out


def test_files_of_other_folders_are_listed_too(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    put(folder, "elsewhere/more-3b.gguf")
    _, out, _ = run(capsys, folder, "list", set_=f"llm.folders={folder / 'elsewhere'}")
    assert "more-3b" in out


@pytest.mark.parametrize("name", ["with-tools-1b-q8_0", "PATH"])
def test_info_tells_what_the_header_says(capsys: pytest.CaptureFixture[str], folder: Path, name: str) -> None:
    path = folder / "models/llm/with-tools-1b-q8_0.gguf"
    code, out, _ = run(capsys, folder, "info", str(path) if name == "PATH" else name)
    assert code == 0
    for part in ("Little Llama", "46,592", "gpt2 (smollm), 300 words", "knows tools", "memory 8,192"):
        assert part in out


def test_info_of_a_model_of_the_catalogue_tells_what_its_header_says_too(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    put(folder, "models/llm/smollm2-135m-instruct-q4_1.gguf", gguf(more=TOOLS))
    code, out, _ = run(capsys, folder, "info", "smollm2-135m-instruct")
    assert code == 0
    for part in ("purpose", "apache-2.0", "46,592", "gpt2 (smollm), 300 words", "knows tools", "sha256"):
        assert part in out.replace("Apache", "apache")
    assert "46,592" not in run(capsys, folder, "info", "qwen2.5-coder-0.5b-instruct")[1]


def test_select_prints_the_reason_and_why_not_the_others(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    code, out, _ = run(capsys, folder, "select", "smallest", "that", "can", "call", "tools", "--why")
    assert code == 0
    assert out.startswith("with-tools-1b-q8_0: the only one that can call tools; it takes")
    assert "not plain-2b-q8_0: its template knows no tools" in out
    code, _, err = run(capsys, folder, "select", "best with 1000000 tokens", "--why")
    assert code == 2
    assert "not plain-2b-q8_0: was made for" in err
    assert "not with-tools-1b-q8_0: was made for 8,192 tokens" in err
    assert "No model that is here will do" in err


def test_verify_reads_files_of_ones_own_and_says_that_no_hash_is_known(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    code, out, err = run(capsys, folder, "verify", "--json")
    assert code == 1
    assert {one["name"]: one["condition"] for one in json.loads(out)} == {
        "with-tools-1b-q8_0": "whole",
        "plain-2b-q8_0": "whole",
        "cut": "broken",
    }
    assert "Not good: cut." in err


def test_remove_asks_and_takes_the_empty_folder_along(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    path = put(folder, "models/llm/owner--repo/own-1b.gguf")
    code, _, err = run(capsys, folder, "remove", "own-1b")
    assert code == 2
    assert "Say that it is meant: --yes" in err
    assert path.exists()
    code, out, _ = run(capsys, folder, "remove", "own-1b", "--yes")
    assert code == 0
    assert "Removed own-1b" in out
    assert not path.parent.exists()
    assert (folder / "models/llm/cut.gguf").exists()


def test_what_a_setting_names_is_not_removed(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    setting = "llm.analysis.model=plain-2b-q8_0"
    code, _, err = run(capsys, folder, "remove", "plain-2b-q8_0", "--yes", set_=setting)
    assert code == 2
    assert "SOLO_LLM__ANALYSIS__MODEL says plain-2b-q8_0" in err
    assert (folder / "models/llm/plain-2b-q8_0.gguf").exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (("remove", "silero-vad", "--yes"), "silero-vad is not here"),
        (("remove", "nothing", "--yes"), "no model called 'nothing'"),
        (("select", " "), "Say in a few words"),
        (("pull", "a/b/c"), "no model called 'a/b/c'"),
        (("convert", "cut.txt", "x.gguf"), "There is no file or folder cut.txt"),
    ],
)
def test_wrong_use_is_one_sentence(
    capsys: pytest.CaptureFixture[str], folder: Path, typed: tuple[str, ...], sentence: str
) -> None:
    code, _, err = run(capsys, folder, *typed)
    assert code == 2
    assert sentence in err


def test_offline_neither_searches_nor_pulls(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    for typed in (("search", "smol"), ("pull", "owner/repo:Q4_K_M"), ("search", "owner/repo")):
        code, _, err = run(capsys, folder, *typed, set_="offline=true")
        assert code == 1
        assert "stay offline" in err
