"""Who answers for a role."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.config.llm import GenerationSettings, LlmSettings
from app.llm.roles.breaker import FAILURES, FIRST_PAUSE, LONGEST_PAUSE, LONGEST_WISH, Breaker
from app.llm.roles.chain import Roles, configured, own_target
from app.llm.roles.targets import spec_of
from app.llm.targets import find_target

SETTINGS = LlmSettings(
    generation=GenerationSettings(engine="server", model="big", fallback=("anthropic:clever", "auto:small"))
)


def test_the_settings_name_a_model_and_who_comes_after_it() -> None:
    assert Roles(SETTINGS).chain("generation") == ("server:big", "anthropic:clever", "auto:small")
    assert Roles(SETTINGS).chain("analysis") == ("auto:auto",)


def test_who_is_switched_to_comes_first_and_the_others_stay() -> None:
    roles = Roles(SETTINGS)
    roles.choose("generation", "auto:small")
    assert roles.chain("generation") == ("auto:small", "server:big", "anthropic:clever")
    assert roles.seen("generation").chosen
    assert not roles.seen("analysis").chosen


def test_switching_back_is_what_the_settings_say() -> None:
    roles = Roles(SETTINGS)
    for back in ("", "server:big"):
        roles.choose("generation", "auto:small")
        roles.choose("generation", back)
        assert roles.chain("generation")[0] == "server:big"
        assert roles.chosen("generation") == ""


def test_a_request_that_names_a_model_wants_no_other() -> None:
    assert Roles(SETTINGS).chain("generation", "google:g") == ("google:g",)


def test_a_breaker_lets_one_try_when_its_time_is_over() -> None:
    breaker = Breaker()
    for _ in range(FAILURES):
        assert breaker.ask(0.0)
        breaker.failed(0.0)
    assert not breaker.ask(FIRST_PAUSE - 0.1)
    assert [breaker.ask(FIRST_PAUSE) for _ in range(3)] == [True, False, False]


def test_each_trial_that_fails_doubles_the_pause_up_to_a_bound() -> None:
    breaker, now, pauses = Breaker(), 0.0, list[float]()
    for _ in range(FAILURES):
        breaker.failed(now)
    for _ in range(8):
        pause = next(step for step in range(1, 1000) if breaker.state(now + step) == "half_open")
        pauses.append(pause)
        now += pause
        assert breaker.ask(now)
        breaker.failed(now)
    assert pauses[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert pauses[-1] == LONGEST_PAUSE


def test_a_trial_nobody_waited_for_leaves_the_door_ajar() -> None:
    breaker = Breaker()
    breaker.failed(0.0, after=5.0)
    assert breaker.ask(5.0)
    breaker.left()
    assert breaker.ask(5.0)


def test_an_answer_forgives_everything() -> None:
    breaker = Breaker()
    for _ in range(FAILURES - 1):
        breaker.failed(0.0)
    breaker.worked()
    breaker.failed(0.0)
    assert breaker.state(0.0) == "closed"


def test_a_limit_without_an_end_has_one() -> None:
    breaker = Breaker()
    breaker.failed(0.0, after=float("inf"))
    assert not breaker.ask(LONGEST_WISH - 1)
    assert breaker.ask(LONGEST_WISH)


@pytest.mark.parametrize(
    ("engine", "model", "target"),
    [
        ("auto", "auto", "auto:auto"),
        ("auto", "openai:gpt-6-luna", "openai:gpt-6-luna"),
        ("auto", "server:tiny", "server:tiny"),
        ("auto", "acme:rocket-1", "acme:rocket-1"),
        ("auto", "C:\\models\\a.gguf", "auto:C:\\models\\a.gguf"),
        ("auto", "here/a:b.gguf", "auto:here/a:b.gguf"),
        ("mistral", "auto", "mistral:auto"),
        ("server", "tiny", "server:tiny"),
        ("openai", "tiny", "server:tiny"),  # the old name; the company is never an engine
    ],
)
def test_what_a_role_names_is_one_target(engine: str, model: str, target: str) -> None:
    assert own_target(GenerationSettings(engine=engine, model=model)) == target


@pytest.mark.parametrize("engine", ["server", "openai"])
def test_the_server_and_the_company_are_two(engine: str) -> None:
    settings = LlmSettings(generation=GenerationSettings(engine=engine, model="gpt-6-luna"))
    first = configured(settings, "generation")[0]
    server = spec_of(first, settings, "generation", Path("models"), offline=False)
    company = spec_of("openai:gpt-6-luna", settings, "generation", Path("models"), offline=False)
    assert server.server.url == settings.server.url
    assert company.server.url == "https://api.openai.com/v1"


@pytest.mark.parametrize("model", ["server:tiny", "local:small", "openai:gpt-6-luna", "mistral:"])
def test_a_role_may_name_its_provider_with_the_model(model: str) -> None:
    settings = LlmSettings(generation=GenerationSettings(model=model))
    first = configured(settings, "generation")[0]
    spec = spec_of(first, settings, "generation", Path("models"), offline=False)
    assert spec == find_target(model, settings, Path("models"))
