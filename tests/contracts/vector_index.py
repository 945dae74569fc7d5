"""What every vector index promises; run on NumPy in tests/contracts, on Chroma in tests/real."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.memory.port import VectorIndex


def vector(*values: float, dimensions: int = 8) -> NDArray[np.float32]:
    made = np.zeros(dimensions, np.float32)
    made[: len(values)] = values
    return made / np.linalg.norm(made)


def rows(*vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.stack(vectors)


class VectorIndexContract:
    """Each test gets a fresh, open `index`."""

    async def test_an_empty_index_finds_nothing(self, index: VectorIndex) -> None:
        assert await index.search("ada", vector(1), 5) == []
        assert await index.count() == 0
        assert await index.ids("ada") == set()

    async def test_the_nearest_comes_first_with_its_cosine(self, index: VectorIndex) -> None:
        await index.add("ada", ["far", "near", "middle"], rows(vector(0, 1), vector(1), vector(1, 1)))
        hits = await index.search("ada", vector(1), 3)
        assert [hit.id for hit in hits] == ["near", "middle", "far"]
        assert np.allclose([hit.score for hit in hits], [1, 0.5**0.5, 0], atol=1e-5)

    async def test_no_more_than_the_limit_is_found(self, index: VectorIndex) -> None:
        await index.add("ada", ["a", "b", "c"], rows(vector(1), vector(1, 1), vector(0, 1)))
        assert [hit.id for hit in await index.search("ada", vector(1), 2)] == ["a", "b"]
        assert await index.search("ada", vector(1), 0) == []

    async def test_owners_never_see_each_other(self, index: VectorIndex) -> None:
        await index.add("ada", ["a"], rows(vector(1)))
        await index.add("ben", ["b"], rows(vector(1)))
        assert [hit.id for hit in await index.search("ada", vector(1), 5)] == ["a"]
        await index.remove("ada", ["b"])
        assert await index.ids("ben") == {"b"}
        assert (await index.count("ada"), await index.count("ben"), await index.count()) == (1, 1, 2)

    async def test_adding_again_replaces(self, index: VectorIndex) -> None:
        await index.add("ada", ["a"], rows(vector(1)))
        await index.add("ada", ["a", "b"], rows(vector(0, 1), vector(1, 0.1)))
        assert [hit.id for hit in await index.search("ada", vector(0, 1), 5)] == ["a", "b"]
        assert await index.count("ada") == 2

    async def test_what_is_removed_is_gone_and_unknown_ids_are_fine(self, index: VectorIndex) -> None:
        names = [f"m{number}" for number in range(20)]
        vectors = rows(*(vector(1, number / 10) for number in range(20)))
        await index.add("ada", names, vectors)
        await index.remove("ada", ["m0", "m7", "m19", "nonesuch"])
        await index.remove("nobody", ["m1"])
        left = set(names) - {"m0", "m7", "m19"}
        assert await index.ids("ada") == left
        assert {hit.id for hit in await index.search("ada", vector(1), 50)} == left
        assert (await index.search("ada", vectors[8], 1))[0].id == "m8"

    async def test_hundreds_are_searched_as_one(self, index: VectorIndex) -> None:
        chance = np.random.default_rng(3)
        made = chance.normal(size=(300, 8)).astype(np.float32)
        made /= np.linalg.norm(made, axis=1, keepdims=True)
        await index.add("ada", [str(number) for number in range(300)], made)
        for number in (0, 150, 299):
            assert (await index.search("ada", made[number], 1))[0].id == str(number)

    async def test_cleared_it_is_empty_and_works(self, index: VectorIndex) -> None:
        await index.add("ada", ["a"], rows(vector(1)))
        await index.clear()
        assert await index.count() == 0
        await index.add("ada", ["b"], rows(vector(1)))
        assert [hit.id for hit in await index.search("ada", vector(1), 5)] == ["b"]

    async def test_nothing_added_or_removed_is_fine(self, index: VectorIndex) -> None:
        await index.add("ada", [], np.zeros((0, 8), np.float32))
        await index.remove("ada", [])
        assert await index.count("ada") == 0

    async def test_closing_twice_is_fine(self, index: VectorIndex) -> None:
        await index.close()
        await index.close()
