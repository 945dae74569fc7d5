"""From a name to a file that is what it should be, quickly."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.assets import state
from app.assets.catalogue import load
from app.assets.locate import check_present, locate
from app.kernel.errors import BrokenFile, NotFound
from tests.unit.assets.making import content, model

DATA = content(10_000)
MODEL = model({"a.bin": DATA, "b.json": b"{}"}, [{"kind": "link", "url": "https://example.org/"}])


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / MODEL.path).mkdir(parents=True)
    (tmp_path / MODEL.path / "a.bin").write_bytes(DATA)
    (tmp_path / MODEL.path / "b.json").write_bytes(b"{}")
    return tmp_path


def test_a_path_that_exists_is_returned_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "mine.gguf"
    path.write_bytes(b"x")
    assert locate(tmp_path, str(path), what="language model") == path


def test_a_path_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"The voice /nowhere/x\.onnx is not there"):
        locate(tmp_path, "/nowhere/x.onnx", what="voice")


def test_an_unknown_name_is_answered_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no voice called 'en_US-jo-medium'. Did you mean en_US-joe-medium"):
        locate(tmp_path, "en_US-jo-medium", what="voice")


@pytest.mark.parametrize("name", ["", "x" * 1_000_000, "/" + "y" * 1_000_000, "a\0b", "..."])
def test_a_name_that_is_none_gets_a_short_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound) as caught:
        locate(tmp_path, name, what="voice")
    assert len(str(caught.value)) < 250


def test_a_model_that_was_not_pulled_says_how(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"not here. Pull it: solo models pull silero-vad$"):
        locate(tmp_path, "silero-vad", what="voice activity model")


def test_a_missing_part_of_a_model_is_named(here: Path) -> None:
    (here / MODEL.path / "b.json").unlink()
    with pytest.raises(NotFound, match=r"llm/tiny/b\.json is missing"):
        check_present(here, MODEL, what="model")


def test_a_truncated_file_is_refused_with_the_way_out(tmp_path: Path) -> None:
    file = load().find("silero-vad").files[0]
    path = tmp_path / file.path
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x" * 1000)
    with pytest.raises(
        BrokenFile, match=r"cut short: it has 1,000 bytes instead of 2,327,524.*pull silero-vad --again"
    ):
        locate(tmp_path, "silero-vad", what="voice activity model")


def test_a_damaged_file_of_the_right_size_is_refused(tmp_path: Path) -> None:
    file = load().find("silero-vad").files[0]
    path = tmp_path / file.path
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x" * file.size)
    with pytest.raises(BrokenFile, match="sha256 is not the catalogue's"):
        locate(tmp_path, "silero-vad", what="voice activity model")


def test_what_was_checked_is_not_read_again_until_it_changes(here: Path) -> None:
    state.check_files(here, MODEL)
    path = here / MODEL.path / "a.bin"
    before = path.stat()
    path.write_bytes(b"y" * len(DATA))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert state.marked(here, MODEL)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1_000_000))
    assert not state.marked(here, MODEL)
    with pytest.raises(BrokenFile):
        state.check_files(here, MODEL)


@pytest.mark.parametrize("words", ["", "null", "[]", "{}", '{"llm/tiny/a.bin": 3}', "\x00"])
def test_a_damaged_marker_only_costs_a_check(here: Path, words: str) -> None:
    state.check_files(here, MODEL)
    (here / ".verified" / "tiny.json").write_text(words)
    assert not state.marked(here, MODEL)
    state.check_files(here, MODEL)
    assert state.marked(here, MODEL)
