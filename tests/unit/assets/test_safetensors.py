"""Headers of safetensors are read in bounded time and memory, and nothing of them is believed."""

from __future__ import annotations

import contextlib
import json
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.assets.safetensors import LONGEST, main_kind, read_tensors
from app.kernel.errors import BrokenFile, NotFound, SoloError
from tests.unit.assets.ggufs import hole
from tests.unit.llm.checkpoints.folders import framed, safetensors

BYTES = {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}


def entry(**changes: object) -> bytes:
    return framed(json.dumps({"a": BYTES | changes}).encode()) + b"\1" * 4


def test_every_tensor_is_told_with_its_type_and_size(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(safetensors({"a": ("BF16", (3, 4)), "b": ("F32", (2,)), "none": ("F16", (0, 7))}))
    found = read_tensors(path)
    told = {(one.name, one.kind, one.values, one.size) for one in found}
    assert told == {("a", "BF16", 12, 24), ("b", "F32", 2, 8), ("none", "F16", 0, 0)}
    assert main_kind(found) == "BF16"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\2\0\0",
        (2).to_bytes(8, "little"),
        (1 << 63).to_bytes(8, "little") + b"{}",
        framed(b"{"),
        framed(b"[]"),
        framed(b"[" * 100_000),
        framed(b'{"a": ' + b"9" * 10_000 + b"}"),
        framed(b'{"a": 1, "a": 2}'),
        framed(b'{"a": 1}'),
        framed(b"\xff\xfe"),
        safetensors()[:-1],
        safetensors() + b"\0",
        entry(dtype="U9"),
        entry(dtype=["U8"]),
        entry(shape=[5]),
        entry(shape=[-4]),
        entry(shape=[2.0, 2.0]),
        entry(shape=[True, 4]),
        entry(shape=[1] * 9 + [4]),
        entry(shape="4"),
        entry(shape=[1 << 40, 1 << 40]),
        entry(data_offsets=[4, 0]),
        entry(data_offsets=[-4, 0]),
        entry(data_offsets=[0]),
        entry(data_offsets=[1, 5]),
        safetensors({"a": ("U8", (4,))}, {"b": BYTES}),
    ],
    ids=range(27),
)
def test_what_is_not_whole_is_named_as_broken(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(data)
    with pytest.raises(BrokenFile, match=r"model\.safetensors"):
        read_tensors(path)


def test_a_header_beyond_all_measure_is_not_read(tmp_path: Path) -> None:
    path = hole(tmp_path / "model.safetensors", (LONGEST + 1).to_bytes(8, "little"), LONGEST * 100)
    tracemalloc.start()
    with pytest.raises(BrokenFile, match="no possible length"):
        read_tensors(path)
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read_tensors(tmp_path / "model.safetensors")


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_changed_in_a_file_it_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    whole = bytearray(safetensors())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, 320))] = data.draw(st.integers(0, 255))
    path = tmp_path / "model.safetensors"
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
    with contextlib.suppress(SoloError):
        assert sum(one.size for one in read_tensors(path)) < len(whole)
