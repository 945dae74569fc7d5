"""Memory that dialogues need."""

from __future__ import annotations

import pytest

from app.kernel.errors import Unavailable
from app.llm.scheduler.memory import admit, kv_bytes

HEADER = {
    "general.architecture": "qwen2",
    "qwen2.block_count": 24,
    "qwen2.embedding_length": 896,
    "qwen2.attention.head_count": 14,
    "qwen2.attention.head_count_kv": 2,
}


def test_keys_and_values_are_counted_by_layers_heads_and_tokens() -> None:
    assert kv_bytes(HEADER, 4096) == 24 * 4096 * 2 * 2 * 64 * 2


def test_heads_of_a_length_of_their_own() -> None:
    own = {"qwen2.attention.key_length": 128, "qwen2.attention.value_length": 32}
    assert kv_bytes(HEADER | own, 1) == 24 * 2 * (128 + 32) * 2


@pytest.mark.parametrize("header", [{}, {"general.architecture": "mamba", "mamba.block_count": 8}])
def test_where_the_header_does_not_say_nothing_is_claimed(header: dict[str, object]) -> None:
    assert kv_bytes(header, 1000) == 0


def test_what_does_not_fit_is_refused_with_numbers_and_a_way_out() -> None:
    admit(10, 10, slots=3, context=4096)
    with pytest.raises(Unavailable, match=r"3 dialogues of 4,096 tokens need 2\.0 GB.*1\.5 GB") as caught:
        admit(2_000_000_000, 1_500_000_000, slots=3, context=4096)
    assert "SOLO_LLM__SLOTS" in caught.value.hint
