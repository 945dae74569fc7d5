"""What is known of a model from its header, in the words that Solo needs."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from app.assets.gguf import Header, Tensors
from app.assets.gguf.names import Named
from app.llm.models.quantizations import BITS, FILE_TYPES
from app.llm.models.shape import Shape, shape_of

TOOLS = re.compile(r"\btools\b")
THINKS = re.compile(r"<think>|enable_thinking")
_NOT_FOR_TALK = frozenset(
    {"clip", "bert", "nomic-bert", "jina-bert-v2", "modern-bert", "t5encoder", "mmproj"}
)


@dataclass(frozen=True, slots=True)
class Facts:
    """parameters: exact once the table of tensors was read, else from the name; 0: unknown.
    quantization: as llama.cpp calls it, empty: unknown. context: what the model was trained for.
    tokenizer: its kind, and how it cuts words. part, parts: of a split file. kind: model, or adapter,
    mmproj, imatrix, embedding, which cannot talk.

    read: the header was read to its end; only then template (it has one), tools (the template knows
    them) and thinks (it thinks aloud first) are known.
    """

    architecture: str = ""
    name: str = ""
    kind: str = "model"
    licence: str = ""
    parameters: int = 0
    quantization: str = ""
    context: int = 0
    tokenizer: str = ""
    part: int = 1
    parts: int = 1
    shape: Shape = field(default_factory=Shape)
    read: bool = False
    template: bool = False
    tools: bool = False
    thinks: bool = False

    @property
    def bits(self) -> float:
        """Bits that a number takes: by weight where that is known, else by the quantization; 0: unknown."""
        if self.read and self.parameters and self.shape.weights:
            return 8 * self.shape.weights / self.parameters
        return BITS.get(self.quantization, 0.0)

    def plain(self) -> dict[str, Any]:
        """As JSON can keep it."""
        return asdict(self)


def revived(plain: dict[str, Any]) -> Facts:
    """What `plain` gave. Raises TypeError, KeyError or ValueError for anything else."""
    values: dict[str, Any] = {name: plain[name] for name in _KINDS}
    measures: dict[str, Any] = {name: plain["shape"][name] for name in _MEASURES}
    for name, kind in _KINDS.items():
        if type(values[name]) is not kind:
            raise TypeError(name)
    for name in measures:
        if name in ("kv_heads", "layers"):
            measures[name] = tuple(int(number) for number in measures[name])
        elif type(measures[name]) is not int:
            raise TypeError(name)
    return Facts(**values, shape=Shape(**measures))


_KINDS = {one.name: type(getattr(Facts(), one.name)) for one in fields(Facts) if one.name != "shape"}
_MEASURES = tuple(one.name for one in fields(Shape))


def glanced(header: Header, named: Named, size: int) -> Facts:
    """From a quick look. size: of the file, in bytes."""
    architecture = _text(header, "general.architecture")
    model, cut = _text(header, "tokenizer.ggml.model"), _text(header, "tokenizer.ggml.pre")
    return Facts(
        architecture=architecture,
        name=_text(header, "general.name"),
        kind=_kind(header, architecture),
        licence=_text(header, "general.license"),
        parameters=named.parameters,
        quantization=_quantization(header) or named.quantization,
        context=_number(header, f"{architecture}.context_length"),
        tokenizer=f"{model} ({cut})" if model and cut else model,
        part=_number(header, "split.no") + 1,
        parts=max(1, _number(header, "split.count"), named.parts),
        shape=shape_of(header, architecture, size),
    )


def finished(facts: Facts, header: Header, tensors: Tensors) -> Facts:
    """From the whole header and the table of tensors."""
    template = str(header.values.get("tokenizer.chat_template", ""))
    named = [text for key, text in header.values.items() if key.startswith("tokenizer.chat_template.")]
    every = "\n".join([template, *map(str, named)])
    shape = replace(
        facts.shape,
        weights=tensors.size,
        layers=tensors.layers,
        first=tensors.first,
        last=tensors.last,
        vocabulary=header.lengths.get("tokenizer.ggml.tokens", 0) or facts.shape.vocabulary,
    )
    return replace(
        facts,
        kind=_kind(header, facts.architecture),
        parameters=tensors.values,
        quantization=_quantization(header) or facts.quantization or tensors.main,
        part=_number(header, "split.no") + 1,
        parts=max(facts.parts, _number(header, "split.count")),
        shape=shape,
        read=True,
        template=bool(every.strip()),
        tools=TOOLS.search(every) is not None,
        thinks=THINKS.search(every) is not None,
    )


def joined(parts: list[Facts]) -> Facts:
    """One model out of the parts that it was split into, the first part first."""
    first = parts[0]
    if len(parts) == 1:
        return first
    most = max(len(part.shape.layers) for part in parts)
    layers = [0] * most
    for part in parts:
        for number, weight in enumerate(part.shape.layers):
            layers[number] += weight
    shape = replace(
        first.shape,
        weights=sum(part.shape.weights for part in parts),
        layers=tuple(layers),
        first=sum(part.shape.first for part in parts),
        last=sum(part.shape.last for part in parts),
    )
    read = all(part.read for part in parts)
    known = sum(part.parameters for part in parts) if read else first.parameters
    kind = first.quantization or parts[-1].quantization
    return replace(first, parameters=known, quantization=kind, shape=shape, read=read)


def _kind(header: Header, architecture: str) -> str:
    kind = _text(header, "general.type") or "model"
    if kind == "model" and architecture in _NOT_FOR_TALK:
        return "mmproj" if architecture in ("clip", "mmproj") else "embedding"
    return kind


def _quantization(header: Header) -> str:
    return FILE_TYPES.get(_number(header, "general.file_type", -1), "")


def _text(header: Header, key: str) -> str:
    value = header.values.get(key)
    return "".join(letter for letter in value if letter.isprintable()) if isinstance(value, str) else ""


def _number(header: Header, key: str, otherwise: int = 0) -> int:
    value = header.values.get(key, otherwise)
    return value if isinstance(value, int) else otherwise
