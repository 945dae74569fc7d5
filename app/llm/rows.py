"""Vectors as they come from elsewhere: read, checked, brought to unit length.  A rule file.

The answer of a server is not believed: as many vectors as texts, all of one length, of finite numbers.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

SMALLEST = 1e-12
"""A vector that is shorter points nowhere."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Unit vectors, in the order of the texts. tokens: that were read for them, 0 where nobody says."""

    vectors: tuple[tuple[float, ...], ...]
    tokens: int = 0

    @property
    def dimensions(self) -> int:
        """The length of each."""
        return len(self.vectors[0]) if self.vectors else 0


def rows(found: Sequence[Any], count: int, tokens: int = 0) -> Rows:
    """Of lists of numbers. Raises ValueError for whatever is no set of `count` vectors."""
    matrix = np.asarray(found, np.float32)  # of different lengths: ValueError
    if matrix.ndim != 2 or matrix.shape[0] != count or not matrix.shape[1]:
        raise ValueError(f"{count} vectors were asked for, and {matrix.shape} numbers came.")
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    if not np.all(np.isfinite(lengths)) or not np.all(lengths > SMALLEST):
        raise ValueError("A vector has no direction.")
    unit: Matrix = matrix / lengths
    return Rows(tuple(map(tuple, unit.tolist())), max(0, tokens))


def of_openai(data: bytes, count: int) -> Rows:
    """The answer of OpenAI's /embeddings: entries with their place, numbers as they are or in base64."""
    body = json.loads(data)
    entries = sorted(body["data"], key=lambda entry: entry["index"])
    usage = body.get("usage") or {}
    return rows(
        [_numbers(entry["embedding"]) for entry in entries], count, _whole(usage.get("prompt_tokens"))
    )


def of_google(data: bytes, count: int) -> Rows:
    """The answer of Gemini's batchEmbedContents, which is in the order of the questions."""
    body = json.loads(data)
    usage = body.get("usageMetadata") or {}
    found = [entry["values"] for entry in body["embeddings"]]
    return rows(found, count, _whole(usage.get("promptTokenCount")))


def _numbers(value: Any) -> Any:
    """In base64 they are of four bytes, the lowest first."""
    if isinstance(value, str):
        return np.frombuffer(base64.b64decode(value, validate=True), "<f4")
    return value


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
