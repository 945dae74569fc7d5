"""How a checkpoint wants to be talked to, for Solo's own rendering of its chat template."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.llm.checkpoints import folder as files
from app.llm.prompts.header import MARKS, PromptHeader


def checkpoint_header(folder: Path, tokenizer: Any = None) -> PromptHeader:
    """tokenizer: of tokenizers, where it is open: it knows which marks there are.

    Raises NotFound, BrokenFile, BadInput.
    """
    config = files.config_of(folder)
    begin, end = files.special_tokens(folder)
    marks = None
    if tokenizer is not None:
        marks = frozenset(mark for mark in MARKS if tokenizer.token_to_id(mark) is not None)
    return PromptHeader(
        str(config["model_type"]), files.name_of(folder), files.template_of(folder), begin, end, marks
    )
