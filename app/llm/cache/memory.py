"""The answers that were used last, in memory.  A rule file."""

from __future__ import annotations

from collections import OrderedDict

from app.llm.cache.entry import Entry


class Memory:
    """Keeps the latest used, `most` bytes of them. The size of an entry is that of its file."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._entries: OrderedDict[str, tuple[Entry, int]] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: str) -> Entry | None:
        """It is the latest used now."""
        found = self._entries.get(key)
        if found is None:
            return None
        self._entries.move_to_end(key)
        return found[0]

    def put(self, entry: Entry, size: int) -> None:
        """The oldest make room; what is larger than all of it is not kept."""
        self.drop(entry.key)
        if size > self._most:
            return
        self._entries[entry.key] = (entry, size)
        self.bytes += size
        while self.bytes > self._most:
            _, (_, gone) = self._entries.popitem(last=False)
            self.bytes -= gone

    def drop(self, key: str) -> None:
        """Forget one, if it is there."""
        _, size = self._entries.pop(key, (None, 0))
        self.bytes -= size

    def clear(self) -> None:
        """Forget all."""
        self._entries.clear()
        self.bytes = 0
