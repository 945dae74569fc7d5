"""The runner on a scripted engine and a virtual clock."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest

from app.config.llm import AnalysisSettings, GenerationSettings, LlmSettings
from app.events.dialogue import TurnCancelledEvent
from app.events.llm import (
    ChatMessage,
    ChooseModelEvent,
    CountTokensEvent,
    ListModelsEvent,
    LLMQueuedEvent,
    LLMRequestEvent,
    LLMResponseEvent,
    LLMTokenEvent,
    ModelChosenEvent,
    ModelsEvent,
    TokenCountEvent,
)
from app.kernel.errors import Interrupted, NotFound, TimedOut, TurnCancelled, Unavailable
from app.kernel.runtime import Runtime
from app.llm.engines.scripted import ScriptedModel
from app.llm.service import LlmService
from app.llm.spec import EngineSpec, reading_threads, writing_threads

pytestmark = pytest.mark.anyio

Maker = Callable[[EngineSpec], ScriptedModel]


def ask(text: str = "Hello there", **changes: object) -> LLMRequestEvent:
    return LLMRequestEvent(messages=(ChatMessage(role="user", content=text),), **changes)  # type: ignore[arg-type]


@asynccontextmanager
async def running(
    runtime: Runtime, make: Maker, settings: LlmSettings | None = None
) -> AsyncGenerator[LlmService]:
    settings = settings or LlmSettings(generation=GenerationSettings(engine="scripted"))
    service = LlmService(runtime, settings, Path("nowhere"), engines=make)
    ready = anyio.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(service.run, ready.set)
        await ready.wait()
        yield service
        group.cancel_scope.cancel()


async def test_tokens_come_as_they_are_written_then_the_whole_answer(runtime: Runtime) -> None:
    async with running(runtime, lambda spec: ScriptedModel(spec, delay=0.1)):
        tokens, times = list[str](), list[float]()
        async with runtime.bus.ask(ask(turn="t", revision=3)) as answers:
            async for answer in answers:
                assert (answer.turn, answer.revision) == ("t", 3)
                if isinstance(answer, LLMTokenEvent):
                    tokens.append(answer.text)
                    times.append(runtime.clock.monotonic())
                else:
                    assert isinstance(answer, LLMResponseEvent)
                    assert answer.text == "".join(tokens) == "You said: Hello there"
                    assert answer.finish == "stop"
                    assert answer.first_token_ms == pytest.approx(100)
                    assert answer.tokens_per_second == pytest.approx(10)
        assert times == sorted(set(times))


async def test_figures_are_kept_for_the_status_and_hold_no_words(runtime: Runtime) -> None:
    async with running(runtime, lambda spec: ScriptedModel(spec, delay=0.1)) as service:
        await runtime.bus.request(ask("secret words"), LLMResponseEvent)
        stats = service.stats()
    assert stats["model"] == "scripted"
    assert stats["requests"] == 1
    assert stats["running"] == stats["failed"] == stats["cancelled"] == 0
    assert stats["tokens_per_second"] == pytest.approx(10)
    assert stats["warm_ms"] > 0
    assert "secret" not in str(stats)


async def test_it_reads_the_system_prompt_before_it_is_ready(runtime: Runtime) -> None:
    made: list[ScriptedModel] = []

    def make(spec: EngineSpec) -> ScriptedModel:
        made.append(ScriptedModel(spec))
        return made[-1]

    async with running(runtime, make):
        assert made[0].requests[0].messages[0].role == "system"
        assert made[0].requests[0].priority == "voice"


async def test_a_cancelled_turn_stops_the_model_before_its_next_token(runtime: Runtime) -> None:
    made: list[ScriptedModel] = []

    def make(spec: EngineSpec) -> ScriptedModel:
        made.append(ScriptedModel(spec, lambda _: "word " * 1000, delay=0.1))
        return made[-1]

    async with running(runtime, make) as service:
        before = made[0].written
        with pytest.raises(TurnCancelled):
            async with runtime.bus.ask(ask(turn="t")) as answers:
                async for _ in answers:
                    runtime.bus.publish(TurnCancelledEvent(turn="t", reason="barge-in"))
        await anyio.sleep(5)
        assert made[0].written - before <= 2
        assert service.stats()["cancelled"] == 1
        assert (await runtime.bus.request(ask(max_tokens=1), LLMResponseEvent)).finish == "length"


async def test_roles_bring_their_own_defaults_and_share_one_engine(runtime: Runtime) -> None:
    made: list[ScriptedModel] = []

    def make(spec: EngineSpec) -> ScriptedModel:
        made.append(ScriptedModel(spec))
        return made[-1]

    async with running(runtime, make):
        await runtime.bus.request(ask(role="analysis"), LLMResponseEvent)
        await runtime.bus.request(ask(role="generation", temperature=0.0, max_tokens=7), LLMResponseEvent)
    assert len(made) == 2, "generation is scripted here, analysis is auto: two engines"
    assert (made[1].requests[0].max_tokens, made[1].requests[0].temperature) == (2000, 0.3)
    assert (made[0].requests[-1].max_tokens, made[0].requests[-1].temperature) == (7, 0.0)


async def test_equal_roles_share_one_engine(runtime: Runtime) -> None:
    made: list[ScriptedModel] = []

    def make(spec: EngineSpec) -> ScriptedModel:
        made.append(ScriptedModel(spec))
        return made[-1]

    async with running(runtime, make, LlmSettings()):
        for role in ("generation", "analysis", "maintenance"):
            await runtime.bus.request(ask(role=role), LLMResponseEvent)
    assert len(made) == 1


async def test_a_role_whose_engine_cannot_load_fails_its_asker_only(runtime: Runtime) -> None:
    class Missing(ScriptedModel):
        async def load(self) -> None:
            raise NotFound("There is no such model.")

    def make(spec: EngineSpec) -> ScriptedModel:
        return Missing(spec) if spec.model == "none" else ScriptedModel(spec)

    settings = LlmSettings(analysis=AnalysisSettings(model="none"))
    async with running(runtime, make, settings):
        with pytest.raises(NotFound):
            await runtime.bus.request(ask(role="analysis"), LLMResponseEvent)
        assert await runtime.bus.request(ask(), LLMResponseEvent)


async def test_a_model_that_breaks_off_is_a_failure_not_an_answer(runtime: Runtime) -> None:
    def make(spec: EngineSpec) -> ScriptedModel:
        return ScriptedModel(spec, failure=Interrupted("It broke off."), failing_after=2)

    settings = LlmSettings(generation=GenerationSettings(system_prompt=""))

    class Patient(LlmService):
        async def _warm_up(self, engine: object) -> None:
            """The engine of this test fails always."""

    service, ready = Patient(runtime, settings, Path("nowhere"), engines=make), anyio.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(service.run, ready.set)
        await ready.wait()
        heard: list[str] = []
        with pytest.raises(Interrupted):
            async with runtime.bus.ask(ask()) as answers:
                async for answer in answers:
                    assert isinstance(answer, LLMTokenEvent)
                    heard.append(answer.text)
        assert service.stats()["failed"] == 1
        group.cancel_scope.cancel()


async def test_the_debris_of_a_template_is_not_part_of_an_answer(runtime: Runtime) -> None:
    async with running(
        runtime,
        lambda spec: ScriptedModel(spec, lambda _: "assistant: Noon.<|im_end|> <|im_start|> user: no"),
    ):
        assert (await runtime.bus.request(ask(), LLMResponseEvent)).text == "Noon."


async def test_it_counts_tokens(runtime: Runtime) -> None:
    async with running(runtime, ScriptedModel):
        counted = await runtime.bus.request(CountTokensEvent(texts=("one two", "")), TokenCountEvent)
    assert counted.counts == (2, 0)
    assert counted.context == 4096


async def test_eight_people_are_all_answered_and_voice_does_not_wait_for_them(runtime: Runtime) -> None:
    ended: list[str] = []

    async def one(name: str, **changes: object) -> None:
        await runtime.bus.request(ask(name, dialogue=name, **changes), LLMResponseEvent)
        ended.append(name)

    async with running(runtime, lambda spec: ScriptedModel(spec, delay=0.1)):
        async with anyio.create_task_group() as group:
            for number in range(8):
                group.start_soon(one, f"chat{number}")
            await anyio.sleep(0.05)
            began = runtime.clock.monotonic()
            async with runtime.bus.ask(ask("voice", dialogue="v", priority="voice")) as answers:
                async for _ in answers:
                    break
            assert runtime.clock.monotonic() - began < 0.2
    assert len(ended) == 8


async def test_when_it_has_stopped_nothing_answers(runtime: Runtime) -> None:
    async with running(runtime, ScriptedModel):
        pass
    with pytest.raises(Unavailable):
        await runtime.bus.request(ask(), LLMResponseEvent)


def test_a_core_is_left_to_the_voice_where_there_are_two() -> None:
    assert [writing_threads(0, cores) for cores in (1, 2, 4, 64)] == [1, 1, 3, 8]
    assert [reading_threads(0, cores) for cores in (1, 2, 4, 64)] == [1, 2, 4, 8]
    assert writing_threads(5, 2) == reading_threads(5, 2) == 5


def failing(*targets: str) -> Maker:
    """Models, of which those of these names are not there."""

    class Missing(ScriptedModel):
        async def load(self) -> None:
            raise NotFound("There is no such model.")

    def make(spec: EngineSpec) -> ScriptedModel:
        kind = Missing if spec.model in targets else ScriptedModel
        return kind(spec, lambda _: f"I am {spec.model}.")

    return make


FALLING_BACK = LlmSettings(
    generation=GenerationSettings(engine="scripted", model="big", fallback=("scripted:small",))
)


async def test_when_one_model_fails_the_next_of_its_chain_answers(runtime: Runtime) -> None:
    async with running(runtime, failing("big"), FALLING_BACK):
        assert (await runtime.bus.request(ask(), LLMResponseEvent)).text == "I am small."


async def test_a_model_is_switched_while_solo_runs_and_back_again(runtime: Runtime) -> None:
    async with running(runtime, failing("none"), FALLING_BACK) as service:
        chosen = await runtime.bus.request(ChooseModelEvent(model="scripted:other"), ModelChosenEvent)
        assert chosen.chain.chosen
        assert (await runtime.bus.request(ask(), LLMResponseEvent)).text == "I am other."
        with pytest.raises(NotFound):
            await runtime.bus.request(ChooseModelEvent(model="scripted:none"), ModelChosenEvent)
        assert (await runtime.bus.request(ask(), LLMResponseEvent)).text == "I am other."
        await runtime.bus.request(ChooseModelEvent(), ModelChosenEvent)
        assert (await runtime.bus.request(ask(), LLMResponseEvent)).text == "I am big."
        assert service.stats()["engine"] == "scripted"


async def test_a_request_may_name_the_model_that_it_wants(runtime: Runtime) -> None:
    async with running(runtime, failing(), FALLING_BACK):
        asked = ask(model="scripted:this")
        assert (await runtime.bus.request(asked, LLMResponseEvent)).text == "I am this."
        assert (await runtime.bus.request(ask(), LLMResponseEvent)).text == "I am big."


@pytest.mark.parametrize("name", ["/etc/passwd", "auto:../x.gguf", "llama_cpp:~/x.gguf", "C:\\x.gguf"])
async def test_who_names_a_model_cannot_have_a_file_opened(runtime: Runtime, name: str) -> None:
    async with running(runtime, failing(), FALLING_BACK):
        for request in (ask(model=name), ChooseModelEvent(model=name)):
            with pytest.raises(NotFound, match="name of a model"):
                await runtime.bus.request(request, LLMResponseEvent)


async def test_what_was_needed_for_a_while_is_unloaded_and_loaded_anew(runtime: Runtime) -> None:
    made: list[str] = []

    def make(spec: EngineSpec) -> ScriptedModel:
        made.append(spec.model)
        return ScriptedModel(spec)

    async with running(runtime, make, FALLING_BACK) as service:
        await runtime.bus.request(ask(model="scripted:other"), LLMResponseEvent)
        await runtime.clock.sleep(3600)
        await runtime.bus.request(ask(model="scripted:other"), LLMResponseEvent)
        await runtime.bus.request(ask(), LLMResponseEvent)
        assert service.stats()["requests"] == 3
    assert made == ["big", "other", "other"]


async def test_the_models_that_may_be_named_are_listed(runtime: Runtime) -> None:
    async with running(runtime, failing(), FALLING_BACK):
        listed = await runtime.bus.request(ListModelsEvent(), ModelsEvent)
    assert [chain.role for chain in listed.roles] == ["generation", "analysis", "maintenance"]
    assert [(offer.model, offer.loaded) for offer in listed.models] == [("scripted", True)]


async def test_who_waits_is_told_how_many_go_first(runtime: Runtime) -> None:
    settings = LlmSettings(generation=GenerationSettings(engine="scripted"), slots=1)
    async with running(runtime, lambda spec: ScriptedModel(spec, delay=0.1), settings):
        told: dict[str, list[int]] = {}

        async def one(owner: str) -> None:
            told[owner] = []
            async with runtime.bus.ask(ask(owner=owner)) as answers:
                async for answer in answers:
                    if isinstance(answer, LLMQueuedEvent):
                        assert answer.owner == owner
                        told[owner].append(answer.position)

        async with anyio.create_task_group() as group:
            for owner in ("anna", "ben", "carl"):
                group.start_soon(one, owner)
                await anyio.sleep(0.01)
        assert told == {"anna": [], "ben": [0], "carl": [1, 0]}


async def test_who_set_a_deadline_does_not_wait_beyond_it(runtime: Runtime) -> None:
    settings = LlmSettings(generation=GenerationSettings(engine="scripted"), slots=1)
    async with running(runtime, lambda spec: ScriptedModel(spec, delay=1.0), settings):
        async with anyio.create_task_group() as group:
            group.start_soon(runtime.bus.request, ask(), LLMResponseEvent)
            await anyio.sleep(0.01)
            with pytest.raises(TimedOut):
                await runtime.bus.request(ask(deadline=0.5), LLMResponseEvent)
