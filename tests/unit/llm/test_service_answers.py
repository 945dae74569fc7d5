"""The runner: deadlines, lines, counts, accounts, and who answers for whom."""

from __future__ import annotations

from dataclasses import replace

import anyio
import pytest
from structlog.testing import capture_logs

from app.config.llm import GenerationSettings, LlmSettings
from app.events.llm import (
    ChainsEvent,
    ChooseModelEvent,
    CountTokensEvent,
    LLMResponseEvent,
    LLMTokenEvent,
    LLMUsedEvent,
    ModelChosenEvent,
    TokenCountEvent,
)
from app.kernel.errors import TimedOut, Unsupported
from app.kernel.runtime import Runtime
from app.kernel.tokens import estimate_tokens
from app.llm.engines.scripted import ScriptedModel
from app.llm.port import LlmCapabilities
from app.llm.spec import EngineSpec
from tests.unit.llm.test_service import FALLING_BACK, ask, failing, running

pytestmark = pytest.mark.anyio


class Far(ScriptedModel):
    """As if it were elsewhere."""

    @property
    def capabilities(self) -> LlmCapabilities:
        return replace(super().capabilities, local=False, counts_tokens=False, context=16384)

    async def count(self, texts: tuple[str, ...]) -> tuple[int, ...]:
        raise Unsupported("It cannot count.")


async def test_an_answer_is_called_off_when_its_time_is_over_and_the_model_is_free_again(
    runtime: Runtime,
) -> None:
    made: list[ScriptedModel] = []

    def make(spec: EngineSpec) -> ScriptedModel:
        made.append(ScriptedModel(spec, lambda _: "word " * 100, delay=0.1))
        return made[-1]

    settings = LlmSettings(generation=GenerationSettings(engine="scripted"), slots=1)
    async with running(runtime, make, settings) as service:
        before, began, told = made[0].written, runtime.clock.monotonic(), 0
        with pytest.raises(TimedOut, match="had 2 s"):
            async with runtime.bus.ask(ask(deadline=2.0)) as answers:
                async for _ in answers:
                    told += 1
        assert runtime.clock.monotonic() - began == pytest.approx(2.0, abs=0.11)
        assert told >= 1
        await anyio.sleep(5)
        assert made[0].written - before <= 20
        assert service.stats()["failed"] == 1
        assert service.stats()["left_alone"] == {}
        assert (await runtime.bus.request(ask(max_tokens=1), LLMResponseEvent)).finish == "length"


async def test_it_says_how_long_a_request_stood_in_line(runtime: Runtime) -> None:
    settings = LlmSettings(generation=GenerationSettings(engine="scripted"), slots=1)
    async with running(runtime, lambda spec: ScriptedModel(spec, lambda _: "a b c d", delay=0.5), settings):
        found: dict[str, LLMResponseEvent] = {}

        async def one(owner: str) -> None:
            found[owner] = await runtime.bus.request(ask(owner=owner), LLMResponseEvent)

        async with anyio.create_task_group() as group:
            group.start_soon(one, "anna")
            await anyio.sleep(0.5)
            group.start_soon(one, "ben")
    assert found["anna"].queue_ms == pytest.approx(0, abs=1)
    assert found["ben"].queue_ms == pytest.approx(2000, abs=1)
    assert found["ben"].first_token_ms == pytest.approx(2500, abs=1)


async def test_it_counts_for_another_model_where_that_is_meant(runtime: Runtime) -> None:
    made: list[str] = []

    def make(spec: EngineSpec) -> ScriptedModel:
        made.append(spec.model)
        return ScriptedModel(spec)

    async with running(runtime, make, FALLING_BACK):
        request = CountTokensEvent(texts=("one two",), model="scripted:other")
        assert (await runtime.bus.request(request, TokenCountEvent)).counts == (2,)
    assert made == ["big", "other"]


async def test_whose_tokens_nobody_can_count_are_estimated_and_its_window_is_told(runtime: Runtime) -> None:
    async with running(runtime, Far):
        counted = await runtime.bus.request(CountTokensEvent(texts=("one two", "")), TokenCountEvent)
    assert counted.context == 16384
    assert counted.counts == (estimate_tokens("one two"), 1)


async def test_who_answers_for_each_role_is_told_at_the_start_and_when_it_changes(runtime: Runtime) -> None:
    with runtime.bus.subscribe(ChainsEvent, name="test") as told:
        async with running(runtime, failing(), FALLING_BACK):
            first = await told.next()
            await runtime.bus.request(ChooseModelEvent(model="scripted:other"), ModelChosenEvent)
            second = await told.next()
    assert first is not None
    assert second is not None
    chains = [{chain.role: chain for chain in one.event.chains} for one in (first, second)]
    assert [found["generation"].chosen for found in chains] == [False, True]
    assert chains[0]["generation"].targets == ("scripted:scripted", "scripted:small")
    assert set(chains[0]) == {"generation", "analysis", "maintenance"}


async def test_when_the_first_of_a_chain_cannot_be_had_the_next_is_warm_at_the_start(
    runtime: Runtime,
) -> None:
    made: list[ScriptedModel] = []

    def make(spec: EngineSpec) -> ScriptedModel:
        made.append(failing("big")(spec))
        return made[-1]

    async with running(runtime, make, FALLING_BACK) as service:
        assert made[-1].requests[0].max_tokens == 1
        assert service.stats()["model"] == "scripted"


async def test_the_preset_cloud_without_a_key_starts_with_the_model_of_this_machine(runtime: Runtime) -> None:
    settings = LlmSettings(preset="cloud", generation=GenerationSettings(engine="scripted"))
    with capture_logs() as logs:
        async with running(runtime, ScriptedModel, settings):
            assert (await runtime.bus.request(ask(), LLMResponseEvent)).provider == "scripted"
    (remark,) = [line for line in logs if line["event"] == "settings_remark"]
    assert "no provider has a key" in remark["reason"]


async def test_an_answer_that_is_interrupted_is_paid_for_all_the_same(runtime: Runtime) -> None:
    with runtime.bus.subscribe(LLMUsedEvent, name="test") as accounts:
        async with running(runtime, lambda spec: Far(spec, lambda _: "word " * 100, delay=0.1)):
            async with runtime.bus.ask(ask("a question", owner="ada")) as answers:
                told = 0
                async for answer in answers:
                    told += isinstance(answer, LLMTokenEvent)
                    if told == 5:
                        break
            await anyio.sleep(1)
            envelope = await accounts.next()
            assert envelope is not None
            used = envelope.event
            assert (used.owner, used.role) == ("ada", "generation")
            assert used.prompt_tokens == estimate_tokens("a question")
            assert 5 <= used.completion_tokens <= 7
            assert accounts.pending() == 0


async def test_an_answer_is_put_on_one_account_once(runtime: Runtime) -> None:
    with runtime.bus.subscribe(LLMUsedEvent, name="test") as accounts:
        async with running(runtime, Far):
            await runtime.bus.request(ask(), LLMResponseEvent)
            await runtime.bus.request(ask(role="analysis", model="scripted:x"), LLMResponseEvent)
            assert accounts.pending() == 2


async def test_what_costs_nothing_is_not_counted_when_it_is_interrupted(runtime: Runtime) -> None:
    with runtime.bus.subscribe(LLMUsedEvent, name="test") as accounts:
        async with running(runtime, lambda spec: ScriptedModel(spec, lambda _: "word " * 100, delay=0.1)):
            async with runtime.bus.ask(ask()) as answers:
                async for _ in answers:
                    break
            await anyio.sleep(1)
            assert accounts.pending() == 0
