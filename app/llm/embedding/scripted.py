"""Vectors from the words of a text alone: no weights, always the same.

Each word is hashed to a direction; texts that share words lie near each other.  A real method
(feature hashing), only a poor one: it knows no synonyms.
"""

from __future__ import annotations

import hashlib
import math
import re
from pathlib import Path

import anyio.lowlevel

from app.config.llm import EmbeddingSettings
from app.llm.embedding.port import EmbedderCapabilities, Meter

DIMENSIONS = 256
_WORD = re.compile(r"\w+")
_COMMON = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "do",
        "does",
        "i",
        "in",
        "is",
        "it",
        "my",
        "of",
        "on",
        "s",
        "that",
        "the",
        "to",
        "was",
        "what",
        "when",
        "who",
        "you",
        "your",
    ]
)


class ScriptedEmbedder:
    """See the module and `Embedder`."""

    def __init__(self, settings: EmbeddingSettings, models_dir: Path) -> None:
        self.calls = 0

    @property
    def capabilities(self) -> EmbedderCapabilities:
        return EmbedderCapabilities("scripted", DIMENSIONS, 10_000)

    async def load(self) -> None:
        await anyio.lowlevel.checkpoint()

    async def embed(
        self, texts: tuple[str, ...], *, query: bool, meter: Meter | None = None
    ) -> tuple[tuple[float, ...], ...]:
        self.calls += 1
        await anyio.lowlevel.checkpoint()
        return tuple(_vector(text) for text in texts)

    async def close(self) -> None:
        pass


def _vector(text: str) -> tuple[float, ...]:
    values = [0.0] * DIMENSIONS
    words = _WORD.findall(text.lower())
    for word in [w for w in words if w not in _COMMON] or words or [""]:
        digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
        values[int.from_bytes(digest[:4], "big") % DIMENSIONS] += 1.0 if digest[4] & 1 else -1.0
    length = math.sqrt(sum(value * value for value in values))
    if length == 0:  # words that cancelled each other out
        values[0] = length = 1.0
    return tuple(value / length for value in values)
