"""A header is read no further than is wanted, and never trusted."""

from __future__ import annotations

import os
import struct
import sys
import time
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.assets.gguf import read_header, read_texts, read_whole
from app.kernel.errors import BrokenFile, NotFound
from tests.unit.assets.ggufs import LLAMA, TOOLS, gguf, hole, pair, put, text

HEAD = b"GGUF" + struct.pack("<I", 3)


def test_a_glance_ends_where_the_tokenizer_begins(tmp_path: Path) -> None:
    header = read_header(put(tmp_path, "a.gguf"))
    assert header.values["general.name"] == "Little Llama"
    assert header.values["tokenizer.ggml.model"] == "gpt2"
    assert header.lengths == {"tokenizer.ggml.tokens": 300}
    assert not header.whole
    assert "general.file_type" not in header.values


def test_what_stands_behind_the_tokenizer_is_read_on_demand(tmp_path: Path) -> None:
    path = put(tmp_path, "a.gguf", gguf(more=TOOLS))
    header, tensors = read_whole(path)
    assert header.whole
    assert header.values["tokenizer.chat_template"] == TOOLS["tokenizer.chat_template"]
    assert header.values["general.file_type"] == 15
    assert (tensors.values, len(tensors.layers)) == (2 * 64 * 300 + 2 * 64 * 64, 2)
    assert tensors.size == 4 * tensors.values
    assert tensors.end == path.stat().st_size
    assert read_texts(path, "tokenizer.ggml.tokens")[:3] == ["w0", "w1", "w2"]
    with pytest.raises(NotFound, match="has no list tokenizer"):
        read_texts(path, "tokenizer.ggml.nothing")


def test_a_glance_reads_kilobytes_of_a_vocabulary_of_megabytes(tmp_path: Path) -> None:
    words = {**LLAMA, "tokenizer.ggml.tokens": [f"word{n}" for n in range(60_000)]}
    path = put(tmp_path, "a.gguf", gguf(words))
    tracemalloc.start()
    read_header(path)
    assert tracemalloc.get_traced_memory()[1] < 100_000
    tracemalloc.stop()


def test_a_text_across_the_border_of_two_windows_is_whole(tmp_path: Path) -> None:
    pairs = {"general.architecture": "llama"} | {f"k{n}": "x" * 150 + str(n) for n in range(400)}
    header = read_header(put(tmp_path, "a.gguf", gguf(pairs)))
    assert header.values["k399"] == "x" * 150 + "399"
    assert len(header.values) == 401


def test_numbers_for_every_layer_are_kept_and_long_lists_are_not(tmp_path: Path) -> None:
    pairs = {"a.heads": [4, 2, 4], "a.long": [1] * 5000, "a.texts": ["x", "yy"], "a.last": 7}
    header = read_header(put(tmp_path, "a.gguf", gguf(pairs)))
    assert header.numbers == {"a.heads": (4, 2, 4)}
    assert header.lengths == {"a.heads": 3, "a.long": 5000, "a.texts": 2}
    assert header.values == {"a.last": 7}


def counted(pairs: int, body: bytes) -> bytes:
    return HEAD + struct.pack("<QQ", 1, pairs) + body


HOSTILE = {
    "tensors without number": HEAD + struct.pack("<QQ", 1 << 60, 1),
    "pairs without number": HEAD + struct.pack("<QQ", 1, 1 << 60),
    "a key as long as the world": counted(1, struct.pack("<Q", 1 << 63)),
    "a text as long as the world": counted(1, text("k") + struct.pack("<IQ", 8, (1 << 64) - 1)),
    "a million million words": counted(1, text("k") + struct.pack("<IIQ", 9, 8, 1 << 40)),
    "words of no length without end": counted(1, text("k") + struct.pack("<IIQ", 9, 8, 3_999_999)),
    "numbers without end": counted(1, text("k") + struct.pack("<IIQ", 9, 12, 1 << 61)),
    "lists in lists": counted(1, text("k") + struct.pack("<IIQIQ", 9, 9, 1, 9, 1) * 1000),
    "a type that is none": counted(1, text("k") + struct.pack("<I", 99)),
    "the same thing twice": counted(2, pair("k", 1) + pair("k", 2)),
    "a shape of a thousand sides": counted(0, text("t") + struct.pack("<I", 1000)),
    "a tensor beyond the end": counted(0, text("t") + struct.pack("<IQIQ", 1, 8, 0, 1 << 62)),
    "another byte order": b"GGUF" + struct.pack(">I", 3) + struct.pack(">QQ", 1, 1),
    "an older version": b"GGUF" + struct.pack("<III", 1, 1, 1),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_header_that_lies_is_refused_in_a_moment(tmp_path: Path, what: str) -> None:
    path = hole(tmp_path / "a.gguf", HOSTILE[what], 1 << 40)
    tracemalloc.start()
    began = time.thread_time()
    with pytest.raises(BrokenFile):
        read_whole(path)
    assert time.thread_time() - began < 3
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_all_lists_together_may_not_be_longer_than_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.assets.gguf.header.MOST_TEXTS", 500)
    with pytest.raises(BrokenFile, match="a list of it cannot be"):
        read_whole(put(tmp_path, "a.gguf"))


def test_an_alignment_that_cannot_be_is_refused(tmp_path: Path) -> None:
    for alignment in (0, 1 << 30):
        path = put(tmp_path, "a.gguf", gguf(more={"general.alignment": alignment}))
        with pytest.raises(BrokenFile, match="alignment"):
            read_whole(path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
def test_nobody_waits_at_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.gguf")
    with pytest.raises(BrokenFile, match="is not a file"):
        read_header(tmp_path / "a.gguf")


def merges(path: Path) -> list[str]:
    return read_texts(path, "tokenizer.ggml.merges")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 12_000), junk=st.binary(min_size=1, max_size=24), keep=st.floats(0, 1))
def test_damage_never_ends_in_another_error(tmp_path: Path, at: int, junk: bytes, keep: float) -> None:
    data = bytearray(gguf(more=TOOLS))
    data[at : at + len(junk)] = junk
    path = put(tmp_path, "a.gguf", bytes(data[: int(len(data) * keep) + 1]))
    for read in (read_header, read_whole, merges):
        with suppress(BrokenFile, NotFound):
            read(path)
