"""Every model file is found, remembered, and read anew when it has changed."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from app.kernel.errors import NotFound
from app.llm.models.inventory import Inventory
from app.llm.models.notes import notes_file
from tests.unit.assets.ggufs import LLAMA, TENSORS, TOOLS, gguf, put


def inventory(folder: Path, *more: Path) -> Inventory:
    (folder / "data").mkdir(exist_ok=True)
    return Inventory((folder / "models", *more), notes_file(folder / "data"))


def test_it_says_what_the_header_says(tmp_path: Path) -> None:
    put(tmp_path, "models/llm/little-Q4_K_M.gguf", gguf(more=TOOLS))
    found = inventory(tmp_path)
    [one] = found.models()
    assert (one.name, one.facts.architecture, one.facts.context) == ("little-Q4_K_M", "llama", 8192)
    assert (one.facts.licence, one.facts.tokenizer) == ("mit", "gpt2 (smollm)")
    assert one.facts.quantization == "Q4_K_M", "of the name: the header says it behind the vocabulary"
    assert not one.facts.read
    whole = found.find("little-Q4_K_M")
    assert whole.facts.read
    assert whole.facts.tools
    assert whole.facts.parameters == 2 * 64 * 300 + 2 * 64 * 64
    assert whole.facts.shape.vocabulary == 300


def test_what_was_read_is_remembered_by_size_and_time(tmp_path: Path) -> None:
    path = put(tmp_path, "models/a.gguf")
    before = inventory(tmp_path).find("a")
    stamp = path.stat()
    path.write_bytes(b"x" * stamp.st_size)
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert inventory(tmp_path).models() == (before,), "it was not opened again"
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns + 1))
    [changed] = inventory(tmp_path).models()
    assert "is not a GGUF file" in changed.broken
    assert not changed.usable


@pytest.mark.parametrize(
    "damage", [b"", b"{", b'{"version": 1, "files": {"a": 1}}', b"[]", b'"x"', b"\xff\xfe"]
)
def test_notes_that_are_damaged_cost_a_reading_and_nothing_else(tmp_path: Path, damage: bytes) -> None:
    put(tmp_path, "models/a.gguf")
    first = inventory(tmp_path).models()
    notes_file(tmp_path / "data").write_bytes(damage)
    assert inventory(tmp_path).models() == first


def test_notes_with_wrong_values_are_not_believed(tmp_path: Path) -> None:
    put(tmp_path, "models/a.gguf")
    first = inventory(tmp_path).models()
    notes = notes_file(tmp_path / "data")
    notes.write_text(notes.read_text().replace('"context": 8192', '"context": "8192"'))
    assert inventory(tmp_path).models() == first


def test_without_a_data_folder_nothing_is_left_behind(tmp_path: Path) -> None:
    put(tmp_path, "models/a.gguf")
    assert Inventory((tmp_path / "models",), notes_file(tmp_path / "none")).models()
    assert not (tmp_path / "none").exists()


def part(number: int, of: int) -> bytes:
    tensors = {"token_embd.weight": (64, 300)} if number == 0 else {f"blk.{number}.x.weight": (64, 64)}
    return gguf(LLAMA, tensors, more={"split.no": number, "split.count": of, **TOOLS})


def test_a_model_in_parts_is_one_model(tmp_path: Path) -> None:
    for number in range(3):
        put(tmp_path, f"models/big-7b-0000{number + 1}-of-00003.gguf", part(number, 3))
    one = inventory(tmp_path).find("big-7b")
    assert len(one.files) == 3
    assert one.path.name == "big-7b-00001-of-00003.gguf"
    assert one.size == sum(path.stat().st_size for path in one.files)
    assert one.facts.parameters == 64 * 300 + 2 * 64 * 64
    assert one.facts.shape.layers == (0, 64 * 64 * 4, 64 * 64 * 4)


def test_a_missing_part_is_named(tmp_path: Path) -> None:
    for number in (0, 2):
        put(tmp_path, f"models/big-0000{number + 1}-of-00003.gguf", part(number, 3))
    [one] = inventory(tmp_path).models()
    assert one.broken == "Part 2 of 3 of big is missing."


def test_a_part_that_lost_its_number_is_no_model(tmp_path: Path) -> None:
    put(tmp_path, "models/big.gguf", part(1, 3))
    assert "one part of 3" in inventory(tmp_path).find("big").broken


def test_a_file_that_is_cut_is_found_out_when_it_is_read_to_its_end(tmp_path: Path) -> None:
    put(tmp_path, "models/a.gguf", gguf()[:-1000])
    found = inventory(tmp_path)
    assert not found.models()[0].broken
    assert "is cut short" in found.find("a").broken
    assert found.models()[0].broken, "and remembered"


def test_several_folders_and_one_name_in_two_of_them(tmp_path: Path) -> None:
    put(tmp_path, "models/a.gguf")
    put(tmp_path, "other/a.gguf", gguf(more={"general.name": "The other"}))
    put(tmp_path, "models/.partial/b.gguf")
    put(tmp_path, "models/.c.gguf.1.part")
    put(tmp_path, "models/notes.txt", b"")
    found = inventory(tmp_path, tmp_path / "other", tmp_path / "absent", tmp_path / "models")
    assert [one.name for one in found.models()] == ["a", "a@other"]
    assert found.find("a@other").facts.name == "The other"


def test_what_is_no_talking_model_says_so(tmp_path: Path) -> None:
    put(tmp_path, "models/p.gguf", gguf({"general.architecture": "clip"}))
    put(tmp_path, "models/e.gguf", gguf({"general.architecture": "bert"}))
    put(tmp_path, "models/l.gguf", gguf({"general.architecture": "llama", "general.type": "adapter"}))
    kinds = {one.name: one.facts.kind for one in inventory(tmp_path).models()}
    assert kinds == {"p": "mmproj", "e": "embedding", "l": "adapter"}
    assert not any(one.usable for one in inventory(tmp_path).models())


def test_an_unknown_name_has_a_neighbour(tmp_path: Path) -> None:
    put(tmp_path, "models/little-llama.gguf")
    with pytest.raises(NotFound, match="Did you mean little-llama"):
        inventory(tmp_path).find("litle-llama")


def test_what_is_gone_is_forgotten(tmp_path: Path) -> None:
    path = put(tmp_path, "models/a.gguf")
    found = inventory(tmp_path)
    [one] = found.models()
    path.unlink()
    found.forget(one)
    assert found.models() == ()
    assert str(path) not in notes_file(tmp_path / "data").read_text()


def test_strange_measures_do_not_become_memory(tmp_path: Path) -> None:
    pairs = {**LLAMA, "llama.block_count": 4_000_000_000, "llama.attention.head_count": 0}
    data = gguf(pairs, TENSORS)
    put(tmp_path, "models/a.gguf", data + struct.pack("<Q", 0))
    shape = inventory(tmp_path).find("a").facts.shape
    assert (shape.blocks, shape.heads, shape.key) == (0, 0, 0)
