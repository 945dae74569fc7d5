"""Engines that speak to a loopback server instead of their provider."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final

from pydantic import SecretStr

from app.config.llm import LlmSettings, ServerSettings
from app.llm.engines.table import build
from app.llm.port import LanguageModel
from app.llm.providers.entries import Ability, ModelFacts
from app.llm.spec import EngineSpec
from app.llm.targets import find_target
from tests.wire.anthropic import AnthropicWire
from tests.wire.google import GoogleWire
from tests.wire.mistral import MistralWire
from tests.wire.openai import OpenAiWire
from tests.wire.server import KEY, MODEL, Wire, WireServer, serving

CONTEXT = 2048
WIRES: Final[dict[str, type[Wire]]] = {
    "openai": OpenAiWire,
    "ollama": OpenAiWire,
    "huggingface": OpenAiWire,
    "anthropic": AnthropicWire,
    "mistral": MistralWire,
    "google": GoogleWire,
}
"""A wire for each provider that is tried here."""


def spec_at(
    provider: str,
    url: str,
    *,
    key: str = KEY,
    timeout: float = 5.0,
    model: str = MODEL,
    can: tuple[Ability, ...] | None = None,
) -> EngineSpec:
    """As the provider's own entry says, but at another address. can: instead of the entry's."""
    spec = find_target(f"{provider}:{model}", LlmSettings())
    assert spec.remote is not None
    facts = spec.remote.facts if can is None else ModelFacts(can=can)
    who = f"{spec.remote.who.partition(' at ')[0]} at {url}"
    return replace(
        spec,
        context=CONTEXT,
        server=ServerSettings(url=url, api_key=SecretStr(key), timeout_seconds=timeout),
        remote=replace(spec.remote, who=who, facts=facts),
    )


@asynccontextmanager
async def loaded(spec: EngineSpec) -> AsyncGenerator[LanguageModel]:
    engine = build(spec)
    try:
        await engine.load()
        yield engine
    finally:
        await engine.close()


@asynccontextmanager
async def at_work(
    provider: str, *, timeout: float = 5.0, can: tuple[Ability, ...] | None = None
) -> AsyncGenerator[tuple[LanguageModel, WireServer]]:
    """An engine, and the server that it speaks to."""
    async with (
        serving(WIRES[provider]()) as server,
        loaded(spec_at(provider, server.url, timeout=timeout, can=can)) as engine,
    ):
        yield engine, server
