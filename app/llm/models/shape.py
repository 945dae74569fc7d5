"""The measures of a model that its need of memory follows from."""

from __future__ import annotations

from dataclasses import dataclass

from app.assets.gguf import Header

LOCAL = {"gemma2": 2, "gemma3": 6, "gemma3n": 5, "cohere2": 4, "gpt-oss": 2, "llama4": 4}
"""Architecture → every so many layers one looks at the whole context; the others only at a window of it."""
LARGEST = 1 << 24
"""No measure of a real model comes near; one that is beyond it is taken for unknown."""


@dataclass(frozen=True, slots=True)
class Shape:
    """blocks: layers. embedding: width. heads, kv_heads: of attention; one number for each layer where
    they differ. key, value: numbers in a head. ff: width between the layers. window: tokens that local
    layers look back, 0: none are local; local: every so many layers one is not. latent: numbers a token
    leaves in a layer where keys and values are compressed (MLA). state: numbers that a layer without
    attention keeps for a dialogue. weights: bytes of all tensors (of the file, while the table was not
    read); layers: of each block; first: of the token embedding; last: of the rest.
    """

    blocks: int = 0
    embedding: int = 0
    heads: int = 0
    kv_heads: tuple[int, ...] = ()
    key: int = 0
    value: int = 0
    ff: int = 0
    vocabulary: int = 0
    window: int = 0
    local: int = 0
    latent: int = 0
    state: int = 0
    weights: int = 0
    layers: tuple[int, ...] = ()
    first: int = 0
    last: int = 0


def shape_of(header: Header, architecture: str, size: int) -> Shape:
    """The measures that a header gives. size: of the file, in bytes."""

    def number(name: str, otherwise: int = 0) -> int:
        value = header.values.get(f"{architecture}.{name}")
        known = isinstance(value, int) and 0 < value <= LARGEST
        return int(value) if known else otherwise  # type: ignore[arg-type]

    blocks, embedding, heads = (
        number("block_count"),
        number("embedding_length"),
        number("attention.head_count"),
    )
    head = embedding // heads if heads else 0
    latent = number("attention.kv_lora_rank")
    return Shape(
        blocks=min(blocks, 4096),
        embedding=embedding,
        heads=heads,
        kv_heads=_kv_heads(header, architecture, heads),
        key=number("attention.key_length", head),
        value=number("attention.value_length", head),
        ff=number("feed_forward_length"),
        vocabulary=header.lengths.get("tokenizer.ggml.tokens", 0) or number("vocab_size"),
        window=number("attention.sliding_window") if architecture in LOCAL else 0,
        local=LOCAL.get(architecture, 0),
        latent=latent + number("rope.dimension_count") if latent else 0,
        state=number("ssm.inner_size") * (number("ssm.state_size") + number("ssm.conv_kernel")),
        weights=size,
    )


def _kv_heads(header: Header, architecture: str, heads: int) -> tuple[int, ...]:
    key = f"{architecture}.attention.head_count_kv"
    listed = header.numbers.get(key, ())
    given = listed or (header.values.get(key, heads),)
    return tuple(n if isinstance(n, int) and 0 <= n <= LARGEST else heads for n in given)
