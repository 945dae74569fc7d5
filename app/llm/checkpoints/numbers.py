"""In which numbers a checkpoint is loaded: on a graphics card in 16 bits; on a processor in 16 only where it
reckons in them, else in 32."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final, Literal

Kind = Literal["float32", "bfloat16", "float16"]

WIDTH: Final = {"float32": 4, "bfloat16": 2, "float16": 2}
"""Bytes of a number."""
FLAGS: Final = frozenset({"avx512_bf16", "amx_bf16", "bf16"})
"""How Linux names the instructions, on x86 and on ARM."""


def on_processor(*, bf16: bool) -> Kind:
    """bf16: the processor has instructions for them."""
    return "bfloat16" if bf16 else "float32"


@cache
def processor_has_bf16(told: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether the processor reckons in bfloat16; no, where nobody tells."""
    try:
        with told.open(encoding="utf-8", errors="replace") as lines:
            flags = next((line for line in lines if line.lower().startswith(("flags", "features"))), "")
    except OSError:
        return False
    return not FLAGS.isdisjoint(flags.split())
