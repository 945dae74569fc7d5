"""The vector indexes, by name; each is made with (folder, model)."""

from __future__ import annotations

from typing import Final

ENGINES: Final[dict[str, str]] = {
    "chroma": "app.memory.indexes.chroma:ChromaIndex",
    "numpy": "app.memory.indexes.numpy:NumpyIndex",
}
