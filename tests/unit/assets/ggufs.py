"""Headers of GGUF files, made as they are wanted."""

from __future__ import annotations

import os
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def pair(key: str, value: Any) -> bytes:
    head = text(key)
    if isinstance(value, bool):
        return head + struct.pack("<I?", 7, value)
    if isinstance(value, int):
        return head + struct.pack("<II", 4, value)
    if isinstance(value, float):
        return head + struct.pack("<If", 6, value)
    if isinstance(value, str):
        return head + struct.pack("<I", 8) + text(value)
    if value and isinstance(value[0], str):
        return head + struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(text, value))
    return head + struct.pack("<IIQ", 9, 4, len(value)) + struct.pack(f"<{len(value)}I", *value)


LLAMA = {
    "general.architecture": "llama",
    "general.name": "Little Llama",
    "general.license": "mit",
    "llama.block_count": 2,
    "llama.context_length": 8192,
    "llama.embedding_length": 64,
    "llama.feed_forward_length": 256,
    "llama.attention.head_count": 4,
    "llama.attention.head_count_kv": 2,
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.pre": "smollm",
    "tokenizer.ggml.tokens": [f"w{n}" for n in range(300)],
    "tokenizer.ggml.token_type": [1] * 300,
    "tokenizer.ggml.merges": [f"w w{n}" for n in range(300)],
    "general.file_type": 15,
}
TOOLS = {"tokenizer.chat_template": "{% if tools %}{{ tools }}{% endif %}{{ messages }}"}
PLAIN = {"tokenizer.chat_template": "{{ messages }}"}
TENSORS = {
    "token_embd.weight": (64, 300),
    "blk.0.attn_q.weight": (64, 64),
    "blk.1.attn_q.weight": (64, 64),
    "output.weight": (64, 300),
}


def gguf(
    pairs: Mapping[str, Any] = LLAMA,
    tensors: Mapping[str, Sequence[int]] = TENSORS,
    *,
    more: Mapping[str, Any] | None = None,
) -> bytes:
    """A file of 32-bit tensors, whole."""
    every = {**pairs, **(more or {})}
    table, offset = b"", 0
    for name, shape in tensors.items():
        table += text(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape)
        table += struct.pack("<IQ", 0, offset)
        count = 1
        for side in shape:
            count *= side
        offset += -(-count * 4 // 32) * 32
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(every))
    head += b"".join(pair(key, value) for key, value in every.items()) + table
    return head + b"\0" * (-len(head) % 32) + b"\1" * offset


def put(folder: Path, name: str, data: bytes | None = None) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gguf() if data is None else data)
    return path


def hole(path: Path, head: bytes, size: int) -> Path:
    """A file of that size that takes no room: what stands behind its head reads as zeros."""
    path.write_bytes(head)
    os.truncate(path, size)
    return path
