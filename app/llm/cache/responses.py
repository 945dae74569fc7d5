"""The response cache: answers that are given again, from memory or disk, only to whom they were given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.config.cache import CacheSettings
from app.kernel.runtime import Runtime
from app.llm.cache import figures
from app.llm.cache.disk import Disk
from app.llm.cache.entry import Entry
from app.llm.cache.figures import Figures
from app.llm.cache.memory import Memory

FOLDER: Final = "llm_responses"
"""Within the settings' cache folder."""
MEGABYTE: Final = 1 << 20
TIDY_SHARE: Final = 16
"""The disk is looked through when a sixteenth of its bound has been written."""


@dataclass(frozen=True, slots=True)
class CacheReport:
    """figures: over all starts; entries, bytes: on disk; in_memory, memory_bytes: of this process."""

    figures: Figures
    entries: int = 0
    bytes: int = 0
    in_memory: int = 0
    memory_bytes: int = 0


class ResponseCache:
    """See the module. None of its methods fails: what cannot be kept or read is asked for again."""

    def __init__(self, runtime: Runtime, settings: CacheSettings, cache_dir: Path) -> None:
        self._clock = runtime.clock
        self._pool = runtime.pool
        self._on_disk = settings.disk_mb > 0
        self._disk = Disk(cache_dir / FOLDER, settings.disk_mb * MEGABYTE, settings.ttl_hours * 3600)
        self._memory = Memory(settings.memory_mb * MEGABYTE)
        self._new = Figures()
        self._written = 0  # bytes since the disk was looked through
        self._tidied = False

    async def get(self, owner: str, key: str) -> Entry | None:
        """The answer, if that person got it before and it is still good."""
        now = self._now()
        entry = self._memory.get(key)
        # A file that is gone was cleared, perhaps by another process: memory does not know better.
        gone = entry is not None and self._on_disk and not self._disk.touch(owner, key, now)
        if entry is not None and (gone or not self._disk.good(entry, now)):
            self._memory.drop(key)
            entry = None
        if entry is None and self._on_disk:
            found = await self._pool.run(self._disk.read, owner, key, now)
            if found is not None:
                entry = found[0]
                self._memory.put(*found)
        if entry is None:
            self._new.misses += 1
        else:
            self._new.hits += 1
            self._new.saved_ms += entry.took_ms
        return entry

    async def put(self, owner: str, entry: Entry) -> None:
        """Keep an answer for that person."""
        data = entry.model_dump_json().encode()
        now = self._now()
        kept = not self._on_disk
        if self._on_disk:
            kept = await self._pool.run(self._disk.write, owner, entry, data, self._clock.new_id(), now)
            self._written += len(data) if kept else 0
        if kept:
            self._new.stored += 1
            self._memory.put(entry, len(data))

    async def clear(self, owner: str | None = None) -> int:
        """Forget one person's answers, or all; how many there were on disk (in memory, where none are)."""
        held = len(self._memory)
        self._memory.clear()  # it does not know whose they are, and reads again what is left on disk
        if not self._on_disk:
            return held
        return await self._pool.run(self._disk.clear, owner)

    async def stats(self) -> CacheReport:
        """What there is, and what it was good for."""
        await self.note()
        entries, size = await self._pool.run(self._disk.size)
        known = await self._pool.run(figures.read, self._disk.folder)
        return CacheReport(known.plus(self._new), entries, size, len(self._memory), self._memory.bytes)

    async def note(self) -> None:
        """When a request is over, and at the end: write down the latest figures, keep the disk to its
        bound."""
        if not self._on_disk or self._new == Figures():
            return
        if self._written and (not self._tidied or self._written * TIDY_SHARE >= self._disk.most):
            self._written, self._tidied = 0, True
            await self._pool.run(self._disk.tidy, self._now())
        new, self._new = self._new, Figures()
        if not await self._pool.run(figures.add, self._disk.folder, new, self._clock.new_id()):
            self._new = self._new.plus(new)

    def _now(self) -> float:
        return self._clock.now().timestamp()
