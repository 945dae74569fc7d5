"""Makes the folder of a Hugging Face checkpoint out of a GGUF, in a process of its own.

    checkpoint_child.py GGUF-PY IN.gguf OUT-FOLDER

Knows the Llamas and Qwen2. GGUF-PY: the folder of llama.cpp's Python package, as its converter brings it.
"""

from __future__ import annotations

import json
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers

NAMES = {
    "token_embd": "model.embed_tokens",
    "output_norm": "model.norm",
    "output": "lm_head",
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
}
QWEN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|"
    r"\s*[\r\n]+|\s+(?!\S)|\s+"
)
CONTROL, WRITTEN = 3, 4
"""Kinds of tokens: marks, and those that stand for themselves."""


def name_of(name: str) -> str:
    """blk.3.attn_q.weight → model.layers.3.self_attn.q_proj.weight"""
    block = re.fullmatch(r"blk\.(\d+)\.(\w+)\.(\w+)", name)
    if block:
        return f"model.layers.{block[1]}.{NAMES[block[2]]}.{block[3]}"
    what, _, kind = name.partition(".")
    return f"{NAMES[what]}.{kind}"


def unturned(numbers: Any, heads: int) -> Any:
    """llama.cpp has the rows of queries and keys of Llamas in another order."""
    rows = numbers.reshape(heads, numbers.shape[0] // heads // 2, 2, *numbers.shape[1:])
    return rows.swapaxes(1, 2).reshape(numbers.shape)


class Maker:
    """Of one file."""

    def __init__(self, package: str, source: str) -> None:
        sys.path.insert(0, package)
        gguf: Any = import_module("gguf")
        self._reader = gguf.GGUFReader(source)
        self._dequantize: Any = import_module("gguf.quants").dequantize
        self._kind = str(self._said("general.architecture"))

    def _said(self, name: str) -> Any:
        return self._reader.fields[name].contents()

    def _of(self, name: str) -> Any:
        return self._said(f"{self._kind}.{name}")

    def numbers(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for tensor in self._reader.tensors:
            plain = self._dequantize(tensor.data, tensor.tensor_type)
            heads = {"attn_q": "attention.head_count", "attn_k": "attention.head_count_kv"}
            which = heads.get(tensor.name.split(".")[-2])
            if which and self._kind == "llama":
                plain = unturned(plain, self._of(which))
            found[name_of(tensor.name)] = np.ascontiguousarray(plain.astype(np.float16))
        return found

    def config(self, tied: bool) -> dict[str, Any]:
        return {
            "architectures": [{"llama": "LlamaForCausalLM", "qwen2": "Qwen2ForCausalLM"}[self._kind]],
            "model_type": self._kind,
            "hidden_size": self._of("embedding_length"),
            "intermediate_size": self._of("feed_forward_length"),
            "num_hidden_layers": self._of("block_count"),
            "num_attention_heads": self._of("attention.head_count"),
            "num_key_value_heads": self._of("attention.head_count_kv"),
            "max_position_embeddings": self._of("context_length"),
            "rms_norm_eps": self._of("attention.layer_norm_rms_epsilon"),
            "rope_theta": self._of("rope.freq_base"),
            "vocab_size": len(self._said("tokenizer.ggml.tokens")),
            "eos_token_id": self._said("tokenizer.ggml.eos_token_id"),
            "bos_token_id": self._said("tokenizer.ggml.bos_token_id"),
            "tie_word_embeddings": tied,
            "dtype": "float16",
        }

    def tokenizer(self) -> tuple[Any, dict[str, Any]]:
        words, kinds = self._said("tokenizer.ggml.tokens"), self._said("tokenizer.ggml.token_type")
        merges = [tuple(merge.split(" ")) for merge in self._said("tokenizer.ggml.merges")]
        made = Tokenizer(models.BPE({word: n for n, word in enumerate(words)}, merges))
        cut = pre_tokenizers.Split(Regex(QWEN), "isolated")
        first = cut if self._said("tokenizer.ggml.pre") == "qwen2" else pre_tokenizers.Digits(True)
        spaced = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=first is not cut)
        made.pre_tokenizer = pre_tokenizers.Sequence([first, spaced])
        made.decoder = decoders.ByteLevel()
        for word, kind in zip(words, kinds, strict=True):
            if kind in (CONTROL, WRITTEN):
                made.add_special_tokens([AddedToken(word, special=True)] if kind == CONTROL else [])
                made.add_tokens([AddedToken(word, special=False)] if kind == WRITTEN else [])
        special = {
            "bos_token": words[self._said("tokenizer.ggml.bos_token_id")],
            "eos_token": words[self._said("tokenizer.ggml.eos_token_id")],
            "chat_template": self._said("tokenizer.chat_template"),
        }
        return made, special


def main() -> None:
    package, source, place = sys.argv[1:]
    maker, folder = Maker(package, source), Path(place)
    folder.mkdir(parents=True)
    numbers = maker.numbers()
    save_file(numbers, folder / "model.safetensors", metadata={"format": "pt"})
    config = maker.config(tied="lm_head.weight" not in numbers)
    (folder / "config.json").write_text(json.dumps(config, indent=1), "utf-8")
    tokenizer, special = maker.tokenizer()
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps(special), "utf-8")
    (folder / "README.md").write_text("---\nlicense: apache-2.0\n---\n", "utf-8")


if __name__ == "__main__":
    main()
