"""Of a long turn whole sentences are not heard again."""

import pytest

from app.events.voice import STTEvent
from app.kernel.runtime import Runtime
from tests.flows.stage import stage, voice

pytestmark = pytest.mark.anyio

FIRST = "I have eggs and bread and a little cheese left."
SECOND = "What could I make of it?"


async def test_behind_a_whole_sentence_only_what_is_new_is_transcribed(runtime: Runtime) -> None:
    async with stage(runtime, voice()) as s:
        await s.wake()
        await s.say(FIRST)
        await s.silence(0.45)
        await s.say(SECOND)
        await s.until_spoken()
        assert s.said == [f"{FIRST} {SECOND}"]
        assert s.transcribed[-1] == SECOND
        (told,) = [event for event in s.of(STTEvent) if event.final]
        assert told.text == f"{FIRST} {SECOND}"
        assert told.seconds > 3.5


async def test_three_sentences_are_put_together(runtime: Runtime) -> None:
    third = "And what could I drink with it in the evening, please?"
    async with stage(runtime, voice()) as s:
        await s.wake()
        await s.say(FIRST)
        await s.silence(0.45)
        await s.say("Then there are some apples and a lot of pears.")
        await s.silence(0.45)
        await s.say(third)
        await s.until_spoken()
        assert s.said == [f"{FIRST} Then there are some apples and a lot of pears. {third}"]
        assert s.transcribed[-1] == third


@pytest.mark.parametrize(
    "beginning",
    ["Set a timer.", "I have eggs and bread and a little cheese and"],
    ids=["short", "unfinished"],
)
async def test_a_beginning_is_heard_again_together_with_its_end(runtime: Runtime, beginning: str) -> None:
    async with stage(runtime, voice()) as s:
        await s.wake()
        await s.say(beginning)
        await s.silence(0.3)
        await s.say("ten big potatoes")
        await s.until_spoken()
        assert s.said == [f"{beginning} ten big potatoes"]
        assert s.transcribed[-1] == f"{beginning} ten big potatoes"


async def test_a_cough_behind_a_sentence_takes_no_words_away(runtime: Runtime) -> None:
    async with stage(runtime, voice()) as s:
        await s.wake()
        await s.say(FIRST)
        await s.silence(0.45)
        await s.cough(0.3)
        await s.until_spoken()
        assert s.said == [FIRST]
