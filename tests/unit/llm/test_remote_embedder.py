"""Vectors from elsewhere, on a virtual clock: patience, and when it ends."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

import pytest

from app.config.llm import EmbeddingSettings, LlmSettings
from app.kernel.errors import RateLimited, SoloError, Unavailable
from app.kernel.runtime import Runtime
from app.llm.embedding.choose import elsewhere
from app.llm.embedding.choose import found as found_for
from app.llm.embedding.port import Meter
from app.llm.embedding.remote import RemoteEmbedder
from app.llm.port import Generation, Piece
from app.llm.providers.entries import EmbeddingFacts
from app.llm.remote import Answer, RemoteModel, VectorWish
from app.llm.roles.breaker import FAILURES, FIRST_PAUSE
from app.llm.rows import Rows, of_google, of_openai, rows
from app.llm.targets import find_target


class Pretended(RemoteModel):
    """Makes vectors of the lengths of texts; fails as it is told to (None: it does not)."""

    name = "pretended"

    def __init__(self) -> None:
        super().__init__(find_target("ollama:tiny", LlmSettings()))
        self.fails: list[SoloError | None] = []
        self.requests: list[list[str]] = []

    def connect(self) -> Any:
        return self

    async def disconnect(self, client: Any) -> None:
        pass

    async def look(self) -> None:
        pass

    async def pieces(self, request: Generation, answer: Answer) -> AsyncGenerator[Piece, None]:
        yield Piece("")

    def failure(self, error: Exception, *, begun: bool) -> SoloError | None:
        return None

    async def vectors(self, texts: Sequence[str], wish: VectorWish) -> Rows:
        self.requests.append(list(texts))
        if self.fails and (error := self.fails.pop(0)):
            raise error
        return rows([[float(len(text)), 1.0] for text in texts], len(texts), tokens=len(texts))


async def embedder(runtime: Runtime, **facts: Any) -> tuple[RemoteEmbedder, Pretended]:
    engine = Pretended()
    made = RemoteEmbedder(engine, EmbeddingFacts(**facts), 0, runtime.clock)
    await made.load()
    engine.requests.clear()
    return made, engine


@pytest.mark.anyio
async def test_a_short_pause_that_was_asked_for_is_kept_and_only_what_was_refused_is_sent_again(
    runtime: Runtime,
) -> None:
    made, engine = await embedder(runtime, texts=2, price=1.0)
    began, meter = runtime.clock.monotonic(), Meter()
    engine.fails = [RateLimited("Enough.", after=3.0)]
    assert len(await made.embed(("a", "b", "c"), query=False, meter=meter)) == 3
    assert runtime.clock.monotonic() - began == pytest.approx(3.0)
    assert engine.requests == [["a", "b"], ["a", "b"], ["c"]]
    assert (meter.tokens, meter.cost) == (3, pytest.approx(3e-6))


@pytest.mark.anyio
async def test_what_was_read_before_a_failure_is_counted(runtime: Runtime) -> None:
    made, engine = await embedder(runtime, texts=1)
    meter = Meter()
    engine.fails = [None, None, Unavailable("Down.")]
    with pytest.raises(Unavailable):
        await made.embed(("a", "b", "c"), query=False, meter=meter)
    assert meter.tokens == 2


@pytest.mark.anyio
async def test_who_fails_again_and_again_is_left_alone_and_words_must_do(runtime: Runtime) -> None:
    made, engine = await embedder(runtime)
    engine.fails = [Unavailable("Down.") for _ in range(FAILURES)]
    for _ in range(FAILURES):
        with pytest.raises(Unavailable, match="Down"):
            await made.embed(("a",), query=True)
    with pytest.raises(Unavailable, match="only words are searched"):
        await made.embed(("a",), query=True)
    assert len(engine.requests) == FAILURES
    await runtime.clock.sleep(FIRST_PAUSE)
    assert await made.embed(("a",), query=True)


@pytest.mark.anyio
async def test_nobody_else_takes_its_place(runtime: Runtime) -> None:
    made, engine = await embedder(runtime)
    before = made.capabilities.model
    engine.fails = [Unavailable("Down.")]
    with pytest.raises(Unavailable):
        await made.embed(("a",), query=True)
    assert made.capabilities.model == before == "ollama:tiny"


@pytest.mark.anyio
async def test_a_text_is_cut_to_what_the_model_takes_and_never_in_the_middle_of_a_letter(
    runtime: Runtime,
) -> None:
    made, engine = await embedder(runtime, longest=4, passage="p: ")
    await made.embed(("äöüäöüäöü", "  "), query=False)
    assert engine.requests == [["p: äöüä", "p: …"]]


@pytest.mark.parametrize(
    ("engine", "model", "target"),
    [
        ("auto", "bge-small-en-v1.5", ""),
        ("auto", "openai:text-embedding-3-small", "openai:text-embedding-3-small"),
        ("auto", "server:e5", "server:e5"),
        ("auto", "C:\\models\\bge", ""),
        ("onnx", "openai:x", ""),
        ("openai", "bge-small-en-v1.5", "openai:"),
        ("server", "e5", "server:e5"),
        ("scripted", "x", ""),
    ],
)
def test_where_the_vectors_come_from(engine: str, model: str, target: str) -> None:
    assert elsewhere(EmbeddingSettings(engine=engine, model=model)) == target


def test_a_provider_alone_means_its_first_model_that_makes_vectors() -> None:
    spec, facts = found_for("openai:", LlmSettings(), Path("models"), offline=False)
    assert spec.model == "text-embedding-3-small"
    assert facts.dimensions == 1536
    spec, facts = found_for("ollama:nomic-embed-text:v1.5", LlmSettings(), Path("models"), offline=False)
    assert (spec.model, facts.query) == ("nomic-embed-text:v1.5", "search_query: ")
    spec, _ = found_for("server:", LlmSettings(), Path("models"), offline=False)
    assert (spec.engine, spec.model) == ("openai", "auto")


@pytest.mark.parametrize(
    "data", [b"[]", b"{}", b'{"data": 3}', b"null", b"\xff", b'{"data": [{"index": 0}]}']
)
def test_nonsense_is_no_vector(data: bytes) -> None:
    for read in (of_openai, of_google):
        with pytest.raises((ValueError, TypeError, KeyError, AttributeError)):
            read(data, 1)


@pytest.mark.parametrize(
    "found", [[], [[]], [[1.0], [1.0, 2.0]], [["x"]], [[float("nan")]], [[float("inf")]], [[0.0, 0.0]], [3.0]]
)
def test_vectors_that_are_none_are_refused(found: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        rows(found, len(found) or 1)
