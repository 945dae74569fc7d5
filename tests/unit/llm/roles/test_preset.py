"""Who answers by the preset that is set."""

from __future__ import annotations

from typing import Any

import pytest

from app.config.llm import LlmSettings
from app.kernel.errors import NotFound
from app.llm.providers.shelf import OWN, provider
from app.llm.roles.chain import ROLES
from app.llm.roles.preset import recommended, remarks, usual_chain


def settings(*keys: str, preset: str = "cloud", **more: Any) -> LlmSettings:
    providers = {name: {"api_key": "k3y-of-mine"} for name in keys}
    return LlmSettings.model_validate({"preset": preset, "providers": providers, **more})


def test_the_cloud_is_who_has_a_key_the_cheapest_first_and_then_this_machine() -> None:
    chain = usual_chain(settings("openai", "google", "mistral"), "generation")
    assert chain == (
        "google:gemini-3.8-flash",
        "mistral:mistral-medium-3.5",
        "openai:gpt-6.1-sol",
        "auto:auto",
    )
    assert usual_chain(settings("openai"), "analysis") == ("openai:gpt-6-luna", "auto:auto")


def test_the_order_may_be_another() -> None:
    wanted = settings("openai", "google", cloud=("openai", "google", "mistral"))
    assert usual_chain(wanted, "maintenance")[:2] == ("openai:gpt-6-luna", "google:gemini-3.8-flash")
    with pytest.raises(NotFound, match="opnai"):
        usual_chain(settings("openai", cloud=("opnai",)), "generation")


def test_without_a_key_or_a_way_out_this_machine_answers_and_that_is_one_sentence() -> None:
    assert usual_chain(settings(), "generation") == ("auto:auto",)
    assert usual_chain(settings("openai"), "generation", offline=True) == ("auto:auto",)
    ((sentence, hint),) = remarks(settings(), offline=False)
    assert "no provider has a key" in sentence
    assert "ANTHROPIC_API_KEY" in hint
    ((sentence, hint),) = remarks(settings("openai"), offline=True)
    assert "offline" in sentence
    assert not list(remarks(settings("openai"), offline=False))


def test_the_role_of_the_settings_stays_behind_the_cloud_with_its_own_fallback() -> None:
    own = {"model": "qwen", "fallback": ["ollama:tiny"]}
    chain = usual_chain(settings("mistral", generation=own), "generation")
    assert chain == ("mistral:mistral-medium-3.5", "auto:qwen", "ollama:tiny")


def test_a_role_that_names_a_provider_itself_stays_as_it_is() -> None:
    own = {"model": "openai:gpt-6-sol"}
    assert usual_chain(settings("openai", "google", generation=own), "generation") == ("openai:gpt-6-sol",)


def test_local_is_nobody_beyond_this_machine() -> None:
    own = {"model": "openai:gpt-6-sol", "fallback": ["ollama:tiny", "server:", "local:small"]}
    here = settings("openai", preset="local", generation=own)
    assert usual_chain(here, "generation") == ("ollama:tiny", "server:", "local:small")
    far = settings("openai", preset="local", generation={"model": "openai:gpt-6-sol"})
    assert usual_chain(far, "generation") == ("auto:auto",)
    cellar = settings(
        preset="local", generation={"model": "server:x"}, server={"url": "http://10.0.0.7:8080/v1"}
    )
    assert usual_chain(cellar, "generation") == ("auto:auto",)


def test_the_limits_of_a_role_are_the_same_by_every_preset() -> None:
    for preset in ("roles", "cloud", "local"):
        found = settings("openai", preset=preset)
        limits = [(getattr(found, role).max_tokens, getattr(found, role).temperature) for role in ROLES]
        assert limits == [(4000, 0.7), (2000, 0.3), (1500, 0.2)]


def test_the_old_name_of_the_server_is_remarked() -> None:
    ((sentence, hint),) = remarks(settings(preset="roles", analysis={"engine": "openai"}), offline=False)
    assert "SOLO_LLM__ANALYSIS__ENGINE=openai" in sentence
    assert "SOLO_LLM__ANALYSIS__ENGINE=server" in hint


def test_no_key_stands_in_a_chain_or_a_sentence() -> None:
    found = settings(*(name for name in OWN if provider(name).paid))
    said = [
        *usual_chain(found, "generation"),
        *(word for pair in remarks(found, offline=True) for word in pair),
    ]
    assert not any("k3y" in word for word in said)


@pytest.mark.parametrize("name", OWN)
def test_what_a_provider_recommends_it_has(name: str) -> None:
    entry = provider(name)
    assert set(entry.recommended.values()) <= set(entry.models)
    assert set(entry.recommended) in (set(), set(ROLES))
    assert bool(entry.recommended) == (name in {"anthropic", "google", "mistral", "openai"})


def test_whose_library_is_missing_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.llm.roles.preset.find_spec", lambda _: None)
    assert recommended(settings("anthropic", "openai"), "generation") == ("openai:gpt-6.1-sol",)
