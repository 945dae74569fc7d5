"""Which tools are offered for what is said."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

import anyio
import pytest

from app.config.settings import Settings
from app.events.base import Answer
from app.events.llm import EmbeddedEvent, EmbedEvent
from app.events.system import ServiceStateEvent
from app.events.tools import Tool
from app.kernel.errors import Unavailable
from app.kernel.runtime import Runtime
from app.skills.tools.fitting import Profile, asked_for, fitting, stem, stems
from app.skills.tools.plugged import house
from app.skills.tools.surroundings import Surroundings
from tests.toolsentences import HELD_NONE, HELD_WANTED, NONE, OTHERS, WANTED
from tests.unit.skills.tools.box import box

pytestmark = pytest.mark.anyio


def everything(runtime: Runtime) -> list[tuple[Tool, Profile]]:
    own = house(Surroundings(runtime, Settings(data_dir=Path("data")))).tools()
    return [(tool, Profile.of(tool)) for tool in (*own, *OTHERS)]


@pytest.mark.parametrize(
    "words",
    [
        ("light", "lights"),
        ("shop", "shopping", "shops"),
        ("message", "messages", "messaging"),
        ("reminder", "reminders"),
        ("calculate", "calculating", "calculated"),
        ("set", "setting"),
        ("city", "cities"),
        ("play", "playing", "played", "plays"),
        ("lock", "locked", "locking"),
        ("call", "calling", "called"),
    ],
)
def test_forms_of_a_word_are_the_same_word(words: Sequence[str]) -> None:
    assert len({stem(word) for word in words}) == 1


def test_time_is_no_timer() -> None:
    assert stem("time") != stem("timer")
    assert stems("What's the thing that you have there?") == frozenset()


def test_words_alone_find_most_of_what_is_wanted_and_leave_talk_alone(runtime: Runtime) -> None:
    tools = everything(runtime)
    for wanting, none in ((WANTED, NONE), (HELD_WANTED, HELD_NONE)):
        found = [wanted in [t.name for t in fitting(said, tools, 6)] for said, wanted in wanting]
        quiet = [not fitting(said, tools, 6) for said in none]
        assert sum(found) / len(found) > 0.75
        assert sum(quiet) / len(quiet) > 0.88


def test_meaning_decides_where_it_is_known(runtime: Runtime) -> None:
    tools = everything(runtime)
    texts = {tool.name: profile.text for tool, profile in tools}
    far = dict.fromkeys(texts.values(), 0.4)
    assert fitting("Brr!", tools, 6, near=far) == []
    near = far | {texts["set_thermostat"]: 0.7, texts["set_light"]: 0.65, texts["snooze"]: 0.61}
    assert [t.name for t in fitting("Brr!", tools, 6, near=near)] == ["set_thermostat", "set_light", "snooze"]
    assert [t.name for t in fitting("Brr!", tools, 1, near=near)] == ["set_thermostat"]


def test_what_lies_far_behind_the_best_is_left_out(runtime: Runtime) -> None:
    tools = everything(runtime)
    texts = {tool.name: profile.text for tool, profile in tools}
    near = dict.fromkeys(texts.values(), 0.4) | {texts["set_light"]: 0.85, texts["play_music"]: 0.6}
    assert [t.name for t in fitting("Hm", tools, 6, near=near)] == ["set_light"]


def test_a_tool_without_a_vector_is_found_by_its_words(runtime: Runtime) -> None:
    tools = everything(runtime)
    near = {profile.text: 0.4 for tool, profile in tools if tool.name != "play_music"}
    assert [t.name for t in fitting("Play music", tools, 6, near=near)] == ["play_music"]
    assert fitting("Tell me a joke", tools, 6, near=near) == []


class Vectors:
    """Somebody who makes vectors. What is said points to the texts with that word."""

    def __init__(self, runtime: Runtime, word: str) -> None:
        self.runtime = runtime
        self.word = word
        self.asked: list[EmbedEvent] = []
        self.slow = 0.0
        self.fails = False
        self.model = "m"

    async def embed(self, asked: EmbedEvent) -> AsyncGenerator[Answer, None]:
        self.asked.append(asked)
        await anyio.sleep(self.slow if asked.query else 0.01)
        if self.fails:
            raise Unavailable
        hit = [asked.query or self.word in text for text in asked.texts]
        yield EmbeddedEvent(
            vectors=tuple((1.0, 0.0) if one else (0.3, 0.954) for one in hit), model=self.model
        )

    def serving(self) -> Any:
        return self.runtime.bus.serve(EmbedEvent, self.embed, name="embedding")


SAID = "Pling, plang, plong"


class TestVectors:
    async def test_those_of_the_tools_are_made_once_in_the_background(self, runtime: Runtime) -> None:
        vectors = Vectors(runtime, "volume")
        async with box(runtime) as solo, vectors.serving():
            runtime.bus.publish(ServiceStateEvent(service="embedding", state="ready"))
            await anyio.sleep(0.5)
            made = sum(len(one.texts) for one in vectors.asked)
            assert made == len(await solo.tools())
            assert await solo.tools(SAID) == ["set_volume"]
            assert await solo.tools(SAID) == ["set_volume"]
            assert sum(len(one.texts) for one in vectors.asked if not one.query) == made

    async def test_until_they_are_there_words_decide(self, runtime: Runtime) -> None:
        vectors = Vectors(runtime, "volume")
        async with box(runtime) as solo, vectors.serving():
            assert await solo.tools(SAID) == []
            assert await solo.tools("set the alarm") != []
            await anyio.sleep(0.5)
            assert await solo.tools(SAID) == ["set_volume"]

    async def test_what_takes_long_is_not_waited_for(self, runtime: Runtime) -> None:
        vectors = Vectors(runtime, "volume")
        async with box(runtime) as solo, vectors.serving():
            await solo.tools(SAID)
            await anyio.sleep(0.5)
            vectors.slow = 5
            began = runtime.clock.monotonic()
            assert await solo.tools(SAID) == []
            assert runtime.clock.monotonic() - began < 0.1

    async def test_failures_and_another_model_leave_it_to_words(self, runtime: Runtime) -> None:
        vectors = Vectors(runtime, "volume")
        async with box(runtime) as solo:
            assert await solo.tools(SAID) == []
            async with vectors.serving():
                vectors.fails = True
                assert await solo.tools(SAID) == []
                await anyio.sleep(1)
                vectors.fails = False
                before = len(vectors.asked)
                assert await solo.tools(SAID) == []
                assert len(vectors.asked) == before  # it is not tried again at once
                await anyio.sleep(40)
                assert await solo.tools(SAID) == []
                await anyio.sleep(1)
                assert await solo.tools(SAID) == ["set_volume"]
                vectors.model = "other"
                assert await solo.tools(SAID) == []
                await solo.tools(SAID)
                await anyio.sleep(1)
                assert await solo.tools(SAID) == ["set_volume"]


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("Hey Jarvis, please count slowly.", "please count slowly."),
        ("Okay Solo. What time is it?", "What time is it?"),
        ("Hello there", "Hello there"),
        ("Hey Jarvis.", "Hey Jarvis."),
        ("Hi, put milk on the list", "Hi, put milk on the list"),
    ],
)
def test_being_called_is_not_what_is_asked_for(said: str, asked: str) -> None:
    assert asked_for(said) == asked
