"""A provider through the whole service: named by a request, accounted for, offered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.config.llm import GenerationSettings, LlmSettings, ServerSettings
from app.config.providers import ProviderSettings, ProvidersSettings
from app.events.llm import (
    ChatMessage,
    ListModelsEvent,
    LLMRequestEvent,
    LLMResponseEvent,
    LLMTokenEvent,
    LLMUsedEvent,
    ModelsEvent,
)
from app.kernel.bus import Bus, Subscription
from app.kernel.errors import Forbidden, Interrupted, NotFound, SoloError, TimedOut
from app.kernel.runtime import Runtime
from app.llm.engines.scripted import ScriptedModel
from app.llm.engines.table import build
from app.llm.port import LanguageModel
from app.llm.providers.shelf import provider
from app.llm.service import LlmService
from app.llm.spec import EngineSpec
from tests.wire import openai as wire
from tests.wire.openai import OpenAiWire
from tests.wire.server import KEY, WireServer, serving

pytestmark = [pytest.mark.anyio, pytest.mark.real_time]

MODEL = "gpt-6-luna"


@dataclass
class Served:
    """A running service, the server that it knows as OpenAI, and the accounts of what was answered."""

    runtime: Runtime
    service: LlmService
    server: WireServer
    accounts: Subscription[LLMUsedEvent]

    @property
    def bus(self) -> Bus:
        return self.runtime.bus

    def used(self) -> int:
        """How many answers were put on somebody's account."""
        return self.accounts.pending()


@asynccontextmanager
async def serving_openai(
    runtime: Runtime, generation: GenerationSettings, *, timeout: float = 30.0, can: tuple[str, ...] = ()
) -> AsyncGenerator[Served]:
    """OpenAI at a loopback server that has one of its models. can: what the scripted one does natively."""

    def engines(spec: EngineSpec) -> LanguageModel:
        return ScriptedModel(spec, can=can) if spec.engine == "scripted" else build(spec)

    async with serving(OpenAiWire()) as server:
        own = ProviderSettings(url=server.url, api_key=SecretStr(KEY), timeout_seconds=timeout)
        settings = LlmSettings(generation=generation, providers=ProvidersSettings(openai=own))
        started = asyncio.Event()
        service = LlmService(runtime, settings, Path("nowhere"), engines=engines)
        task = asyncio.create_task(service.run(started.set))
        await started.wait()
        with runtime.bus.subscribe(LLMUsedEvent, name="accounts") as accounts:
            yield Served(runtime, service, server, accounts)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.fixture(autouse=True)
def _one_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MODEL", MODEL)


@pytest.fixture
async def served(runtime: Runtime) -> AsyncIterator[Served]:
    """A service whose own model is scripted."""
    async with serving_openai(runtime, GenerationSettings(engine="scripted", model="mine")) as it:
        yield it


def ask(model: str) -> LLMRequestEvent:
    said = (ChatMessage(role="user", content="Count to ten."),)
    return LLMRequestEvent(owner="o", messages=said, model=model, max_tokens=1000)


async def test_whoever_is_named_answers_and_what_that_costs_is_told(served: Served) -> None:
    for name in (f"openai:{MODEL}", MODEL):
        answer = await served.bus.request(ask(name), LLMResponseEvent)
        assert (answer.provider, answer.model) == ("openai", MODEL)
        price = provider("openai").facts(MODEL).price
        assert price is not None
        fresh = answer.prompt_tokens - answer.cached_tokens
        cost = fresh * price.input + answer.cached_tokens * (price.cached or 0)
        assert answer.cost == pytest.approx((cost + answer.completion_tokens * price.output) / 1e6)
    mine = await served.bus.request(ask(""), LLMResponseEvent)
    assert (mine.provider, mine.cost) == ("scripted", 0.0)


async def test_who_cannot_be_asked_is_a_sentence(served: Served) -> None:
    with pytest.raises(Forbidden, match="Google wants a key"):
        await served.bus.request(ask("google:gemini-3.8-flash"), LLMResponseEvent)
    with pytest.raises(NotFound, match="gogle") as caught:
        await served.bus.request(ask("gogle:gemini-3.8-flash"), LLMResponseEvent)
    assert "google:gemini-3.8-flash" in caught.value.hint


async def test_models_of_providers_whose_key_is_set_are_offered(served: Served) -> None:
    found = await served.bus.request(ListModelsEvent(owner="o"), ModelsEvent)
    names = {offer.name for offer in found.models}
    assert f"openai:{MODEL}" in names
    assert not any(name.startswith("google:") for name in names)


WITH_A_NEXT = GenerationSettings(model=f"openai:{MODEL}", fallback=("scripted:mine",))
BEFORE_A_WORD = [
    "silent",
    "hang_up",
    "half_first",
    "wrong_json",
    "other_json",
    "html",
    "html_failure",
    "endless",
    "squeezed",
    "elsewhere",
    "bad_key",
    "forbidden",
    "no_credit",
    "no_model",
    "too_many",
    "broken",
    "overloaded",
]
IN_THE_MIDDLE = ["half", "half_quietly", "unfinished", "failure_within", "silent_within"]


@pytest.mark.parametrize("trouble", BEFORE_A_WORD)
async def test_who_fails_before_the_first_word_is_followed_by_the_next_of_the_chain(
    runtime: Runtime, trouble: str
) -> None:
    timeout = 0.2 if trouble == "silent" else 30.0
    async with serving_openai(runtime, WITH_A_NEXT, timeout=timeout) as served:
        served.server.trouble = trouble
        answer = await served.bus.request(ask(""), LLMResponseEvent)
        assert (answer.provider, answer.text) == ("scripted", "You said: Count to ten.")
        assert len(served.server.chats) == 1  # asked once, and charged for once at most
        assert served.used() == 1
        envelope = await served.accounts.next()
        assert envelope is not None
        assert (envelope.event.provider, envelope.event.cost) == ("scripted", 0.0)


@pytest.mark.parametrize("trouble", IN_THE_MIDDLE)
async def test_who_fails_after_the_first_word_is_followed_by_nobody(runtime: Runtime, trouble: str) -> None:
    timeout = 0.2 if trouble == "silent_within" else 30.0
    async with serving_openai(runtime, WITH_A_NEXT, timeout=timeout) as served:
        served.server.trouble = trouble
        told: list[str] = []
        with pytest.raises((Interrupted, TimedOut)):
            async with served.bus.ask(ask("")) as answers:
                async for answer in answers:
                    told += [answer.text] if isinstance(answer, LLMTokenEvent) else []
        assert "You said" not in "".join(told)
        assert len(served.server.chats) == 1


async def test_who_cannot_do_what_is_asked_is_passed_over_without_being_asked(runtime: Runtime) -> None:
    async with serving_openai(runtime, WITH_A_NEXT, can=("logprobs",)) as served:
        wish = ask("").model_copy(update={"logprobs": 1})  # its entry has none
        assert (await served.bus.request(wish, LLMResponseEvent)).provider == "scripted"
        assert not served.server.chats


async def test_a_request_that_is_wrong_is_wrong_everywhere(runtime: Runtime) -> None:
    async with serving_openai(runtime, WITH_A_NEXT) as served:
        served.server.trouble = "too_long"
        with pytest.raises(SoloError, match="because of too_long"):
            await served.bus.request(ask(""), LLMResponseEvent)
        assert served.used() == 0


async def test_who_says_how_long_to_wait_is_not_asked_until_then(runtime: Runtime) -> None:
    async with serving_openai(runtime, WITH_A_NEXT) as served:
        served.server.trouble = "too_many"  # for seven seconds, it says
        for _ in range(4):
            assert (await served.bus.request(ask(""), LLMResponseEvent)).provider == "scripted"
        assert len(served.server.chats) == 1
        assert served.service.stats()["left_alone"] == {f"openai:{MODEL}": "open"}
        assert served.used() == 4


async def test_three_failures_in_a_row_and_it_is_left_alone(runtime: Runtime) -> None:
    async with serving_openai(runtime, WITH_A_NEXT) as served:
        served.server.trouble = "broken"
        for _ in range(6):
            assert (await served.bus.request(ask(""), LLMResponseEvent)).provider == "scripted"
        assert len(served.server.chats) == 3


async def test_a_deadline_holds_while_a_provider_is_silent(runtime: Runtime) -> None:
    async with serving_openai(runtime, GenerationSettings(model=f"openai:{MODEL}")) as served:
        served.server.trouble = "silent"
        with pytest.raises(TimedOut, match=r"had 0\.2 s"):
            hurried = ask("").model_copy(update={"deadline": 0.2})
            await served.bus.request(hurried, LLMResponseEvent)
        served.server.trouble = ""
        assert (await served.bus.request(ask(""), LLMResponseEvent)).provider == "openai"


async def test_the_server_of_the_settings_is_accounted_for_by_its_own_name(runtime: Runtime) -> None:
    async with serving(OpenAiWire()) as server:
        settings = LlmSettings(
            generation=GenerationSettings(engine="server", model=MODEL),
            server=ServerSettings(url=server.url, api_key=SecretStr(KEY)),
        )
        started = asyncio.Event()
        task = asyncio.create_task(LlmService(runtime, settings, Path("nowhere")).run(started.set))
        await started.wait()
        answer = await runtime.bus.request(ask(""), LLMResponseEvent)
        assert (answer.provider, answer.model, answer.cost) == ("server", MODEL, 0.0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
