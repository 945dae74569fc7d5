"""What is handed to llama.cpp's scripts, and what is kept of what they make. Small scripts stand for them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from app.assets.gguf import read_whole
from app.kernel.errors import BadInput, BrokenFile, MissingExtra, NotFound, Unsupported
from app.llm.models import convert as converting
from app.llm.models.convert import Legacy, convert, kind_of
from tests.unit.assets.ggufs import LLAMA, TENSORS, gguf, put

SCRIPT = """
import json, os, pathlib, shutil, sys
words = sys.argv[1:]
place = {out}
here = pathlib.Path(__file__).parent
seen = sorted(os.listdir(words[0])) if os.path.isdir(words[0]) else []
offline = os.environ["HF_HUB_OFFLINE"]
(here / "seen.json").write_text(json.dumps({{"words": words, "files": seen, "offline": offline}}))
if (here / "fail").exists():
    sys.exit((here / "fail").read_text())
shutil.copy(here / "made.gguf", place)
"""


@pytest.fixture
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "scripts"
    put(folder, "gguf-py/gguf/__init__.py", b"")
    put(folder, "gguf-py/gguf/gguf_writer.py", b"")
    out = 'words[words.index("{}") + 1]'
    put(folder, "convert_hf_to_gguf.py", SCRIPT.format(out=out.format("--outfile")).encode())
    put(folder, "convert_llama_ggml_to_gguf.py", SCRIPT.format(out=out.format("--output")).encode())
    put(folder, "made.gguf", gguf())
    monkeypatch.setattr(converting, "NEEDED", ("json",))
    return folder


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    folder = tmp_path / "some-model"
    put(folder, "config.json", json.dumps({"architectures": ["LlamaForCausalLM"]}).encode())
    put(folder, "model.safetensors", b"\0" * 64)
    put(folder, "tokenizer.json", b"{}")
    put(folder, "pytorch_model.bin", b"pickled")
    put(folder, "tokenization_evil.py", b"raise SystemExit")
    return folder


def quiet(doing: str, done: int, of: int) -> None:
    pass


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


pytestmark = pytest.mark.real_time


def test_a_checkpoint_is_shown_without_anything_that_could_run(
    tmp_path: Path, scripts: Path, checkpoint: Path
) -> None:
    told: list[tuple[str, int, int]] = []

    def tell(doing: str, done: int, of: int) -> None:
        told.append((doing, done, of))

    made = convert(checkpoint, tmp_path / "a.gguf", scripts, tell, kind="f16")
    assert read_whole(made)[1].values
    seen = json.loads((scripts / "seen.json").read_text())
    assert seen["files"] == ["config.json", "model.safetensors", "tokenizer.json"]
    assert seen["words"][-1] == "f16"
    assert seen["offline"] == "1"
    assert told[-1] == ("converting", 100, 100)
    assert leftovers(tmp_path) == []


def test_a_file_of_before_gguf_takes_what_it_does_not_say(tmp_path: Path, scripts: Path) -> None:
    old = put(tmp_path, "old.bin", b"tjgg" + b"\0" * 100)
    convert(old, tmp_path / "a.gguf", scripts, quiet, legacy=Legacy(4096, 1e-5, 8))
    words = json.loads((scripts / "seen.json").read_text())["words"]
    assert words[:2] == ["--input", str(old)]
    assert words[2:8] == ["--context-length", "4096", "--eps", "1e-05", "--gqa", "8"]


def test_a_script_that_fails_leaves_nothing_but_its_reason(
    tmp_path: Path, scripts: Path, checkpoint: Path
) -> None:
    put(scripts, "fail", b"ERROR:hf-to-gguf:Model WeirdForCausalLM is not supported")
    with pytest.raises(Unsupported, match="Model WeirdForCausalLM is not supported"):
        convert(checkpoint, tmp_path / "a.gguf", scripts, quiet)
    assert not (tmp_path / "a.gguf").exists()
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("made", [b"", gguf()[:-900], gguf(LLAMA, {**TENSORS, "blk.0.x": (8,)})[:-16]])
def test_half_a_model_is_thrown_away(tmp_path: Path, scripts: Path, checkpoint: Path, made: bytes) -> None:
    put(scripts, "made.gguf", made)
    with pytest.raises(BrokenFile):
        convert(checkpoint, tmp_path / "a.gguf", scripts, quiet)
    assert not (tmp_path / "a.gguf").exists()


def test_pickles_alone_are_not_opened(tmp_path: Path, scripts: Path, checkpoint: Path) -> None:
    (checkpoint / "model.safetensors").unlink()
    with pytest.raises(BadInput, match="pickled weights are not opened"):
        convert(checkpoint, tmp_path / "a.gguf", scripts, quiet)
    assert not (scripts / "seen.json").exists()


@pytest.mark.parametrize("config", [b"", b"[]", b"{}", b"{" * 100_000])
def test_a_folder_that_is_no_checkpoint_is_refused(checkpoint: Path, config: bytes) -> None:
    put(checkpoint, "config.json", config)
    with pytest.raises(BadInput):
        kind_of(checkpoint)


def test_what_cannot_be_converted_is_said(tmp_path: Path, scripts: Path, checkpoint: Path) -> None:
    with pytest.raises(BadInput, match="is in GGUF already"):
        kind_of(put(tmp_path, "new.gguf"))
    with pytest.raises(BadInput, match="no model that can be converted"):
        kind_of(put(tmp_path, "words.txt", b"hello"))
    with pytest.raises(NotFound):
        kind_of(tmp_path / "none")
    for target, kind in (
        (tmp_path / "a.bin", "auto"),
        (tmp_path / "no/a.gguf", "auto"),
        (tmp_path / "a.gguf", "q4"),
    ):
        with pytest.raises(BadInput):
            convert(checkpoint, target, scripts, quiet, kind=kind)
    with pytest.raises(BadInput, match="is there already"):
        convert(checkpoint, tmp_path / "new.gguf", scripts, quiet)


def test_a_python_without_the_packages_or_none_at_all_is_named(
    tmp_path: Path, scripts: Path, checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(converting, "NEEDED", ("json", "no_such_package_here"))
    with pytest.raises(MissingExtra, match=r"needs no_such_package_here, which .+ --python"):
        convert(checkpoint, tmp_path / "a.gguf", scripts, quiet, python=sys.executable)
    with pytest.raises(BadInput, match="no Python that can be started"):
        convert(checkpoint, tmp_path / "a.gguf", scripts, quiet, python=str(tmp_path / "python"))
