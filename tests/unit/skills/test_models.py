"""Which language model is meant."""

from __future__ import annotations

import pytest

from app.events.llm import ModelOffer
from app.skills.intents import Which
from app.skills.models import pick, spoken


def offer(name: str, size: int = 0) -> ModelOffer:
    provider, _, model = name.partition(":")
    return ModelOffer(name=name, provider=provider, model=model, local=provider == "auto", size=size)


OFFERS = (
    offer("auto:qwen2.5-coder-0.5b-instruct", 400),
    offer("auto:qwen2.5-1.5b-instruct", 1000),
    offer("auto:smollm2-135m-instruct", 100),
    offer("openai:gpt-5-mini"),
)


@pytest.mark.parametrize(
    ("wanted", "which", "name"),
    [
        ("big", "largest", "auto:qwen2.5-1.5b-instruct"),
        ("smallest", "smallest", "auto:smollm2-135m-instruct"),
        ("cloud", "cloud", "openai:gpt-5-mini"),
        ("local", "local", "auto:qwen2.5-1.5b-instruct"),
        ("Qwen coder", "", "auto:qwen2.5-coder-0.5b-instruct"),
        ("GPT 5", "", "openai:gpt-5-mini"),
    ],
)
def test_a_model_is_meant_by_its_size_its_place_or_its_name(wanted: str, which: Which, name: str) -> None:
    found = pick(wanted, which, OFFERS)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("wanted", ["qwen", "llama", "", "instruct"])
def test_what_fits_none_or_several_means_none(wanted: str) -> None:
    assert pick(wanted, "", OFFERS) is None


def test_without_a_provider_there_is_no_cloud() -> None:
    assert pick("cloud", "cloud", OFFERS[:3]) is None


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("qwen2.5-coder-0.5b-instruct", "qwen2.5 coder 0.5b instruct"),
        ("smollm2-135m-instruct-q4_1.gguf", "smollm2 135m instruct"),
        ("meta/llama-3", "llama 3"),
    ],
)
def test_a_name_is_said_without_the_marks_of_files(model: str, said: str) -> None:
    assert spoken(model) == said
