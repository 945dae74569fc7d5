"""Whether the dialogues that are to be kept warm fit into memory, before the library tries."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.errors import Unavailable

VALUE = 2
"""Bytes of one value of the KV cache: 16 bits."""


def kv_bytes(header: Mapping[str, object], tokens: int) -> int:
    """What the keys and values of so many tokens take, by the scalars of a GGUF's header; 0 where it
    does not say enough (a model that keeps a state instead, or layers that differ)."""
    kind = header.get("general.architecture")

    def number(name: str) -> int:
        value = header.get(f"{kind}.{name}", 0)
        return value if isinstance(value, int) else 0

    heads = number("attention.head_count")
    if heads <= 0:
        return 0
    width = number("embedding_length") // heads
    keys, values = number("attention.key_length") or width, number("attention.value_length") or width
    return (
        number("block_count")
        * tokens
        * (number("attention.head_count_kv") or heads)
        * (keys + values)
        * VALUE
    )


def admit(needed: int, free: int, *, slots: int, context: int) -> None:
    """Raise Unavailable when the KV cache (bytes) is larger than what is free."""
    if needed <= free:
        return
    raise Unavailable(
        f"{slots} dialogues of {context:,} tokens need {_gb(needed)} of memory, and {_gb(free)} are free.",
        hint="Keep fewer warm (SOLO_LLM__SLOTS), or take a shorter SOLO_LLM__GENERATION__CONTEXT.",
    )


def _gb(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
