"""Whoever asks the same again gets the same again, at once and for nothing."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from app.config.cache import CacheSettings
from app.events.base import Answer
from app.events.llm import ChatMessage, LLMRequestEvent, LLMResponseEvent, LLMTokenEvent
from app.kernel.errors import Interrupted
from app.kernel.runtime import Runtime
from app.llm.cache import figures
from app.llm.cache.answering import Answering
from app.llm.cache.responses import FOLDER
from app.llm.engines.scripted import ScriptedModel
from app.llm.port import Generation
from tests.contracts.test_llm_engines import make_spec

pytestmark = pytest.mark.anyio

ASKED = LLMRequestEvent(messages=(ChatMessage(role="user", content="What is the time?"),), owner="anna")
GENERATION = Generation(ASKED.messages, 100, 0.0)


class House:
    """A model that counts how often it is asked, behind a cache."""

    def __init__(self, runtime: Runtime, folder: Path, settings: CacheSettings | None = None) -> None:
        self.answering = Answering(runtime, settings or CacheSettings(), folder)
        self.spec = make_spec()
        self.engine = ScriptedModel(self.spec)
        self.asked = 0
        self.breaks = False

    async def fresh(self, request: LLMRequestEvent) -> AsyncGenerator[Answer, None]:
        self.asked += 1
        for text in ("It", " is", " noon."):
            await anyio.sleep(0.5)
            yield LLMTokenEvent(owner=request.owner, text=text)
        if self.breaks:
            raise Interrupted
        yield LLMResponseEvent(owner=request.owner, text="It is noon.", finish="stop", model="m", cost=0.01)

    async def ask(
        self, request: LLMRequestEvent = ASKED, generation: Generation = GENERATION
    ) -> list[Answer]:
        answers = self.answering.answers(
            request, generation, self.spec, self.engine, lambda: self.fresh(request)
        )
        async with aclosing(answers):
            return [answer async for answer in answers]


@pytest.fixture
def house(runtime: Runtime, tmp_path: Path) -> House:
    return House(runtime, tmp_path)


async def test_the_second_time_the_model_is_not_asked(house: House, runtime: Runtime, tmp_path: Path) -> None:
    first = await house.ask()
    began = runtime.clock.monotonic()
    second = await house.ask()
    assert house.asked == 1
    assert runtime.clock.monotonic() - began < 0.01
    assert second[:-1] == first[:-1]
    fresh, again = first[-1], second[-1]
    assert isinstance(fresh, LLMResponseEvent)
    assert isinstance(again, LLMResponseEvent)
    assert (fresh.cached, again.cached, again.cost, again.text) == (False, True, 0.0, fresh.text)
    known = figures.read(tmp_path / FOLDER)
    report = await house.answering.stats()
    assert (report.figures.hits, report.figures.misses) == (1, 1)
    assert report.figures.saved_ms == pytest.approx(1500)
    assert known == report.figures, "for `solo cache show`, while Solo runs"


async def test_another_person_another_warmth_or_another_model_is_asked_anew(house: House) -> None:
    await house.ask()
    await house.ask(ASKED.model_copy(update={"owner": "bert"}))
    await house.ask(generation=replace(GENERATION, temperature=0.7))
    await house.ask(generation=replace(GENERATION, temperature=0.7))
    house.spec = replace(
        house.spec, server=house.spec.server.model_copy(update={"url": "http://127.0.0.1:1/v1"})
    )
    await house.ask()
    assert house.asked == 5


async def test_who_asks_for_it_gets_what_was_said_before_at_any_warmth(house: House) -> None:
    wanted, warm = ASKED.model_copy(update={"cached": True}), replace(GENERATION, temperature=0.7)
    await house.ask(wanted, warm)
    await house.ask(wanted, warm)
    await house.ask(ASKED.model_copy(update={"cached": False}))
    assert house.asked == 2


async def test_an_answer_that_broke_off_is_not_kept(house: House) -> None:
    house.breaks = True
    with pytest.raises(Interrupted):
        await house.ask()
    house.breaks = False
    assert isinstance((await house.ask())[-1], LLMResponseEvent)
    assert house.asked == 2


async def test_an_asker_who_leaves_leaves_nothing_half(house: House) -> None:
    answers = house.answering.answers(ASKED, GENERATION, house.spec, house.engine, lambda: house.fresh(ASKED))
    async with aclosing(answers):
        async for _ in answers:
            break
    await house.ask()
    assert house.asked == 2


async def test_switched_off_it_does_nothing(runtime: Runtime, tmp_path: Path) -> None:
    house = House(runtime, tmp_path, CacheSettings(enabled=False))
    await house.ask(ASKED.model_copy(update={"cached": True}))
    await house.ask(ASKED.model_copy(update={"cached": True}))
    assert house.asked == 2
    assert list(tmp_path.iterdir()) == []


async def test_what_is_cleared_is_asked_again(house: House) -> None:
    await house.ask()
    assert await house.answering.clear("anna") == 1
    await house.ask()
    assert house.asked == 2
    await house.answering.close()


async def test_a_model_whose_file_is_gone_is_asked_without_a_cache(house: House, tmp_path: Path) -> None:
    house.spec = replace(house.spec, engine="xllamacpp", model=str(tmp_path / "gone.gguf"))
    house.engine.name = "xllamacpp"
    await house.answering.know(house.spec, house.engine)
    await house.ask()
    await house.ask()
    assert house.asked == 2
