"""Which template a model is talked to with when its file brings none: a table of families.  A rule file.

The templates themselves lie in `templates/`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from app.llm.prompts.header import PromptHeader


@dataclass(frozen=True, slots=True)
class Family:
    """template: its name; called: what the model's name looks like; built: architectures as GGUF names
    them; marks: special tokens that its vocabulary must have."""

    template: str
    called: str = ""
    built: tuple[str, ...] = ()
    marks: frozenset[str] = frozenset()


def _marks(*marks: str) -> frozenset[str]:
    return frozenset(marks)


FAMILIES: Final[tuple[Family, ...]] = (
    Family("zephyr", r"tinyllama|zephyr|stablelm-?(2-)?zephyr"),
    Family("deepseek_coder", r"deepseek[- _]?coder(?![- _]?v2)"),
    Family("deepseek_llm", r"deepseek[- _]?(llm|moe)"),
    Family("deepseek", r"deepseek", ("deepseek2", "deepseek3"), _marks("<\uff5cUser\uff5c>")),
    Family("deepseek_llm", r"deepseek", ("deepseek", "deepseek2")),
    Family("llama3", r"llama[- _]?(3|4)", marks=_marks("<|start_header_id|>")),
    Family("qwen", r"qwen|qwq", ("qwen", "qwen2", "qwen2moe", "qwen3", "qwen3moe"), _marks("<|im_start|>")),
    Family("gemma", r"gemma", ("gemma", "gemma2", "gemma3", "gemma3n"), _marks("<start_of_turn>")),
    Family("phi4", r"phi[- _]?4", marks=_marks("<|im_sep|>")),
    Family("phi3", r"phi[- _]?(3|4)", ("phi3", "phimoe"), _marks("<|end|>", "<|assistant|>")),
    Family("phi2", r"phi[- _]?(1|2)", ("phi2",)),
    Family("chatml", r"chatml|hermes|dolphin|smollm|openchatml", marks=_marks("<|im_start|>")),
    Family("mixtral", r"mixtral"),
    Family("mistral", r"mistral|ministral|codestral|mathstral"),
    Family("llama2", r"llama[- _]?2|codellama|vicuna"),
    # Nothing in the name helps: the vocabulary says whom it was made for.
    Family("llama3", marks=_marks("<|start_header_id|>")),
    Family("gemma", marks=_marks("<start_of_turn>")),
    Family("deepseek", marks=_marks("<\uff5cUser\uff5c>")),
    Family("phi4", marks=_marks("<|im_sep|>")),
    Family("chatml", marks=_marks("<|im_start|>")),
    Family("phi3", marks=_marks("<|end|>", "<|assistant|>")),
    Family("mistral", marks=_marks("[INST]")),
    Family("llama2", built=("llama",)),
)
"""The first that fits is taken."""
OTHERWISE: Final = "chatml"
NAMES: Final = tuple(sorted({family.template for family in FAMILIES}))


def choose(header: PromptHeader) -> str:
    """The name of the template for a model of which only the header is known."""
    return next((family.template for family in FAMILIES if _fits(family, header)), OTHERWISE)


def _fits(family: Family, header: PromptHeader) -> bool:
    if header.marks is not None and not family.marks <= header.marks:
        return False
    if family.called or family.built:
        named = bool(family.called) and re.search(family.called, header.name, re.IGNORECASE) is not None
        return named or header.architecture in family.built
    return header.marks is not None
