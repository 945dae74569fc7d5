"""The table of tensors: how many numbers a model has, and how its bytes are spread over its layers."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from app.assets.gguf.cursor import Cursor, Wrong
from app.assets.gguf.header import Header, opened, pairs

BLOCKS = {
    0: ("F32", 1, 4),
    1: ("F16", 1, 2),
    2: ("Q4_0", 32, 18),
    3: ("Q4_1", 32, 20),
    6: ("Q5_0", 32, 22),
    7: ("Q5_1", 32, 24),
    8: ("Q8_0", 32, 34),
    9: ("Q8_1", 32, 36),
    10: ("Q2_K", 256, 84),
    11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144),
    13: ("Q5_K", 256, 176),
    14: ("Q6_K", 256, 210),
    15: ("Q8_K", 256, 292),
    16: ("IQ2_XXS", 256, 66),
    17: ("IQ2_XS", 256, 74),
    18: ("IQ3_XXS", 256, 98),
    19: ("IQ1_S", 256, 50),
    20: ("IQ4_NL", 32, 18),
    21: ("IQ3_S", 256, 110),
    22: ("IQ2_S", 256, 82),
    23: ("IQ4_XS", 256, 136),
    24: ("I8", 1, 1),
    25: ("I16", 1, 2),
    26: ("I32", 1, 4),
    27: ("I64", 1, 8),
    28: ("F64", 1, 8),
    29: ("IQ1_M", 256, 56),
    30: ("BF16", 1, 2),
    34: ("TQ1_0", 256, 54),
    35: ("TQ2_0", 256, 66),
    39: ("MXFP4", 32, 17),
    40: ("NVFP4", 64, 36),
    41: ("Q1_0", 128, 18),
    42: ("Q2_0", 64, 18),
}
"""Type of tensor → (name, values in a block, bytes of a block). A type that is not here is not measured."""
MOST_BLOCKS = 4096
_LAYER = re.compile(r"blk\.(\d{1,4})\.")


@dataclass(frozen=True, slots=True)
class Tensors:
    """What the table says. values: numbers in all. layers: bytes of each block. first: of the token
    embedding; last: of what stands behind the blocks. main: the type that most values have. start: where
    the data begin; end: bytes that the file must have at least."""

    values: int
    layers: tuple[int, ...]
    first: int
    last: int
    main: str
    start: int
    end: int

    @property
    def size(self) -> int:
        """Bytes of all of them."""
        return sum(self.layers) + self.first + self.last


def read_whole(path: Path) -> tuple[Header, Tensors]:
    """All pairs and the table; the file has been seen to be as long as its tensors are.

    Takes some 30 ms for a vocabulary of 150,000. Raises NotFound, BrokenFile.
    """
    with opened(path) as (cursor, size):
        header = pairs(cursor, size)
        return header, _table(cursor, header, size)


def _table(cursor: Cursor, header: Header, size: int) -> Tensors:
    layers: Counter[int] = Counter()
    types: Counter[str] = Counter()
    first = last = end = 0
    for _ in range(header.tensors):
        name = cursor.beginning()
        kind, values, offset = _tensor(cursor)
        label, block, width = BLOCKS.get(kind, ("", 1, 0))
        weight = -(-values // block) * width
        types[label] += values
        end = max(end, offset + weight)
        layer = _LAYER.match(name)
        if layer and int(layer[1]) < MOST_BLOCKS:
            layers[int(layer[1])] += weight
        elif name.startswith("token_embd."):
            first += weight
        else:
            last += weight
    alignment = header.values.get("general.alignment", 32)
    if not isinstance(alignment, int) or not 0 < alignment <= 1 << 20:
        raise Wrong("is damaged: its alignment is impossible")
    start = -(-cursor.at // alignment) * alignment
    end += start
    if size < end:
        raise Wrong(f"is cut short: it has {size:,} bytes, and its tensors end at {end:,}")
    spread = tuple(layers[n] for n in range(max(layers, default=-1) + 1))
    main = max(types, key=types.__getitem__, default="")
    return Tensors(types.total(), spread, first, last, main, start, end)


def _tensor(cursor: Cursor) -> tuple[int, int, int]:
    """Type, number of values, and where its data begin, counted from where all data begin."""
    dimensions = cursor.word()
    if not 0 < dimensions <= 8:
        raise Wrong("is damaged: a tensor has an impossible shape")
    values = 1
    for _ in range(dimensions):
        values *= cursor.count()
    return cursor.word(), values, cursor.count()
