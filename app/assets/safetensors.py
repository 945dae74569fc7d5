"""Safetensors files: what their headers say, and whether they are whole.

Eight bytes with the length of the header, the header as JSON, then the numbers, one tensor behind the other
without a gap (the format: github.com/huggingface/safetensors).  Nothing of it is believed: a header is read
only up to a length that no real one has, and every tensor has to lie where its shape says.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from app.kernel.errors import BrokenFile, NotFound

LONGEST: Final = 8 << 20
"""Bytes of a header: room for some 60,000 tensors in one file."""
BITS: Final = {
    **dict.fromkeys(("F64", "I64", "U64", "C64"), 64),
    **dict.fromkeys(("F32", "I32", "U32"), 32),
    **dict.fromkeys(("F16", "BF16", "I16", "U16"), 16),
    **dict.fromkeys(("I8", "U8", "BOOL", "F8_E4M3", "F8_E5M2", "F8_E8M0"), 8),
    **dict.fromkeys(("F8_E4M3FNUZ", "F8_E5M2FNUZ"), 8),
    **dict.fromkeys(("F6_E2M3", "F6_E3M2"), 6),
    "F4": 4,
}
"""Type of a tensor → bits of a number."""
DEEPEST: Final = 8
"""Dimensions of a tensor."""
HINT: Final = "Pull or copy it again."


@dataclass(frozen=True, slots=True)
class Stored:
    """A tensor of a file. kind: its type; values: numbers in it; size: bytes."""

    name: str
    kind: str
    values: int
    size: int


def read_tensors(path: Path) -> tuple[Stored, ...]:
    """The tensors of a file, which has been seen to be exactly as long as they are.

    Reads the header alone. Raises NotFound, BrokenFile.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little") if size >= 8 else -1
            if not 2 <= length <= min(LONGEST, size - 8):
                raise _broken(path, "is no safetensors file, or cut short: its header has no possible length")
            text = file.read(length)
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}.", hint="See: solo models list") from None
    except OSError as error:
        raise BrokenFile(f"{path} cannot be read: {error.strerror or error}.") from error
    return _tensors(path, _table(path, text), size - 8 - length)


def main_kind(tensors: tuple[Stored, ...]) -> str:
    """The type that most numbers have; empty where there are none."""
    kinds: Counter[str] = Counter()
    for tensor in tensors:
        kinds[tensor.kind] += tensor.values
    return max(kinds, key=kinds.__getitem__, default="")


def _table(path: Path, text: bytes) -> dict[str, Any]:
    try:
        table: object = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise _broken(path, "is damaged: its header is no JSON, or names something twice") from None
    if not isinstance(table, dict):
        raise _broken(path, "is damaged: its header is no table")
    table.pop("__metadata__", None)  # pyright: ignore[reportUnknownMemberType]
    return table


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands there twice")
    return found


def _tensors(path: Path, table: dict[str, Any], room: int) -> tuple[Stored, ...]:
    """room: bytes behind the header."""
    found: list[tuple[int, int, Stored]] = []
    for name, entry in table.items():
        try:
            found.append(_placed(name, entry))
        except (KeyError, TypeError, ValueError):
            what = f"is damaged: the tensor {name[:80]!r} does not lie as its shape says"
            raise _broken(path, what) from None
    found.sort(key=lambda one: one[:2])
    at = 0
    for begin, end, tensor in found:
        if begin != at:
            raise _broken(
                path, f"is damaged: {tensor.name[:80]!r} does not begin where the one before it ends"
            )
        at = end
    if at != room:
        how = "cut short" if at > room else "too long"
        raise _broken(path, f"is {how}: its tensors take {at:,} bytes, and it has {room:,} for them")
    return tuple(tensor for _, _, tensor in found)


def _placed(name: str, entry: Any) -> tuple[int, int, Stored]:
    """Where it begins and ends. Raises KeyError, TypeError, ValueError."""
    kind, values, (begin, end) = entry["dtype"], _product(entry["shape"]), entry["data_offsets"]
    if not (_whole(begin) and _whole(end) and (end - begin) * 8 == values * BITS[kind]):
        raise ValueError("it does not fit")
    return begin, end, Stored(name, kind, values, end - begin)


def _product(shape: Any) -> int:
    if not isinstance(shape, list) or len(shape) > DEEPEST:  # pyright: ignore[reportUnknownArgumentType]
        raise ValueError("no shape")
    values = 1
    for one in shape:  # pyright: ignore[reportUnknownVariableType]
        if not _whole(one):
            raise ValueError("no shape")
        values *= one
    return values


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 62


def _broken(path: Path, what: str) -> BrokenFile:
    return BrokenFile(f"{path} {what}.", hint=HINT)
