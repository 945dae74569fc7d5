"""Whatever goes wrong with vectors from elsewhere is one sentence; what was read is paid for, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import anyio
import pytest

from app.config.llm import EmbeddingSettings, LlmSettings
from app.events.llm import EmbeddedEvent, EmbedEvent, LLMUsedEvent
from app.kernel.clock import SystemClock
from app.kernel.errors import (
    BadInput,
    Forbidden,
    NotFound,
    RateLimited,
    SoloError,
    TimedOut,
    Unavailable,
    Unsupported,
)
from app.kernel.runtime import Runtime
from app.llm.embedding.choose import builder
from app.llm.embedding.port import Embedder, Meter
from app.llm.embedding.service import EmbeddingService
from app.llm.providers.shelf import provider as entry_of
from tests.contracts.test_provider_failures import has_no_key
from tests.wire.embeddings import MODELS, VectorServer, vectors_at

pytestmark = [pytest.mark.anyio, pytest.mark.real_time]

NONSENSE = "does not speak as it should"
WRONG: list[tuple[str, type[SoloError], str]] = [
    ("silent", TimedOut, "silent for 0.2 s"),
    ("hang_up", Unavailable, "hung up before it answered"),
    ("half", Unavailable, "hung up before it answered|" + NONSENSE),
    ("wrong_json", Unavailable, NONSENSE),
    ("other_json", Unavailable, NONSENSE),
    ("html", Unavailable, NONSENSE),
    ("endless", Unavailable, NONSENSE),
    ("too_few", Unavailable, NONSENSE),
    ("uneven", Unavailable, NONSENSE),
    ("nowhere", Unavailable, NONSENSE),
    ("no_numbers", Unavailable, NONSENSE),
    ("too_long", BadInput, "because of too_long"),
    ("bad_key", Forbidden, "does not accept Solo's key"),
    ("no_credit", RateLimited, "used up"),
    ("no_model", NotFound, "does not know the model"),
    ("broken", Unavailable, "500"),
]


def made(settings: LlmSettings, model: str, *, offline: bool = False, **more: Any) -> Embedder:
    wanted = EmbeddingSettings(model=model, **more)
    return builder(settings, SystemClock(), offline=offline)(wanted, Path("nowhere"))


async def loads(engine: Embedder) -> None:
    """It does, or raises; closed in any case."""
    try:
        await engine.load()
    finally:
        await engine.close()


@asynccontextmanager
async def at_work(provider: str, **more: Any) -> AsyncGenerator[tuple[Embedder, VectorServer]]:
    async with vectors_at(provider, **more) as (server, settings):
        engine = made(settings, f"{provider}:{MODELS[provider]}")
        await engine.load()
        server.asked.clear()
        try:
            yield engine, server
        finally:
            await engine.close()


@pytest.mark.parametrize("provider", sorted(MODELS))
class TestEveryProvider:
    @pytest.mark.parametrize(("trouble", "kind", "words"), WRONG, ids=[row[0] for row in WRONG])
    async def test_each_trouble_has_its_sentence(
        self, provider: str, trouble: str, kind: type[SoloError], words: str
    ) -> None:
        timeout = 0.2 if trouble == "silent" else 30.0
        async with at_work(provider, timeout=timeout) as (engine, server):
            server.trouble = trouble
            meter = Meter()
            with anyio.fail_after(60), pytest.raises(kind, match=words) as caught:
                await engine.embed(("one", "two"), query=False, meter=meter)
            assert has_no_key(caught.value)
            assert "\n" not in str(caught.value)
            assert meter.tokens == 0
            server.trouble = ""
            assert len(await engine.embed(("one",), query=True)) == 1  # it works again

    async def test_many_texts_are_several_requests_and_all_are_counted(self, provider: str) -> None:
        async with at_work(provider) as (engine, server):
            meter = Meter()
            texts = tuple(f"line {n}" for n in range(100))
            vectors = await engine.embed(texts, query=False, meter=meter)
            assert len(vectors) == 100
            facts = entry_of(provider).embedding(MODELS[provider])
            assert len(server.asked) == -(-100 // facts.texts)
            assert meter.tokens >= 200
            assert meter.cost == pytest.approx(meter.tokens * (facts.price or 0) / 1e6)
            assert (meter.provider, meter.model) == (provider, MODELS[provider])

    async def test_a_wrong_key_is_noticed_when_it_is_loaded(self, provider: str) -> None:
        async with vectors_at(provider, key="wrong") as (_, settings):
            with pytest.raises(Forbidden, match="does not accept") as caught:
                await loads(made(settings, f"{provider}:{MODELS[provider]}"))
            assert has_no_key(caught.value)


async def test_questions_and_passages_are_told_apart_as_the_model_wants_it() -> None:
    async with at_work("ollama") as (engine, server):
        await engine.embed(("why",), query=True)
        await engine.embed(("so",), query=False)
        assert [asked.body["input"] for asked in server.asked] == [
            ["search_query: why"],
            ["search_document: so"],
        ]
    async with at_work("google") as (engine, server):
        await engine.embed(("why",), query=True)
        await engine.embed(("so",), query=False)
        tasks = [asked.body["requests"][0]["taskType"] for asked in server.asked]
        assert tasks == ["RETRIEVAL_QUERY", "RETRIEVAL_DOCUMENT"]


async def test_shorter_vectors_are_asked_for_and_are_another_model() -> None:
    async with vectors_at("openai") as (_, settings):
        engine = made(settings, "openai:text-embedding-3-small", dimensions=64)
        await engine.load()
        (vector,) = await engine.embed(("My sister is called Ada.",), query=False)
        assert len(vector) == engine.capabilities.dimensions == 64
        assert sum(number * number for number in vector) == pytest.approx(1, abs=1e-3)
        assert engine.capabilities.model == "openai:text-embedding-3-small@64"
        await engine.close()


async def test_a_length_that_the_model_does_not_know_is_said() -> None:
    async with vectors_at("mistral") as (_, settings):
        with pytest.raises(Unsupported, match="have 256 numbers"):
            await loads(made(settings, "mistral:mistral-embed", dimensions=64))


@pytest.mark.needs("anthropic")
async def test_who_makes_no_vectors_says_so() -> None:
    settings = LlmSettings.model_validate(
        {"providers": {"anthropic": {"api_key": "k", "url": "http://127.0.0.1:9"}}}
    )
    with pytest.raises(Unsupported, match="makes no vectors"):
        await loads(made(settings, "anthropic:claude-haiku-5-5"))


async def test_offline_means_this_machine_only() -> None:
    settings = LlmSettings.model_validate({"providers": {"openai": {"api_key": "k"}}})
    with pytest.raises(Forbidden, match="offline"):
        await loads(made(settings, "openai:text-embedding-3-small", offline=True))


async def test_a_missing_key_is_asked_for_by_its_names() -> None:
    with pytest.raises(Forbidden, match="wants a key") as caught:
        await loads(made(LlmSettings(), "mistral:mistral-embed"))
    assert "SOLO_LLM__PROVIDERS__MISTRAL__API_KEY" in caught.value.hint


@asynccontextmanager
async def served(runtime: Runtime, settings: LlmSettings) -> AsyncGenerator[EmbeddingService]:
    engines = builder(settings, runtime.clock, offline=True)
    service = EmbeddingService(runtime, settings.embedding, Path("nowhere"), engines=engines)
    started = asyncio.Event()
    task = asyncio.create_task(service.run(started.set))
    await started.wait()
    yield service
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_the_account_says_who_had_texts_read_and_what_that_cost(runtime: Runtime) -> None:
    wanted = EmbeddingSettings(model="openai:text-embedding-3-small")
    async with vectors_at("openai") as (_, found_there):
        settings = found_there.model_copy(update={"embedding": wanted})
        with runtime.bus.subscribe(LLMUsedEvent, name="test") as accounts:
            async with served(runtime, settings) as service:
                asked = EmbedEvent(owner="ada", texts=("one two three",))
                found = await runtime.bus.request(asked, EmbeddedEvent)
                assert found.model == "openai:text-embedding-3-small"
                envelope = await accounts.next()
                assert envelope is not None
                used = envelope.event
                assert (used.owner, used.role, used.provider) == ("ada", "embedding", "openai")
                assert (used.prompt_tokens, used.completion_tokens) == (3, 0)
                assert used.cost == pytest.approx(3 * 0.02 / 1e6)
                assert accounts.pending() == 0
                assert service.stats()["tokens"] == 3
