"""After a start the first answer does not wait for the model to read an hour of talk."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest

from app.config.llm import GenerationSettings, LlmSettings
from app.config.settings import Settings
from app.db.engine import Database
from app.dialogue.history import Draft, History
from app.events.base import Answer, Request
from app.events.dialogue import ReplyEvent, UserSaidEvent
from app.events.llm import LLMRequestEvent
from app.events.voice import WakeWordEvent
from app.kernel.runtime import Runtime
from app.main import serving
from tests.conftest import MODELS

pytestmark = [pytest.mark.anyio, pytest.mark.real_time, pytest.mark.needs("models")]

LINES = 24
WOKEN = WakeWordEvent(word="hey_jarvis", score=0.9, sample=0, engine="scripted")


async def talked(settings: Settings) -> None:
    """An hour of talk, before Solo was started again."""
    runtime = Runtime.new()
    async with Database(settings.data_dir) as database:
        history, owner = History(database, runtime.clock), WOKEN.owner
        for number in range(LINES):
            said = f"My friend number {number} lives in a blue house by the river and keeps {number} bees."
            line = Draft("user", said, "voice", f"t{number}", tokens=24)
            await (history.append if number else history.begin)(owner, line, "d1")
            await history.append(owner, Draft("assistant", "I see.", "voice", f"t{number}", tokens=3), "d1")


async def read_by_the_model(runtime: Runtime) -> None:
    """Call Solo, and wait until the model has read what was said before."""
    read = anyio.Event()

    def note(request: Request, answer: Answer, at: float) -> None:
        if isinstance(request, LLMRequestEvent):
            read.set()

    forget = runtime.bus.observe(note)
    runtime.bus.publish(WOKEN)
    await read.wait()
    forget()


@pytest.mark.parametrize("woken", [True, False])
async def test_what_was_said_before_is_read_from_the_wake_word_on(tmp_path: Path, woken: bool) -> None:
    role = GenerationSettings(model="smollm2-135m-instruct", context=2048, max_tokens=8)
    settings = Settings(data_dir=tmp_path, models_dir=MODELS, llm=LlmSettings(generation=role))
    await talked(settings)
    async with serving(settings, {"llm", "dialogue"}) as runtime:
        if woken:
            await read_by_the_model(runtime)
        said = UserSaidEvent(turn="t", text="Who keeps bees?", channel="voice", recall=False)
        reply = await runtime.bus.request(said, ReplyEvent)
    assert reply.dialogue == "d1"
    share = reply.cached_tokens / reply.prompt_tokens
    assert share > 0.9 if woken else share < 0.3
