"""What every engine that turns texts into vectors must do; tests/real runs it on the real one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.config.llm import EmbeddingSettings
from app.kernel.clock import SystemClock
from app.llm.embedding.choose import builder
from app.llm.embedding.port import Embedder
from app.llm.embedding.scripted import ScriptedEmbedder
from app.llm.embedding.table import ENGINES, build
from tests.wire.embeddings import MODELS, vectors_at


def dot(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


class EmbedderContract:
    """The suite; a fixture `embedder` gives a loaded engine."""

    pytestmark = pytest.mark.anyio

    async def test_vectors_have_length_one_and_the_dimensions_it_names(self, embedder: Embedder) -> None:
        for vector in await embedder.embed(("Hello.", "", "🙂", "word " * 2000), query=False):
            assert len(vector) == embedder.capabilities.dimensions
            assert dot(vector, vector) == pytest.approx(1, abs=1e-3)

    async def test_the_same_text_has_the_same_vector(self, embedder: Embedder) -> None:
        text = "My sister's name is Ada."
        (alone,) = await embedder.embed((text,), query=False)
        among = (await embedder.embed(("Something longer that stands before it.", text), query=False))[1]
        assert dot(alone, among) == pytest.approx(1, abs=2e-2)
        assert alone == (await embedder.embed((text,), query=False))[0]

    async def test_a_question_lies_nearer_to_its_answer_than_to_anything_else(
        self, embedder: Embedder
    ) -> None:
        passages = ("My sister's name is Ada.", "The car needs new tyres.", "Buy milk on Monday.")
        vectors = await embedder.embed(passages, query=False)
        (question,) = await embedder.embed(("What is the name of my sister?",), query=True)
        scores = [dot(question, vector) for vector in vectors]
        assert scores[0] == max(scores)

    async def test_order_is_kept_whatever_the_lengths(self, embedder: Embedder) -> None:
        texts = tuple(f"line {n} " * (1 + (n * 7) % 40) for n in range(60))
        vectors = await embedder.embed(texts, query=False)
        for n in (0, 17, 59):
            (alone,) = await embedder.embed((texts[n],), query=False)
            assert dot(alone, vectors[n]) > 0.97

    async def test_no_text_is_no_vector(self, embedder: Embedder) -> None:
        assert await embedder.embed((), query=False) == ()

    async def test_closing_twice_does_no_harm(self, embedder: Embedder) -> None:
        await embedder.close()
        await embedder.close()


class TestScriptedEmbedder(EmbedderContract):
    @pytest.fixture
    async def embedder(self) -> AsyncIterator[Embedder]:
        engine = ScriptedEmbedder(EmbeddingSettings(), Path("nowhere"))
        await engine.load()
        yield engine
        await engine.close()


@pytest.mark.parametrize("provider", sorted(MODELS))
class TestRemoteEmbedder(EmbedderContract):
    """Each provider's wire, at a server of this machine."""

    pytestmark = pytest.mark.real_time

    @pytest.fixture
    async def embedder(self, provider: str) -> AsyncIterator[Embedder]:
        async with vectors_at(provider) as (_, settings):
            make = builder(settings, SystemClock(), offline=True)
            engine = make(EmbeddingSettings(model=f"{provider}:{MODELS[provider]}"), Path("nowhere"))
            await engine.load()
            yield engine
            await engine.close()


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_every_engine_can_be_made_without_loading_anything(name: str, tmp_path: Path) -> None:
    assert build(EmbeddingSettings(engine=name), tmp_path).capabilities.model
