import asyncio

import anyio
import numpy as np
import pytest

from app.config.voice import WakeSettings
from app.events.voice import WakeWordEvent
from app.kernel.errors import BadSettings, NotFound
from app.kernel.runtime import Runtime
from app.voice.audio.frames import FRAME, RATE, Frame, Samples
from app.voice.audio.hub import FrameHub
from app.voice.audio.pace import Pace
from app.voice.wake.combination import Combination
from app.voice.wake.engines import make_engine
from app.voice.wake.scripted import TONE_HZ, ScriptedWake
from app.voice.wake.second_look import implausible, variations
from app.voice.wake.service import WakeService
from app.voice.wake.words import Chosen, choose

KNOWN = ("alexa", "hey_jarvis", "okay_nabu")


class TestWords:
    def test_words_may_be_written_as_people_write_them(self) -> None:
        settings = WakeSettings(words=("Hey Jarvis", "okay-nabu"))
        assert [one.word for one in choose(settings, KNOWN, ())] == ["hey_jarvis", "okay_nabu"]

    def test_an_unknown_word_is_named_with_its_nearest(self) -> None:
        with pytest.raises(NotFound, match=r"no wake word 'hey_jarvs'. Did you mean hey_jarvis"):
            choose(WakeSettings(words=("hey_jarvs",)), KNOWN, ())

    def test_a_word_may_have_a_threshold_of_its_own(self) -> None:
        settings = WakeSettings(words=("alexa", "hey_jarvis"), threshold=0.5, thresholds={"Alexa": 0.9})
        assert choose(settings, KNOWN, ()) == [Chosen("alexa", None, 0.9), Chosen("hey_jarvis", None, 0.5)]

    def test_a_threshold_for_nothing_is_a_mistake(self) -> None:
        with pytest.raises(BadSettings, match="'alexia', which is no wake word of yours"):
            choose(WakeSettings(thresholds={"alexia": 0.9}), KNOWN, ())

    def test_no_word_at_all_is_a_mistake(self) -> None:
        with pytest.raises(BadSettings, match="no wake word to listen for"):
            choose(WakeSettings(words=()), KNOWN, ())

    def test_a_file_that_is_not_there_is_named(self) -> None:
        with pytest.raises(NotFound, match=r"no wake word model at /nowhere/x\.json"):
            choose(WakeSettings(words=("/nowhere/x.json",)), KNOWN, (".json",))


class TestEngines:
    def test_none_is_no_engine(self) -> None:
        assert make_engine(WakeSettings(engine="none")) is None

    def test_an_unknown_engine_is_named_with_its_nearest(self) -> None:
        with pytest.raises(NotFound, match="Did you mean openwakeword"):
            make_engine(WakeSettings(engine="opnwakeword"))


class TestCombination:
    def test_it_goes_down_with_its_last_key_and_up_with_its_first(self) -> None:
        changes: list[bool] = []
        keys = Combination(frozenset("ab"), changes.append)
        for key in "axbbb":
            keys.press(key)
        keys.release("a")
        keys.release("b")
        assert changes == [True, False]


def frames_of(sound: Samples, speech: float = 0.9, dbfs: float = -20) -> list[Frame]:
    return [Frame(at, sound[at : at + FRAME], speech, dbfs) for at in range(0, len(sound) - FRAME + 1, FRAME)]


def tone(seconds: float) -> Samples:
    return (0.3 * np.sin(np.arange(round(seconds * RATE)) * (2 * np.pi * TONE_HZ / RATE))).astype(np.float32)


class TestSecondLook:
    def test_somebody_must_have_spoken(self) -> None:
        assert implausible(frames_of(tone(1), speech=0.2)) == "no voice"
        assert implausible(frames_of(tone(1), dbfs=-70)) == "too quiet"
        assert implausible(frames_of(tone(1))) == ""

    def test_the_added_noise_is_faint_and_always_the_same(self) -> None:
        frames = frames_of(tone(1))
        sound = np.concatenate([frame.samples for frame in frames])
        first, second = variations(frames), variations(frames)
        assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
        assert not np.array_equal(first[0], first[1])
        ratio = np.mean((first[0] - sound) ** 2) / np.mean(sound**2)
        assert 10 * np.log10(ratio) == pytest.approx(-20, abs=0.5)


async def wake(runtime: Runtime, sound: Samples, engine: ScriptedWake, **settings: object) -> list[int]:
    """The samples at which Solo woke."""
    hub, pace = FrameHub(), Pace()
    woken = runtime.bus.subscribe(WakeWordEvent, name="test")
    speech = float(settings.pop("speech", 0.9))  # type: ignore[arg-type]
    service = WakeService(runtime, WakeSettings(**settings), engine, hub, pace)  # type: ignore[arg-type]
    async with anyio.create_task_group() as group:
        ready = anyio.Event()
        group.start_soon(service.run, ready.set)
        await ready.wait()
        for frame in frames_of(sound, speech):
            hub.publish(frame)
            while hub.lagging:
                await pace.idle()
            await pace.idle()
        group.cancel_scope.cancel()
    return [(await woken.next()).event.sample for _ in range(woken.pending())]  # type: ignore[union-attr]


QUIET = np.zeros(RATE, np.float32)


@pytest.mark.anyio
@pytest.mark.real_time
class TestService:
    async def test_a_word_wakes_once_and_is_dated_where_it_ended(self, runtime: Runtime) -> None:
        sound = np.concatenate((QUIET, tone(0.5), QUIET))
        woken = await wake(runtime, sound, ScriptedWake())
        assert woken == [pytest.approx(RATE + 10 * FRAME, abs=2 * FRAME)]

    async def test_a_word_in_which_nobody_spoke_does_not_count(self, runtime: Runtime) -> None:
        sound = np.concatenate((QUIET, tone(0.5), QUIET))
        assert await wake(runtime, sound, ScriptedWake(), speech=0.1) == []
        assert await wake(runtime, sound, ScriptedWake(), speech=0.1, second_look=False) != []

    async def test_the_same_word_does_not_wake_twice_within_a_second(self, runtime: Runtime) -> None:
        plan = {8000: "hey_jarvis", 16_000: "hey_jarvis", 40_000: "hey_jarvis"}
        woken = await wake(runtime, np.concatenate((QUIET,) * 3), ScriptedWake(plan=plan))
        assert [round(sample / RATE, 1) for sample in woken] == [0.5, 2.5]

    async def test_lost_frames_are_not_listened_across(self, runtime: Runtime) -> None:
        hub = FrameHub()
        woken = runtime.bus.subscribe(WakeWordEvent, name="test")
        service = WakeService(runtime, WakeSettings(second_look=False), ScriptedWake(), hub)
        ready = asyncio.Event()
        running = asyncio.ensure_future(service.run(ready.set))
        await ready.wait()
        for frame in frames_of(tone(0.6)):
            if frame.index != 5 * FRAME:
                hub.publish(frame)
        assert (await woken.next()).event.sample == 16 * FRAME  # type: ignore[union-attr]
        running.cancel()
        await asyncio.wait([running])
