"""Which models fit which machine."""

from __future__ import annotations

import pytest

from app.assets.catalogue import load
from app.assets.choose import default_llm, default_set, default_stt

GB = 1_000_000_000


@pytest.mark.parametrize(
    ("memory", "cores", "size"),
    [
        (16 * GB, 8, "1.5b"),
        (8 * GB, 2, "1.5b"),
        (8 * GB, 1, "0.5b"),
        (4 * GB, 8, "0.5b"),
        (7 * GB, 4, "0.5b"),
    ],
)
def test_the_language_model_goes_by_memory_and_cores(memory: int, cores: int, size: str) -> None:
    assert size in default_llm(memory, cores)


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("en", "whisper-tiny.en"),
        ("en-GB", "whisper-tiny.en"),
        ("de", "whisper-base"),
        ("auto", "whisper-base"),
    ],
)
def test_the_speech_model_goes_by_language(language: str, name: str) -> None:
    assert default_stt(language) == name


def test_a_default_set_has_one_model_of_every_kind_and_is_free() -> None:
    models = [load().find(name) for name in default_set(16 * GB, 4, "de")]
    assert sorted(model.kind for model in models) == ["embedding", "llm", "stt", "tts", "turn", "vad"]
    assert {model.licence for model in models} <= {"Apache-2.0", "MIT", "BSD-2-Clause", "CC0-1.0"}
