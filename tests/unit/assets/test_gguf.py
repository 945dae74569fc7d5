"""A GGUF that is cut or made up is refused with a sentence, quickly."""

from __future__ import annotations

import struct
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.assets.gguf import check_gguf
from app.kernel.errors import BrokenFile, NotFound
from tests.unit.assets.making import gguf


def put(folder: Path, data: bytes) -> Path:
    path = folder / "some.gguf"
    path.write_bytes(data)
    return path


def test_a_whole_file_tells_what_it_is(tmp_path: Path) -> None:
    data = gguf()
    facts = check_gguf(put(tmp_path, data))
    assert (facts.version, facts.tensors, facts.data_end) == (3, 3, len(data))
    assert facts.metadata["general.name"] == "Tiny"
    assert facts.metadata["tiny.context_length"] == 2048
    assert "tokens" not in facts.metadata


def test_bytes_behind_the_last_tensor_are_allowed(tmp_path: Path) -> None:
    assert check_gguf(put(tmp_path, gguf(tail=100))).tensors == 3


@pytest.mark.parametrize("keep", [0.0, 0.001, 0.1, 0.5, 0.9, 0.999])
def test_a_file_cut_anywhere_is_refused(tmp_path: Path, keep: float) -> None:
    data = gguf(tokens=2000)
    with pytest.raises(BrokenFile, match=r"some\.gguf is (cut short|not a GGUF)"):
        check_gguf(put(tmp_path, data[: int(len(data) * keep)]))


def test_another_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenFile, match="is not a GGUF file"):
        check_gguf(put(tmp_path, b"PK\x03\x04" * 100))


def test_an_absent_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no file"):
        check_gguf(tmp_path / "none.gguf")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenFile, match="cannot be read"):
        check_gguf(tmp_path)


def test_an_unknown_version_is_named(tmp_path: Path) -> None:
    with pytest.raises(BrokenFile, match="version 9"):
        check_gguf(put(tmp_path, gguf(version=9)))


@pytest.mark.parametrize(
    "head",
    [
        struct.pack("<QQ", 1 << 60, 1),  # tensors
        struct.pack("<QQ", 1, 1 << 60),  # pairs
        struct.pack("<QQ", 1, 1) + struct.pack("<Q", 1 << 63),  # length of a name
        struct.pack("<QQ", 1, 1) + struct.pack("<Q1sIIQ", 1, b"k", 9, 8, 1 << 50),  # a list of texts
        struct.pack("<QQ", 1, 1) + struct.pack("<Q1sIIQ", 1, b"k", 9, 10, 1 << 61),  # a list of numbers
        struct.pack("<QQ", 1, 1) + struct.pack("<Q1sIIQ", 1, b"k", 9, 9, 1),  # a list of lists
        struct.pack("<QQ", 1, 1) + struct.pack("<Q1sI", 1, b"k", 77),  # a type that is none
        struct.pack("<QQ", 1, 0) + struct.pack("<Q1sI", 1, b"t", 4_000_000_000),  # dimensions
        struct.pack("<QQ", 0, 0),  # nothing in it
    ],
)
def test_impossible_numbers_are_refused_without_memory_or_time(tmp_path: Path, head: bytes) -> None:
    with pytest.raises(BrokenFile):
        check_gguf(put(tmp_path, b"GGUF" + struct.pack("<I", 3) + head + b"\0" * 64))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(8, 2000), junk=st.binary(min_size=1, max_size=16))
def test_damage_in_the_header_never_ends_in_another_error(tmp_path: Path, at: int, junk: bytes) -> None:
    data = bytearray(gguf())
    data[at : at + len(junk)] = junk
    with suppress(BrokenFile):
        check_gguf(put(tmp_path, bytes(data)))
