"""Whatever a provider does wrong is one sentence with a way out, and its key never stands in it."""

from __future__ import annotations

import traceback

import anyio
import pytest

from app.config.llm import LlmSettings
from app.events.llm import Shape
from app.kernel.errors import (
    Forbidden,
    Interrupted,
    MissingExtra,
    NotFound,
    RateLimited,
    SoloError,
    TimedOut,
    Unavailable,
    Unsupported,
)
from app.llm.engines.table import build
from app.llm.failures import NotTaken
from app.llm.port import LanguageModel
from app.llm.targets import find_target
from tests.contracts.test_llm_engines import WEATHER, run, say
from tests.wire.engines import WIRES, at_work, loaded, spec_at
from tests.wire.server import KEY, serving

pytestmark = [pytest.mark.anyio, pytest.mark.real_time]

PROVIDERS = [
    pytest.param("openai"),
    pytest.param("huggingface"),
    pytest.param("anthropic", marks=pytest.mark.needs("anthropic")),
    pytest.param("mistral"),
    pytest.param("google"),
]
SILENCE = 0.2
WRONG: list[tuple[str, tuple[type[SoloError], ...], str]] = [
    ("silent", (TimedOut,), "silent for 0.2 s"),
    ("silent_within", (TimedOut,), "silent for 0.2 s"),
    ("hang_up", (Unavailable,), "hung up before it answered"),
    ("half", (Interrupted,), "broke off"),
    ("half_first", (Unavailable, Interrupted), "hung up|broke off|does not speak as it should"),
    ("half_quietly", (Interrupted,), "broke off"),
    ("unfinished", (Interrupted,), "broke off"),
    ("failure_within", (Interrupted,), "broke off"),
    ("wrong_json", (Unavailable,), "does not speak as it should"),
    ("other_json", (Unavailable, Interrupted), "does not speak as it should|broke off"),
    ("html", (Unavailable,), "does not speak as it should"),
    ("html_failure", (Unavailable,), "502"),
    ("endless", (Unavailable,), "does not speak as it should"),
    ("endless_event", (Unavailable,), "does not speak as it should"),
    ("chatty", (Interrupted,), "far more than it was asked for|broke off"),
    ("squeezed", (Unavailable,), "does not speak as it should"),
    ("elsewhere", (Unavailable,), "does not speak as it should"),
    ("too_long", (NotTaken,), "because of too_long"),
    ("bad_key", (Forbidden,), "does not accept Solo's key"),
    ("forbidden", (Forbidden,), "because of forbidden"),
    ("no_credit", (RateLimited,), "used up"),
    ("no_model", (NotFound,), "tiny-1"),
    ("too_many", (RateLimited,), "enough"),
    ("broken", (Unavailable,), "500"),
    ("overloaded", (Unavailable,), "5[0-9][0-9]"),
]


def has_no_key(error: BaseException) -> bool:
    """Neither the sentence nor what would be logged of it."""
    said = "".join(traceback.format_exception(error))
    return KEY not in f"{error} {getattr(error, 'hint', '')}" and f"key={KEY}" not in said


@pytest.mark.parametrize("provider", PROVIDERS)
class TestEveryProvider:
    @pytest.mark.parametrize(("trouble", "kinds", "words"), WRONG, ids=[row[0] for row in WRONG])
    async def test_each_trouble_has_its_sentence(
        self, provider: str, trouble: str, kinds: tuple[type[SoloError], ...], words: str
    ) -> None:
        timeout = SILENCE if "silent" in trouble else 30.0
        async with at_work(provider, timeout=timeout) as (engine, server):
            server.trouble = trouble
            with anyio.fail_after(60), pytest.raises(kinds, match=words) as caught:
                await run(engine, say("Count to ten."))
            assert type(caught.value) in kinds
            assert server.url in caught.value.message
            assert "\n" not in str(caught.value)
            assert has_no_key(caught.value)
            if trouble == "too_many" and isinstance(caught.value, RateLimited):
                assert caught.value.after == 7.0
            if timeout > SILENCE:
                server.trouble = ""
                _, end = await run(engine, say("Count to ten."))
                assert end.completion_tokens  # it works again, and nothing is left hanging

    async def test_a_key_that_is_missing_is_asked_for_by_its_names(self, provider: str) -> None:
        async with serving(WIRES[provider]()) as server:
            with pytest.raises(Forbidden, match="wants a key") as caught:
                async with loaded(spec_at(provider, server.url, key="")):
                    pass
            assert f"SOLO_LLM__PROVIDERS__{provider.upper()}__API_KEY" in caught.value.hint
            assert not server.asked

    async def test_a_wrong_key_is_noticed_before_anyone_waits_for_an_answer(self, provider: str) -> None:
        async with serving(WIRES[provider]()) as server:
            with pytest.raises(Forbidden, match="does not accept") as caught:
                async with loaded(spec_at(provider, server.url, key="wrong")) as engine:
                    await run(engine, say("Hello"))  # where models are not listed
            assert has_no_key(caught.value)

    async def test_a_model_that_is_not_there_is_named(self, provider: str) -> None:
        async with serving(WIRES[provider]()) as server:
            if not spec_at(provider, server.url).answering.lists:
                return
            with pytest.raises(NotFound, match="tiny-9"):
                async with loaded(spec_at(provider, server.url, model="tiny-9")):
                    pass

    async def test_nobody_there_is_said(self, provider: str) -> None:
        async with serving(WIRES[provider]()) as server:
            url = server.url
        with pytest.raises(Unavailable, match="Nobody answers"):
            async with loaded(spec_at(provider, url)) as engine:
                await run(engine, say("Hello"))

    async def test_what_its_model_cannot_do_is_refused_before_it_is_asked(self, provider: str) -> None:
        async with at_work(provider, can=()) as (engine, server):
            for wish in ({"tools": (WEATHER,)}, {"shape": Shape(kind="json")}, {"logprobs": 1}):
                with pytest.raises(Unsupported):
                    await run(engine, say("Hello", **wish))
            assert not server.chats
            await run(engine, say("Hello"))  # wishes of sampling are left out

    async def test_leaving_closes_the_connection_at_once(self, provider: str) -> None:
        async with at_work(provider) as (engine, server):
            server.delay = 0.01
            await left_after_the_first_word(engine)
            with anyio.fail_after(30):
                while not server.left:  # noqa: ASYNC110  (what the server saw is a number)
                    await anyio.sleep(0.01)

    async def test_whoever_is_paid_is_never_asked_twice(self, provider: str) -> None:
        async with at_work(provider, timeout=30.0) as (engine, server):
            for trouble in ("hang_up", "too_many", "broken", "half"):
                server.asked.clear()
                server.trouble = trouble
                with pytest.raises(SoloError):
                    await run(engine, say("Hello"))
                assert len(server.chats) == 1


async def left_after_the_first_word(engine: LanguageModel) -> None:
    steps = engine.generate(say("Count to one thousand.", max_tokens=1500))
    async for _ in steps:
        break
    await steps.aclose()


async def test_a_library_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr("app.llm.remote.import_module", absent)
    with pytest.raises(MissingExtra, match="needs the package anthropic") as caught:
        async with loaded(spec_at("anthropic", "http://127.0.0.1:9")):
            pass
    assert "--extra anthropic" in caught.value.hint


@pytest.mark.parametrize(("provider", "told"), [("openai", True), ("ollama", False), ("mistral", False)])
async def test_what_the_environment_tells_openai_is_told_to_nobody_else(
    provider: str, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-ours")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Secret: ours")
    async with at_work(provider) as (engine, server):
        await run(engine, say("Hello"))
        for asked in server.asked:
            assert ("openai-organization" in asked.headers) is told
            assert ("x-secret" in asked.headers) is told


async def test_offline_means_this_machine_only() -> None:
    spec = find_target("google:gemini-3.8-flash", LlmSettings(), offline=True)
    with pytest.raises(Forbidden, match="offline"):
        await build(spec).load()
