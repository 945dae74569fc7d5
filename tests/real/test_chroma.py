"""The contract of vector indexes on a real Chroma, and what only something on disk can suffer."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from app.kernel.errors import BrokenFile
from app.memory.indexes.chroma import ChromaIndex
from tests.contracts.vector_index import VectorIndexContract, rows, vector

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.real_time,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture
async def index(tmp_path: Path) -> AsyncGenerator[ChromaIndex]:
    made = ChromaIndex(tmp_path / "chroma", "model")
    await made.open()
    yield made
    await made.close()


class TestChromaIndex(VectorIndexContract):
    pass


async def test_what_was_added_is_there_after_a_restart(tmp_path: Path) -> None:
    first = ChromaIndex(tmp_path / "chroma", "model")
    await first.open()
    await first.add("ada", ["a", "b"], rows(vector(1), vector(0, 1)))
    await first.close()
    second = ChromaIndex(tmp_path / "chroma", "model")
    await second.open()
    assert [hit.id for hit in await second.search("ada", vector(0, 1), 5)] == ["b", "a"]
    await second.close()


async def test_vectors_of_two_models_never_meet(tmp_path: Path) -> None:
    one, other = ChromaIndex(tmp_path / "chroma", "one"), ChromaIndex(tmp_path / "chroma", "other")
    await one.open()
    await one.add("ada", ["a"], rows(vector(1)))
    await one.close()
    await other.open()
    await other.add("ada", ["b"], rows(vector(1, dimensions=4)))
    assert await other.ids("ada") == {"b"}
    await other.close()


async def test_a_damaged_folder_is_said_to_be_and_can_be_cleared(tmp_path: Path) -> None:
    folder = tmp_path / "chroma"
    folder.mkdir()
    (folder / "chroma.sqlite3").write_bytes(b"this is no database" * 1000)
    index = ChromaIndex(folder, "model")
    with pytest.raises(BrokenFile, match="is damaged"):
        await index.open()
    await index.clear()
    await index.add("ada", ["a"], rows(vector(1)))
    assert await index.count() == 1
    await index.close()
