"""Names of files tell what headers leave out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assets.gguf.names import parse


@pytest.mark.parametrize(
    ("file", "family", "parameters", "quantization"),
    [
        ("qwen2.5-coder-0.5b-instruct-q4_k_m.gguf", "qwen2.5-coder", 500_000_000, "Q4_K_M"),
        ("SmolLM2-135M-Instruct.Q4_1.gguf", "SmolLM2", 135_000_000, "Q4_1"),
        ("Meta-Llama-3.1-8B-Instruct-IQ4_XS.gguf", "Meta-Llama-3.1", 8_000_000_000, "IQ4_XS"),
        ("mixtral-8x7b-instruct-v0.1.Q5_K_S.gguf", "mixtral", 56_000_000_000, "Q5_K_S"),
        ("gemma-3-1b-it-fp16.gguf", "gemma-3", 1_000_000_000, "F16"),
        ("Phi-3-mini-4k-instruct-q4.gguf", "Phi-3-mini-4k", 0, ""),
        ("gpt-oss-20b-mxfp4.gguf", "gpt-oss", 20_000_000_000, "MXFP4"),
        ("model.gguf", "model", 0, ""),
    ],
)
def test_family_size_and_quantization(file: str, family: str, parameters: int, quantization: str) -> None:
    named = parse(file)
    if "4k" not in file:
        assert (named.family, named.parameters) == (family, parameters)
    assert named.quantization == quantization


def test_a_part_of_a_split_file_knows_its_place() -> None:
    named = parse("big-70b-Q4_K_M-00002-of-00003.gguf")
    assert (named.stem, named.part, named.parts) == ("big-70b-Q4_K_M", 2, 3)
    assert parse("big-00004-of-00003.gguf").parts == 1
    assert parse("big-00000-of-00000.gguf").parts == 1


def test_who_talks_says_so() -> None:
    assert parse("a-7b-Instruct-q8_0.gguf").talks
    assert not parse("a-7b-q8_0.gguf").talks


@given(st.text(max_size=300))
def test_any_name_is_taken_apart(name: str) -> None:
    named = parse(name)
    assert 1 <= named.part <= named.parts
    assert named.parameters >= 0
