"""Folders of checkpoints, made as they are wanted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any

from app.assets.safetensors import BITS

CONFIG: dict[str, Any] = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "vocab_size": 300,
    "max_position_embeddings": 8192,
    "dtype": "bfloat16",
}
GPTQ = {"quant_method": "gptq", "bits": 4, "group_size": 128, "sym": True}
TENSORS: dict[str, tuple[str, Sequence[int]]] = {
    "model.embed_tokens.weight": ("BF16", (300, 64)),
    "model.layers.0.self_attn.q_proj.weight": ("BF16", (64, 64)),
    "model.norm.weight": ("BF16", (64,)),
}
TOOLS = "{% if tools %}{{ tools }}{% endif %}{% for m in messages %}{{ m.content }}{% endfor %}"


def safetensors(
    tensors: Mapping[str, tuple[str, Sequence[int]]] = TENSORS, more: Mapping[str, Any] | None = None
) -> bytes:
    """A file, whole. more: entries of the header as they are."""
    table: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    at = 0
    for name, (kind, shape) in tensors.items():
        size = prod(shape) * BITS[kind] // 8
        table[name] = {"dtype": kind, "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    return framed(json.dumps(table | dict(more or {})).encode()) + b"\1" * at


def framed(header: bytes) -> bytes:
    """A header behind its length."""
    return len(header).to_bytes(8, "little") + header


def checkpoint(folder: Path, *, config: Mapping[str, Any] = CONFIG, **files: str | bytes) -> Path:
    """The folder, with whatever else is to stand in it: model_safetensors="…" is model.safetensors."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config))
    written: dict[str, str | bytes] = {"model_safetensors": safetensors()} | files
    for name, content in written.items():
        path = folder / ".".join(name.rsplit("_", 1))
        if isinstance(content, str):
            path.write_text(content)
        elif content:
            path.write_bytes(content)
    return folder
