"""What the name of a model file tells, where its header says nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PART = re.compile(r"-(\d{5})-of-(\d{5})$")
_QUANTIZATION = re.compile(
    r"(?:^|[-_. ])("
    r"iq[1-4]_(?:xxs|xs|s|m|nl)|q[1-8]_k(?:_(?:xs|s|m|l|xl))?|q[1-8]_[01]|tq[12]_0"
    r"|mxfp4(?:_moe)?|nvfp4|bf16|fp?16|fp?32"
    r")(?=$|[-_. ])",
    re.IGNORECASE,
)
_SIZE = re.compile(r"(?:^|[-_ ])(?:(\d{1,3})x)?(\d{1,4}(?:\.\d{1,3})?)([bmk])(?=$|[-_. ])", re.IGNORECASE)
_UNITS = {"b": 1_000_000_000, "m": 1_000_000, "k": 1000}
_TALKS = re.compile(r"(?:^|[-_. ])(?:instruct|chat|it|assistant)(?=$|[-_. ])", re.IGNORECASE)
LONGEST = 255


@dataclass(frozen=True, slots=True)
class Named:
    """stem: without the ending and the number of the part. parameters: 0 where the name is silent.
    talks: it calls itself an assistant. part, parts: 1 of 1 for a whole model."""

    stem: str
    family: str = ""
    parameters: int = 0
    quantization: str = ""
    talks: bool = False
    part: int = 1
    parts: int = 1


def parse(file: str) -> Named:
    """Take the name of a file apart: `Qwen2.5-7B-Instruct-Q4_K_M-00001-of-00002.gguf`."""
    stem = file[:LONGEST]
    stem = stem[:-5] if stem.lower().endswith(".gguf") else stem
    part, parts = 1, 1
    numbered = _PART.search(stem)
    if numbered and 1 <= int(numbered[1]) <= int(numbered[2]):
        part, parts = int(numbered[1]), int(numbered[2])
        stem = stem[: numbered.start()]
    quantization, size = _QUANTIZATION.search(stem), _SIZE.search(stem)
    cuts = [match.start() for match in (quantization, size, _TALKS.search(stem)) if match]
    return Named(
        stem=stem,
        family=stem[: min(cuts, default=len(stem))].strip("-_. "),
        parameters=_parameters(size),
        quantization=_plain(quantization[1]) if quantization else "",
        talks=_TALKS.search(stem) is not None,
        part=part,
        parts=parts,
    )


def _plain(quantization: str) -> str:
    return re.sub(r"^FP", "F", quantization.upper())


def _parameters(size: re.Match[str] | None) -> int:
    """8x7b has fewer than 56 billion, because experts share layers; nearer than that a name cannot say."""
    if size is None:
        return 0
    return int(int(size[1] or 1) * float(size[2]) * _UNITS[size[3].lower()])
