"""How long is waited depends on what Solo asked, and on how the person pauses."""

from pathlib import Path

import anyio
import pytest

from app.events.voice import PausesLearntEvent, SpeechEndedEvent
from app.kernel.runtime import Runtime
from app.voice.audio.frames import milliseconds
from app.voice.turn.habits import Habits
from app.voice.turn.pauses import Pauses
from app.voice.turn.scripted import ScriptedEndOfTurn
from app.voice.turn.service import TurnService
from tests.flows.stage import Script, Stage, stage, started, voice

pytestmark = pytest.mark.anyio


def waits(made: Stage) -> list[float]:
    """Milliseconds of silence after which each turn was over."""
    return [milliseconds(end.decided_at - end.voiced_until) for end in made.of(SpeechEndedEvent)]


async def test_a_short_answer_to_a_question_of_solos_is_final_at_once(runtime: Runtime) -> None:
    script = Script(answers={"Good morning.": "Good morning. Shall I read the news?"})
    async with stage(runtime, voice(wake="none"), script) as made:
        await made.say("Good morning.")
        await made.until_spoken()
        await made.silence(1.0)
        await made.say("Yes.")
        await made.until_spoken(2)
        await made.silence(1.0)
        await made.say("Yes.")
        await made.until_spoken(3)
        unasked, asked, answered = waits(made)
        assert asked < 350
        assert unasked == answered > 500


async def test_a_long_answer_to_a_question_of_solos_gets_more_time(runtime: Runtime) -> None:
    script = Script(answers={"Good morning.": "What did you do yesterday?"})
    unsure = ScriptedEndOfTurn(opinions=(0.5,))
    async with stage(runtime, voice(wake="none"), script, judge=unsure) as made:
        await made.say("Good morning.")
        await made.until_spoken()
        await made.silence(1.0)
        await made.say("We went to the lake.")
        await made.until_spoken(2)
        await made.silence(1.0)
        await made.say("We went to the lake.")
        await made.until_spoken(3)
        _, asked, unasked = waits(made)
        assert asked > unasked + 200


async def test_a_command_does_not_wait_for_the_judgement_of_the_sound(runtime: Runtime) -> None:
    silent = ScriptedEndOfTurn(opinions=(None,))
    async with stage(runtime, voice(wake="none"), judge=silent) as made:
        await made.say("Set a timer for ten minutes.")
        await made.until_spoken()
        assert waits(made)[0] < 350


async def test_pauses_in_the_middle_of_turns_are_learnt(runtime: Runtime) -> None:
    async with stage(runtime, voice(wake="none"), judge=ScriptedEndOfTurn(opinions=(0.1,))) as made:
        for _ in range(3):
            await made.say("The bird sang.")
            await made.silence(1.0)
            await made.say("The tree fell.")
            await made.silence(0.1)
            await made.say("The end came.")
            before = len(made.said)
            await made.until(lambda count=before: len(made.said) > count)
            await made.until_spoken(before + 1)
        learnt = made.of(PausesLearntEvent)
        assert [event.count for event in learnt] == [1, 2, 3]
        assert learnt[-1].stretch > learnt[0].stretch > 1.0
        assert waits(made)[2] > waits(made)[0]


@pytest.mark.real_time
async def test_what_was_learnt_is_kept_by_the_service_and_read_by_the_next(
    runtime: Runtime, tmp_path: Path
) -> None:
    Habits(tmp_path).write("local", Pauses(average_ms=900, count=9))
    heard: list[PausesLearntEvent] = []
    async with anyio.create_task_group() as group:
        with runtime.bus.subscribe(PausesLearntEvent, name="heard") as events:
            made = Stage(runtime, Script())
            service = TurnService(
                runtime, voice(wake="none"), made.hub, made.playback, habits=Habits(tmp_path)
            )
            await started(group, service)
            async for event in events:
                heard.append(event)
                break
        group.cancel_scope.cancel()
    assert heard[0].count == 9
