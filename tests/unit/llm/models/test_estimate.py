"""How much memory a model takes: against the numbers of real headers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.llm.models.estimate import DEVICE, LIBRARY, estimate, most_context
from app.llm.models.shape import Shape

GB = 1_000_000_000
MIB = 1 << 20
LLAMA2_13B = Shape(
    blocks=40, embedding=5120, heads=40, kv_heads=(40,), key=128, value=128, ff=13824, vocabulary=32000,
    weights=7_865_956_224, layers=(190_550_000,) * 40, first=92_160_000, last=134_400_000,
)  # fmt: skip
LLAMA2_7B = replace(LLAMA2_13B, blocks=32, embedding=4096, heads=32, kv_heads=(32,), ff=11008, layers=())
LLAMA3_8B = replace(LLAMA2_7B, kv_heads=(8,), ff=14336, vocabulary=128256, weights=4_920_734_272)
QWEN25_7B = replace(LLAMA3_8B, blocks=28, embedding=3584, heads=28, kv_heads=(4,), ff=18944)


@pytest.mark.parametrize(
    ("shape", "context", "mib"),
    [
        # What llama.cpp itself prints for these models: "KV self size".
        (LLAMA2_7B, 512, 256),
        (LLAMA2_13B, 512, 400),
        (LLAMA2_13B, 4096, 3200),
        (LLAMA3_8B, 4096, 512),
        (LLAMA3_8B, 8192, 1024),
        (QWEN25_7B, 4096, 224),
    ],
)
def test_keys_and_values_take_what_llama_cpp_says(shape: Shape, context: int, mib: int) -> None:
    assert estimate(shape, context).cache == mib * MIB


def test_a_13b_in_4_bits_is_laid_out_within_8_gb_of_a_card() -> None:
    said = estimate(LLAMA2_13B, 4096, vram=8 * GB)
    per_layer = 190_550_000 + 80 * MIB
    assert said.device <= 8 * GB
    assert said.device + per_layer > 8 * GB, "one more layer would not fit"
    assert 25 <= said.layers <= 28
    assert said.ram < estimate(LLAMA2_13B, 4096).ram
    short = estimate(LLAMA2_13B, 512, vram=8 * GB)
    assert short.layers > said.layers, "a shorter window leaves room for layers"
    assert estimate(LLAMA2_13B, 4096, vram=24 * GB).layers == 41
    assert estimate(LLAMA2_13B, 4096, vram=DEVICE).layers == 0


def test_tied_embeddings_are_kept_twice_on_a_card() -> None:
    tied = replace(LLAMA2_13B, last=20_480)
    needs = estimate(tied, 512, vram=64 * GB).device
    assert needs > estimate(replace(tied, first=0), 512, vram=64 * GB).device + 90_000_000


def test_local_layers_keep_a_window_and_compressed_ones_little() -> None:
    gemma = replace(LLAMA3_8B, blocks=36, window=1024, local=6)
    assert estimate(gemma, 32768).cache < estimate(replace(gemma, window=0), 32768).cache / 4
    latent = replace(LLAMA3_8B, latent=576)
    assert estimate(latent, 4096).cache == 32 * 4096 * 576 * 2


def test_layers_without_attention_keep_the_same_for_any_context() -> None:
    mamba = replace(LLAMA3_8B, kv_heads=(0,), state=5120 * 20)
    assert estimate(mamba, 512).cache == estimate(mamba, 65536).cache == 32 * 5120 * 20 * 4


def test_every_dialogue_has_a_window_of_its_own() -> None:
    assert estimate(LLAMA3_8B, 4096, slots=3).cache == 3 * estimate(LLAMA3_8B, 4096).cache


SHAPES = st.builds(
    Shape,
    blocks=st.integers(0, 100),
    embedding=st.integers(0, 16384),
    heads=st.integers(0, 128),
    kv_heads=st.lists(st.integers(0, 128), max_size=100).map(tuple),
    key=st.integers(0, 512),
    value=st.integers(0, 512),
    vocabulary=st.integers(0, 300_000),
    weights=st.integers(0, 100 * GB),
    first=st.integers(0, GB),
    last=st.integers(0, GB),
)


@given(SHAPES, st.integers(1, 131072), st.integers(1, 8), st.integers(0, 100 * GB))
def test_more_never_takes_less(shape: Shape, context: int, slots: int, vram: int) -> None:
    said = estimate(shape, context, slots=slots, vram=vram)
    assert said.device <= vram
    assert LIBRARY <= said.ram <= said.total
    assert estimate(shape, context + 256, slots=slots).total >= estimate(shape, context, slots=slots).total
    assert estimate(shape, context, slots=slots, vram=vram + GB).layers >= said.layers


@given(st.integers(0, 64 * GB))
def test_the_longest_window_that_fits_does_fit(memory: int) -> None:
    longest = most_context(LLAMA3_8B, memory)
    assert longest == 0 or estimate(LLAMA3_8B, longest).ram <= memory
    assert longest == 131072 or estimate(LLAMA3_8B, longest + 256).ram > memory
