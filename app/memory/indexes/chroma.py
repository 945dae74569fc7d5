"""Chroma, in this process, on one thread of its own.

It holds ids and vectors only, never words; a collection for each owner and embedding model. It
can corrupt, and may be thrown away at any time: the rows of the database are the truth.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
from collections.abc import Callable, Generator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.kernel.blocking import Lane
from app.kernel.errors import BrokenFile, NoSpace, SoloError, Unavailable
from app.memory.port import Hit

P = ParamSpec("P")
T = TypeVar("T")
Matrix = NDArray[np.float32]

PAGE = 1000
"""Vectors handed over at once; Chroma takes a few thousand."""
SWITCH_SECONDS = 0.0005
"""How long the import may keep the interpreter from the event loop (Python's own: 5 ms)."""


class ChromaIndex:
    """See the module. folder: its own, made when missing; model: whose vectors."""

    name = "chroma"

    def __init__(self, folder: Path, model: str) -> None:
        self._folder = folder
        self._prefix = f"solo-{_short(model)}-"
        self._lane = Lane("chroma")
        self._client: Any = None
        self._collections: dict[str, Any] = {}

    async def open(self) -> None:
        await self._call(self._open)

    def _open(self) -> None:
        with _quick_switches():
            import chromadb
            from chromadb.api.shared_system_client import SharedSystemClient
            from chromadb.config import Settings

        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings = Settings(anonymized_telemetry=False, allow_reset=True)
        try:
            self._client = chromadb.PersistentClient(path=str(self._folder), settings=settings)
        except BaseException:
            # Chroma keeps what it could not start, and would hand it out again for this folder.
            SharedSystemClient.clear_system_cache()
            raise
        for collection in self._ours():
            collection.count()

    def _ours(self) -> list[Any]:
        found = self._client.list_collections()
        return [collection for collection in found if collection.name.startswith(self._prefix)]

    def _collection(self, owner: str) -> Any:
        found = self._collections.get(owner)
        if found is None:
            found = self._collections[owner] = self._client.get_or_create_collection(
                self._prefix + _short(owner),
                configuration={"hnsw": {"space": "cosine"}},
                embedding_function=None,
            )
        return found

    async def add(self, owner: str, ids: Sequence[str], vectors: Matrix) -> None:
        for start in range(0, len(ids), PAGE):
            page = slice(start, start + PAGE)
            await self._call(self._upsert, owner, list(ids[page]), vectors[page])

    def _upsert(self, owner: str, ids: list[str], vectors: Matrix) -> None:
        self._collection(owner).upsert(ids=ids, embeddings=vectors)

    async def remove(self, owner: str, ids: Sequence[str]) -> None:
        if ids:
            await self._call(self._remove, owner, list(ids))

    def _remove(self, owner: str, ids: list[str]) -> None:
        self._collection(owner).delete(ids=ids)

    async def search(self, owner: str, vector: Matrix, limit: int) -> list[Hit]:
        return await self._call(self._search, owner, vector, limit)

    def _search(self, owner: str, vector: Matrix, limit: int) -> list[Hit]:
        collection = self._collection(owner)
        limit = min(limit, collection.count())
        if limit <= 0:
            return []
        found = collection.query(query_embeddings=[vector], n_results=limit, include=["distances"])
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return [Hit(id_, 1.0 - float(distance)) for id_, distance in pairs]

    async def ids(self, owner: str) -> set[str]:
        return await self._call(lambda: set(self._collection(owner).get(include=[])["ids"]))

    async def count(self, owner: str | None = None) -> int:
        return await self._call(self._count, owner)

    def _count(self, owner: str | None) -> int:
        if owner is not None:
            return self._collection(owner).count()
        return sum(collection.count() for collection in self._ours())

    async def clear(self) -> None:
        """Works on a damaged folder too."""
        with contextlib.suppress(SoloError):
            await self._call(self._shut)
        await self._lane.run(shutil.rmtree, self._folder, ignore_errors=True)
        await self.open()

    async def close(self) -> None:
        with contextlib.suppress(SoloError, RuntimeError):
            await self._call(self._shut)
        self._lane.close()

    def _shut(self) -> None:
        client, self._client = self._client, None
        self._collections.clear()
        if client is not None:
            client.close()

    async def _call(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._lane.run(self._guarded, call, *args, **kwargs)

    def _guarded(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return call(*args, **kwargs)
        except SoloError:
            raise
        except BaseException as error:  # Rust panics are no Exceptions
            raise _translate(error, self._folder) from error


def _translate(error: BaseException, folder: Path) -> SoloError:
    said = str(error).lower()
    if "no space" in said or "disk is full" in said:
        return NoSpace(f"The disk that holds {folder} is full.", hint="Make room and try again.")
    if isinstance(error, ImportError):
        return Unavailable(f"Chroma cannot be loaded ({error}).", hint="Set SOLO_MEMORY__INDEX=numpy.")
    return BrokenFile(f"The vector index in {folder} is damaged ({type(error).__name__}: {error}).")


@contextlib.contextmanager
def _quick_switches() -> Generator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def _short(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:16]
