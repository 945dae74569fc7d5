"""The promise of memory, on the real parts: SQLite, Chroma and the ONNX model."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import anyio
import pytest

from app.config.llm import EmbeddingSettings
from app.config.settings import Settings
from app.db.engine import Database
from app.dialogue.service import DialogueService
from app.events.base import Answer
from app.events.llm import LLMRequestEvent, LLMResponseEvent
from app.kernel.runtime import Runtime
from app.kernel.tokens import estimate_tokens
from app.llm.embedding.service import EmbeddingService
from app.memory.attach import index_factory
from app.memory.store import Store
from tests.conftest import MODELS
from tests.distractors import distractors
from tests.remembering import embedded, recall, remembering, said, until
from tests.unit.dialogue.scripted import say

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.real_time,
    pytest.mark.needs("models"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

ADA = "my sister's name is Ada"
QUESTIONS = (
    "What is my sister's name?",
    "what's my sister called",
    "Do you remember the name of my sister?",
    "How is my sister called again?",
    "Who is Ada?",
)


async def prompts(
    runtime: Runtime, settings: Settings, database: Database, words: list[str]
) -> list[LLMRequestEvent]:
    """What the model is sent for each of these, said in dialogues of their own."""
    asked: list[LLMRequestEvent] = []

    async def answer(request: LLMRequestEvent) -> AsyncGenerator[Answer, None]:
        asked.append(request)
        yield LLMResponseEvent(text="I see.", finish="stop", model="none")

    async with (
        runtime.bus.serve(LLMRequestEvent, answer, name="llm"),
        anyio.create_task_group() as group,
    ):
        ready = anyio.Event()
        group.start_soon(DialogueService(runtime, settings, database).run, ready.set)
        await ready.wait()
        for text in words:
            await say(runtime, text)
        group.cancel_scope.cancel()
    return asked


@pytest.mark.parametrize("index", ["numpy", "chroma"])
async def test_told_in_one_run_it_is_in_the_prompt_of_the_next_among_two_thousand_lines(
    tmp_path: Path, index: str
) -> None:
    settings = Settings(data_dir=tmp_path / "data", models_dir=MODELS)
    # A machine that runs other things too must not fail this; speed is measured elsewhere.
    settings = settings.model_copy(update={"memory": settings.memory.model_copy(update={"recall_ms": 5000})})
    factory = index_factory("chroma", settings.data_dir / "chroma") if index == "chroma" else None

    runtime = Runtime.new()
    embedding = EmbeddingService(runtime, EmbeddingSettings(), MODELS)
    async with Database(settings.data_dir) as database:
        store = Store(database, runtime.clock)
        await store.add(said(distractors()))
        async with remembering(runtime, database, embedding, factory=factory) as slot:
            await prompts(runtime, settings, database, [ADA])

            async def kept() -> bool:
                return ADA in await recall(runtime, "sister Ada", loose=True)

            await until(kept)
            await embedded(store, slot, 240)

    runtime = Runtime.new()
    embedding = EmbeddingService(runtime, EmbeddingSettings(), MODELS)
    async with (
        Database(settings.data_dir) as database,
        remembering(runtime, database, embedding, factory=factory) as slot,
    ):

        async def attached() -> bool:
            return slot.name == index

        await until(attached, 60)
        asked = await prompts(runtime, settings, database, [*QUESTIONS, "What is the capital of France?"])
    for request in asked[:-1]:
        last = request.messages[-1]
        assert f"- {ADA}\n" in last.content, last.content
        assert estimate_tokens(last.content) < 300 + 40
    assert asked[-1].messages[-1].content == "What is the capital of France?"
