"""How much memory a model takes, and how many of its layers go where: plain arithmetic.

What llama.cpp keeps: the weights; for each token of each dialogue the keys and values of every layer
(the KV cache); and buffers for one batch of tokens on its way through the layers.  All sizes in bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.llm.models.shape import Shape

KV_BYTES = 2
"""Keys and values are kept in 16 bits."""
BATCH = 64
"""Tokens evaluated at a time by Solo's engines."""
LIBRARY = 25_000_000
"""What the library itself takes in a process: code, tables, threads."""
WORD = 450
"""What a word of the vocabulary takes in the tokenizer's tables (measured: docs/decisions/0031)."""
DEVICE = 400_000_000
"""What a graphics card's driver takes for a program before it has done anything."""
CACHE_STEP = 256
"""The KV cache grows in such steps of tokens."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Bytes of each part. device: what lies on the graphics card, of all of it; layers: how many do."""

    weights: int
    cache: int
    buffers: int
    device: int = 0
    layers: int = 0

    @property
    def total(self) -> int:
        """Everything, wherever it lies, with the library itself."""
        return self.weights + self.cache + self.buffers + LIBRARY

    @property
    def ram(self) -> int:
        """What the machine's own memory must hold."""
        return max(LIBRARY, self.total - max(0, self.device - DEVICE))


def estimate(
    shape: Shape,
    context: int,
    *,
    slots: int = 1,
    batch: int = BATCH,
    vram: int = 0,
    most: int = -1,
    kv_bytes: float = KV_BYTES,
) -> Estimate:
    """What a model needs for dialogues of `context` tokens, `slots` of them side by side.

    vram: bytes of the graphics card that may be used; as many layers as fit are put there, at most `most`
    of them (-1: all).
    """
    cells = slots * _rounded(context)
    caches = [layer_cache(shape, number, cells, slots, batch, kv_bytes) for number in range(shape.blocks)]
    buffers = compute(shape, _rounded(context), slots, batch) + WORD * shape.vocabulary
    whole = Estimate(shape.weights, sum(caches), buffers)
    if vram <= 0 or not shape.blocks or not most:
        return whole
    layers, device = _placed(shape, caches, buffers - WORD * shape.vocabulary, vram, most)
    return Estimate(whole.weights, whole.cache, buffers, device, layers)


def layer_cache(shape: Shape, layer: int, cells: int, slots: int, batch: int, kv_bytes: float) -> int:
    """Bytes that one layer keeps of the dialogues."""
    if shape.latent:
        return int(cells * shape.latent * kv_bytes)
    heads = shape.kv_heads[layer] if layer < len(shape.kv_heads) else (shape.kv_heads or (shape.heads,))[-1]
    if shape.state and not heads:
        return shape.state * 4 * slots
    if shape.window and shape.local and (layer + 1) % shape.local:
        cells = min(cells, slots * _rounded(shape.window + batch))
    return int(cells * heads * (shape.key + shape.value) * kv_bytes)


def compute(shape: Shape, context: int, slots: int, batch: int) -> int:
    """Bytes for one batch on its way: what stands between the layers, who may look at whom, and the
    chances of every word of the vocabulary."""
    between = batch * (6 * shape.embedding + 3 * shape.ff + shape.heads * (shape.key + shape.value)) * 4
    mask = batch * context * slots * 4
    chances = (batch + slots) * shape.vocabulary * 4
    return between + mask + chances


def most_context(
    shape: Shape,
    memory: int,
    *,
    slots: int = 1,
    batch: int = BATCH,
    most: int = 131072,
    vram: int = 0,
    kv_bytes: float = KV_BYTES,
) -> int:
    """The longest context, in steps of 256 tokens, with which the model fits into `memory`; 0: none."""
    low, high = 0, most // CACHE_STEP
    while low < high:
        middle = (low + high + 1) // 2
        said = estimate(shape, middle * CACHE_STEP, slots=slots, batch=batch, vram=vram, kv_bytes=kv_bytes)
        if said.ram <= memory:
            low = middle
        else:
            high = middle - 1
    return low * CACHE_STEP


def _placed(shape: Shape, caches: list[int], buffers: int, vram: int, most: int) -> tuple[int, int]:
    """(layers on the card, bytes there). Layers go from the last one on, as llama.cpp does it; what
    stands behind them counts as one layer more, and comes when all the others are there."""
    used = DEVICE + buffers
    weights = _weights(shape)
    if used > vram:
        return 0, 0
    placed = 0
    for number in reversed(range(shape.blocks)):
        if placed == most or used + weights[number] + caches[number] > vram:
            return placed, used if placed else 0
        used += weights[number] + caches[number]
        placed += 1
    output = _output(shape)
    if placed != most and used + output <= vram:
        return placed + 1, used + output
    return placed, used


def _output(shape: Shape) -> int:
    """Bytes of what stands behind the blocks; where it is the token embedding over again, of that."""
    return shape.last + (shape.first if shape.last < shape.first // 4 else 0)


def _weights(shape: Shape) -> list[int]:
    """Bytes of each block; evenly, where only their sum is known."""
    if len(shape.layers) >= shape.blocks:
        return list(shape.layers[: shape.blocks])
    return [-(-shape.weights // (shape.blocks + 1))] * shape.blocks


def _rounded(tokens: int) -> int:
    return -(-tokens // CACHE_STEP) * CACHE_STEP
