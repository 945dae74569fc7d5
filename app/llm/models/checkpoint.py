"""What is known of a Hugging Face checkpoint: from its config at a glance, from all its small files and the
headers of its safetensors when it is read to its end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import yaml

from app.assets.safetensors import main_kind, read_tensors
from app.kernel.errors import BrokenFile, Unsupported
from app.llm.checkpoints import folder as files
from app.llm.checkpoints.loading import numbers_in
from app.llm.models.facts import THINKS, TOOLS, Facts
from app.llm.models.shape import LARGEST, LOCAL, Shape

README: Final = "README.md"
LARGEST_README: Final = 1 << 20
KINDS: Final = {"float32": "F32", "bfloat16": "BF16", "float16": "F16", "float64": "F64"}
_HEAD: Final = re.compile(r"\A---\s*\n(.*?)\n---\s*$", re.DOTALL | re.MULTILINE)


def glanced_checkpoint(config: Path) -> Facts:
    """From its config.json alone. Raises NotFound, BrokenFile, BadInput, and Unsupported for one whose
    weights are pickled."""
    folder = config.parent
    if files.is_pickled(folder):
        raise files.pickled(folder)
    said = files.config_of(folder)
    part = files.words_of(said)
    method, bits = files.quantized_by(said)
    kind = str(part.get("dtype") or part.get("torch_dtype") or said.get("torch_dtype") or "")
    packed = f"{method.upper()}-{bits}" if bits else method.upper()
    return Facts(
        architecture=_word(said["model_type"]),
        name=files.name_of(folder),
        kind="model" if files.talks(said) else "embedding",
        quantization=packed or KINDS.get(kind, ""),
        context=_number(part, "max_position_embeddings", "n_positions"),
        shape=_shape(part, _word(said["model_type"])),
    )


def glanced_shard(path: Path, size: int) -> Facts:
    """A file of numbers. size: in bytes."""
    return Facts(name=path.name, kind="model", shape=Shape(weights=size))


def finished_checkpoint(facts: Facts, config: Path) -> Facts:
    """From what lies beside its config. Raises NotFound for a part that is missing, BrokenFile."""
    folder = config.parent
    files.shards(folder)
    template = files.template_of(folder) or ""
    return replace(
        facts,
        licence=licence(folder),
        tokenizer="tokenizer.json" if (folder / files.TOKENIZER).is_file() else "",
        read=True,
        template=bool(template.strip()),
        tools=TOOLS.search(template) is not None,
        thinks=THINKS.search(template) is not None,
    )


def finished_shard(facts: Facts, path: Path) -> Facts:
    """From the header of a file of numbers, which has been seen to be whole. Raises BrokenFile."""
    _, bits = files.quantized_by(files.read_json(path.parent / files.CONFIG))
    tensors = read_tensors(path)
    return replace(
        facts,
        parameters=numbers_in(path, bits),
        quantization=main_kind(tensors),
        shape=replace(facts.shape, weights=sum(one.size for one in tensors)),
        read=True,
    )


def check_checkpoint(config: Path) -> None:
    """It is whole and can be read as data. Raises NotFound, BrokenFile, BadInput, Unsupported."""
    facts = glanced_checkpoint(config)
    if facts.kind != "model":
        raise Unsupported(f"{facts.name} is no model that talks ({facts.architecture}).")
    found = files.shards(config.parent)
    if not found:
        raise BrokenFile(f"{config.parent} has no model*.safetensors.")
    for path in found:
        read_tensors(path)


def belonging(config: Path) -> list[Path]:
    """Everything of a checkpoint in its folder."""
    endings = (".safetensors", ".json", ".model", ".txt", ".jinja", ".tiktoken", ".md")
    return sorted(path for path in config.parent.iterdir() if path.is_file() and path.suffix in endings)


def licence(folder: Path) -> str:
    """What the head of its README says, as far as it is a word."""
    path = folder / README
    try:
        if not path.is_file() or path.stat().st_size > LARGEST_README:
            return ""
        head = _HEAD.match(path.read_text("utf-8", errors="replace"))
        said: Any = yaml.safe_load(head[1]) if head else None
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return ""
    word = said.get("license") if isinstance(said, dict) else None
    return _word(word) if isinstance(word, str) else ""


def _shape(part: Mapping[str, Any], architecture: str) -> Shape:
    embedding, heads = _number(part, "hidden_size", "n_embd"), _number(part, "num_attention_heads", "n_head")
    head = _number(part, "head_dim") or (embedding // heads if heads else 0)
    latent = _number(part, "kv_lora_rank")
    return Shape(
        blocks=min(_number(part, "num_hidden_layers", "n_layer"), 4096),
        embedding=embedding,
        heads=heads,
        kv_heads=(_number(part, "num_key_value_heads") or heads,),
        key=head,
        value=head,
        ff=_number(part, "intermediate_size", "n_inner"),
        vocabulary=_number(part, "vocab_size"),
        window=_number(part, "sliding_window") if architecture in LOCAL else 0,
        local=LOCAL.get(architecture, 0),
        latent=latent + _number(part, "qk_rope_head_dim") if latent else 0,
    )


def _number(said: Mapping[str, Any], *names: str) -> int:
    values = (said.get(name) for name in names)
    return next(
        (
            value
            for value in values
            if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST
        ),
        0,
    )


def _word(said: object) -> str:
    return "".join(letter for letter in str(said)[:80] if letter.isprintable())
