"""From what people say to who answers, and what it costs."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from app.config.llm import GenerationSettings, LlmSettings, ServerSettings
from app.config.providers import ProviderSettings, ProvidersSettings
from app.kernel.errors import NotFound
from app.llm.spec import EngineSpec
from app.llm.targets import find_target, offers, price_of, split

PLAIN = LlmSettings()


@pytest.mark.parametrize(
    ("target", "name", "model"),
    [
        ("anthropic:claude-haiku-5-5", "anthropic", "claude-haiku-5-5"),
        ("Anthropic: claude-haiku-5-5 ", "anthropic", "claude-haiku-5-5"),
        ("ollama:llama3.2:3b", "ollama", "llama3.2:3b"),
        ("huggingface:Qwen/Qwen3-8B:fastest", "huggingface", "Qwen/Qwen3-8B:fastest"),
        ("lm-studio:gemma", "lm_studio", "gemma"),
        ("mistral", "mistral", ""),
        ("local", "auto", ""),
        ("auto", "auto", ""),
        ("local:tiny", "auto", "tiny"),
        ("server", "server", ""),
        ("", "auto", ""),
        ("gpt-6-luna", "openai", "gpt-6-luna"),
        ("qwen2.5-coder-0.5b-instruct", "auto", "qwen2.5-coder-0.5b-instruct"),
        ("C:\\models\\a.gguf", "auto", "C:\\models\\a.gguf"),
        ("/srv/models/a:b.gguf", "auto", "/srv/models/a:b.gguf"),
    ],
)
def test_a_target_is_a_provider_and_its_model(target: str, name: str, model: str) -> None:
    assert split(target) == (name, model)


def test_a_provider_is_found_with_its_address_its_key_and_what_its_model_can() -> None:
    own = ProviderSettings(api_key=SecretStr("k3y"), context=9000)
    settings = LlmSettings(providers=ProvidersSettings(anthropic=own))
    spec = find_target("anthropic:claude-haiku-5-5", settings)
    assert (spec.engine, spec.model, spec.context) == ("anthropic", "claude-haiku-5-5", 9000)
    assert spec.server.url == "https://api.anthropic.com"
    assert spec.server.api_key.get_secret_value() == "k3y"
    assert spec.answering.facts.output == 128000
    assert "k3y" not in repr(spec)


def test_another_address_is_spoken_of() -> None:
    settings = LlmSettings(
        providers=ProvidersSettings(openai=ProviderSettings(url="https://proxy.example/v1/"))
    )
    spec = find_target("openai:gpt-6-luna", settings)
    assert spec.server.url == "https://proxy.example/v1"
    assert spec.answering.who == "OpenAI at https://proxy.example/v1"


def test_a_model_that_has_no_entry_gets_what_holds_for_all() -> None:
    spec = find_target("google:gemini-99", PLAIN)
    assert spec.model == "gemini-99"
    assert "tools" in spec.answering.facts.can
    assert price_of(spec, 1000, 0, 1000) == 0


def test_a_provider_alone_means_its_first_model() -> None:
    assert find_target("openai", PLAIN).model == "gpt-6-luna"
    assert find_target("ollama", PLAIN).model == "auto"


def test_models_of_this_machine_keep_the_settings_of_the_role() -> None:
    role = GenerationSettings(context=2048, threads=3, gpu_layers=7)
    spec = find_target("xllamacpp:tiny", PLAIN, Path("here"), role=role)
    assert (spec.engine, spec.model, spec.context, spec.threads) == ("xllamacpp", "tiny", 2048, 3)
    assert spec.remote is None
    assert find_target("local:tiny", PLAIN).engine == "auto"


def test_the_server_of_the_settings_is_a_provider() -> None:
    spec = find_target("server:tiny", LlmSettings(server=ServerSettings(url="http://10.0.0.9:8080/v1")))
    assert (spec.engine, spec.model, spec.server.url) == ("openai", "tiny", "http://10.0.0.9:8080/v1")
    assert "grammar" not in spec.answering.facts.can  # it is not of this machine
    assert "grammar" in find_target("server", PLAIN).answering.facts.can


def test_a_role_may_name_a_provider_as_its_engine() -> None:
    role = GenerationSettings(engine="mistral", model="mistral-large-4")
    spec = EngineSpec.of_role(PLAIN, role, Path("models"), offline=False)
    assert spec == find_target("mistral:mistral-large-4", PLAIN)
    named = GenerationSettings(model="openai:gpt-6-luna")
    spec = EngineSpec.of_role(PLAIN, named, Path("models"), offline=False)
    assert spec == find_target("openai:gpt-6-luna", PLAIN)
    server = EngineSpec.of_role(PLAIN, GenerationSettings(engine="openai"), Path("models"), offline=False)
    assert server.remote is None


@pytest.mark.parametrize(
    ("target", "near"),
    [
        ("antropic:claude-haiku-5-5", "anthropic:claude-haiku-5-5"),
        ("opnai:something", "openai"),
        ("nonsense:x", "There are: anthropic"),
    ],
)
def test_a_provider_that_is_not_there_is_named_with_its_nearest(target: str, near: str) -> None:
    with pytest.raises(NotFound, match=target.partition(":")[0]) as caught:
        find_target(target, PLAIN)
    assert near in caught.value.hint


def test_equal_targets_are_one_engine() -> None:
    specs = {find_target("openai:gpt-6-luna", PLAIN), find_target("gpt-6-luna", PLAIN)}
    assert len(specs) == 1


@pytest.mark.parametrize(
    ("target", "tokens", "dollars"),
    [
        ("openai:gpt-6-luna", (1_000_000 // 4, 0, 100_000), 0.025 + 0.05),
        ("openai:gpt-6-luna", (272_001, 0, 0), 272_001 * 0.20 / 1e6),
        ("anthropic:claude-sonnet-5-5", (10_000, 8_000, 500), 0.004 + 0.0008 + 0.005),
        ("anthropic:claude-haiku-5-5", (100_001, 100_001, 1000), 100_001 * 0.05 / 1e6 + 0.0025),
        ("mistral:mistral-medium-3.5", (1000, 1000, 0), 0.0015),
        ("openai:gpt-6-luna", (100, 500, 0), 100 * 0.01 / 1e6),
        ("ollama:anything", (10_000, 0, 10_000), 0.0),
        ("local:anything", (10_000, 0, 10_000), 0.0),
    ],
)
def test_what_an_answer_costs_is_as_the_list_says(
    target: str, tokens: tuple[int, int, int], dollars: float
) -> None:
    assert price_of(find_target(target, PLAIN), *tokens) == pytest.approx(dollars)


def test_models_are_offered_of_providers_whose_key_is_set() -> None:
    assert offers(PLAIN) == ()
    own = ProviderSettings(api_key=SecretStr("k"))
    found = {offer.name: offer for offer in offers(LlmSettings(providers=ProvidersSettings(openai=own)))}
    luna = found["openai:gpt-6-luna"]
    assert (luna.context, luna.tools, luna.local, luna.price) == (1050000, True, False, (0.10, 0.50))
    assert {offer.provider for offer in found.values()} == {"openai"}


def test_a_model_of_this_machine_behind_a_provider_is_built_as_one_of_this_machine() -> None:
    settings = LlmSettings(generation=GenerationSettings(model="openai:gpt-6-luna", context=2048))
    spec = find_target("local:small", settings)
    assert (spec.engine, spec.model, spec.remote) == ("auto", "small", None)
    assert (spec.slots, spec.context) == (settings.slots, 2048)


@pytest.mark.parametrize(
    ("target", "prompt", "kept", "dollars"),
    [
        ("anthropic:claude-sonnet-5-5", 10_000, 10_000, 0.025),
        ("anthropic:claude-sonnet-5-5", 10_000, 99_999, 0.025),  # no more than there was
        ("anthropic:claude-haiku-5-5", 200_000, 200_000, 0.125),
        ("openai:gpt-6-luna", 10_000, 10_000, 0.001),  # holds by itself, and wants nothing for it
    ],
)
def test_what_is_held_for_the_next_time_has_its_price(
    target: str, prompt: int, kept: int, dollars: float
) -> None:
    assert price_of(find_target(target, PLAIN), prompt, 0, 0, kept=kept) == pytest.approx(dollars)
