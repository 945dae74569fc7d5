"""What a checkpoint takes when transformers loads it: on a graphics card where all of it fits there, else in
memory, in the numbers that the processor reckons in."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from app.llm.checkpoints.decoder import BATCH
from app.llm.checkpoints.folder import QUANTIZED
from app.llm.checkpoints.numbers import WIDTH, on_processor, processor_has_bf16
from app.llm.models.admission import Wanted
from app.llm.models.estimate import estimate
from app.llm.models.facts import Facts

LIBRARY: Final = 400_000_000
"""Bytes that torch and transformers take in a process before they have a model (docs/decisions/0044)."""
ON_CARD: Final = 2
"""Bytes of a number there."""


def wanted_checkpoint(
    name: str, facts: Facts, context: int, card: int, *, bf16: bool | None = None
) -> Wanted:
    """card: free bytes of the graphics card that it may use, 0: none. bf16: the processor reckons in it;
    None: as this machine's does. The result has vram where the model goes to the card."""
    there = _wanted(name, facts, context, ON_CARD, card)
    room = estimate(there.shape, context, batch=BATCH, vram=1 << 62, kv_bytes=ON_CARD).device
    if room <= card:
        return there
    width = WIDTH[on_processor(bf16=processor_has_bf16() if bf16 is None else bf16)]
    return _wanted(name, facts, context, width, 0)


def _wanted(name: str, facts: Facts, context: int, width: int, card: int) -> Wanted:
    packed = facts.quantization.lower().startswith(tuple(QUANTIZED))
    weights = facts.shape.weights if packed else facts.parameters * width or facts.shape.weights
    return Wanted(
        name,
        replace(facts.shape, weights=weights),
        context,
        batch=BATCH,
        vram=card,
        kv_bytes=width,
        library=LIBRARY,
    )
