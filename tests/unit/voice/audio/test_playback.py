import asyncio
from typing import Self

import numpy as np
import pytest

from app.config.voice import AudioSettings, VoiceSettings
from app.events.voice import AudioDeviceEvent, PlaybackEvent
from app.kernel.errors import DeviceLost, NotFound
from app.kernel.runtime import Runtime
from app.voice.audio.frames import Samples
from app.voice.audio.playback import Playback
from app.voice.audio.resample import resample
from app.voice.audio.scripted import ScriptedSink
from app.voice.audio.service import SpeakerService

pytestmark = pytest.mark.anyio


def tone(seconds: float, rate: int = 22_050) -> Samples:
    return (0.3 * np.sin(np.arange(round(seconds * rate)) * (2 * np.pi * 440 / rate))).astype(np.float32)


class Mouth:
    """A speaker service on a scripted loudspeaker, and the events that come of it."""

    def __init__(self, runtime: Runtime, sink: ScriptedSink | None = None, volume: float = 1.0) -> None:
        self.runtime = runtime
        self.sink = sink or ScriptedSink(runtime.clock, 48_000)
        self.playback = Playback()
        settings = VoiceSettings(audio=AudioSettings(volume=volume))
        self.service = SpeakerService(runtime, settings, self.sink, self.playback)
        self._heard = runtime.bus.subscribe(PlaybackEvent, AudioDeviceEvent, name="test")

    async def __aenter__(self) -> Self:
        self._ready = asyncio.Event()
        self._task = asyncio.ensure_future(self.service.run(self._ready.set))
        await self._ready.wait()
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])

    async def events(self) -> list[str]:
        await asyncio.sleep(0.01)
        states: list[str] = []
        while self._heard.pending():
            envelope = await self._heard.next()
            assert envelope is not None
            event = envelope.event
            role = "" if isinstance(event, PlaybackEvent) else f"{event.role} "
            states.append(role + event.state)
        return states


async def test_what_is_said_comes_out_as_it_was_whatever_the_rates(runtime: Runtime) -> None:
    said = tone(1.0)
    async with Mouth(runtime) as mouth:
        for at in range(0, len(said), 3000):
            await mouth.playback.play("turn", said[at : at + 3000], 22_050)
        mouth.playback.finish("turn")
        assert await mouth.playback.done("turn") == pytest.approx(1000, abs=1)
        expected = resample(said, 22_050, 48_000)
        assert np.abs(mouth.sink.sound[:48_000] - expected[:48_000]).max() < 0.02
        assert await mouth.events() == ["speaker ready", "started", "finished"]
        assert mouth.playback.speaking is None


async def test_the_first_audible_sample_is_dated_not_the_silence_before_it(runtime: Runtime) -> None:
    heard = runtime.bus.subscribe(PlaybackEvent, name="dates")
    async with Mouth(runtime) as mouth:
        began = runtime.clock.monotonic()
        await mouth.playback.play("turn", np.concatenate((np.zeros(4410, np.float32), tone(0.2))), 22_050)
        event = (await heard.next()).event  # type: ignore[union-attr]
        assert event.audible_at == pytest.approx(began + 0.2, abs=0.003)


async def test_stopping_is_immediate_and_counts_what_was_heard(runtime: Runtime) -> None:
    async with Mouth(runtime) as mouth:
        await mouth.playback.play("turn", tone(1.5), 22_050)
        await asyncio.sleep(0.5)
        assert mouth.playback.speaking == "turn"
        assert mouth.playback.stop("turn") == pytest.approx(500, abs=2)
        await asyncio.sleep(1)
        assert len(mouth.sink.sound) == pytest.approx(24_000, abs=100)
        assert await mouth.playback.done("turn") == pytest.approx(500, abs=2)
        assert await mouth.events() == ["speaker ready", "started", "stopped"]


async def test_what_belongs_to_a_stopped_turn_vanishes(runtime: Runtime) -> None:
    async with Mouth(runtime) as mouth:
        await mouth.playback.play("old", tone(0.5), 22_050)
        mouth.playback.stop()
        await mouth.playback.play("old", tone(0.5), 22_050)
        mouth.playback.finish("old")
        await mouth.playback.play("new", tone(0.3), 22_050)
        mouth.playback.finish("new")
        assert await mouth.playback.done("old") == pytest.approx(0, abs=1)
        assert await mouth.playback.done("new") == pytest.approx(300, abs=1)


async def test_turns_do_not_overtake_each_other(runtime: Runtime) -> None:
    async with Mouth(runtime) as mouth:
        await mouth.playback.play("one", tone(0.2), 22_050)
        await mouth.playback.play("two", tone(0.2), 22_050)
        mouth.playback.finish("two")
        await asyncio.sleep(0.6)
        assert mouth.playback.heard_ms("two") == 0
        mouth.playback.finish("one")
        assert await mouth.playback.done("two") == pytest.approx(200, abs=1)


async def test_play_waits_while_two_seconds_wait(runtime: Runtime) -> None:
    async with Mouth(runtime) as mouth:
        began = runtime.clock.monotonic()
        for _ in range(5):
            await mouth.playback.play("turn", tone(1.0), 22_050)
        assert runtime.clock.monotonic() - began == pytest.approx(2, abs=0.3)
        assert [round(end) for _, end in mouth.playback.ranges("turn")] == [1000, 2000, 3000, 4000, 5000]


async def test_a_turn_without_a_sound_is_done_at_once(runtime: Runtime) -> None:
    playback = Playback()
    playback.finish("turn")
    assert await playback.done("turn") == 0


async def test_the_volume_is_obeyed(runtime: Runtime) -> None:
    async with Mouth(runtime, volume=0.5) as mouth:
        await mouth.playback.play("turn", tone(0.2), 22_050)
        mouth.playback.finish("turn")
        await mouth.playback.done("turn")
        assert np.abs(mouth.sink.sound).max() == pytest.approx(0.15, abs=0.01)


async def test_a_loudspeaker_that_comes_back_says_the_rest(runtime: Runtime) -> None:
    async with Mouth(runtime) as mouth:
        await mouth.playback.play("turn", tone(1.0), 22_050)
        mouth.playback.finish("turn")
        await asyncio.sleep(0.4)
        mouth.sink.lose()
        heard = await mouth.playback.done("turn")
        assert 890 < heard <= 1000
        assert await mouth.events() == [
            "speaker ready", "started", "speaker lost", "speaker ready", "finished",
        ]  # fmt: skip


async def test_without_a_loudspeaker_speech_vanishes_and_nobody_waits(runtime: Runtime) -> None:
    sink = ScriptedSink(runtime.clock, troubles=[NotFound("There is no speaker on this machine.")])
    mouth = Mouth(runtime, sink)
    waiting = asyncio.ensure_future(mouth.playback.done("early"))
    await mouth.playback.play("early", tone(0.5), 22_050)
    with pytest.raises(NotFound, match="no speaker"):
        await mouth.service.run(lambda: pytest.fail("it cannot be ready"))
    assert await waiting == 0
    for _ in range(5):
        await mouth.playback.play("late", tone(1.0), 22_050)
    mouth.playback.finish("late")
    assert await mouth.playback.done("late") == 0
    assert await mouth.events() == ["speaker absent"]


async def test_a_loudspeaker_that_stays_away_is_given_up(runtime: Runtime) -> None:
    gone = DeviceLost("The scripted loudspeaker went away.")
    sink = ScriptedSink(runtime.clock, troubles=[None, *[gone] * 9])
    mouth = Mouth(runtime, sink)
    running = asyncio.ensure_future(mouth.service.run(lambda: None))
    await asyncio.sleep(0.1)
    sink.lose()
    with pytest.raises(DeviceLost):
        await running
    assert await mouth.events() == ["speaker ready", "speaker lost", "speaker absent"]


async def test_a_chime_is_heard_and_nobody_takes_it_for_speech(runtime: Runtime) -> None:
    async with Mouth(runtime) as mouth:
        mouth.playback.chime(tone(0.1), 22_050)
        await asyncio.sleep(0.05)
        assert mouth.playback.speaking is None
        await asyncio.sleep(0.2)
        assert np.abs(mouth.sink.sound[:4800] - resample(tone(0.1), 22_050, 48_000)[:4800]).max() < 0.02
        assert await mouth.events() == ["speaker ready"]


async def test_who_begins_to_speak_cuts_a_chime_short_without_a_click(runtime: Runtime) -> None:
    async with Mouth(runtime) as mouth:
        mouth.playback.chime(tone(0.5), 22_050)
        await asyncio.sleep(0.1)
        await mouth.playback.play("turn", np.zeros(2205, np.float32), 22_050)
        mouth.playback.finish("turn")
        assert await mouth.playback.done("turn") == pytest.approx(100, abs=1)
        last = np.flatnonzero(np.abs(mouth.sink.sound) > 1e-3)[-1]
        assert last / 48_000 < 0.2
        assert np.abs(np.diff(mouth.sink.sound)).max() < 0.03


async def test_a_chime_never_sounds_over_speech(runtime: Runtime) -> None:
    async with Mouth(runtime) as mouth:
        await mouth.playback.play("turn", np.full(11_025, 0.1, np.float32), 22_050)
        await asyncio.sleep(0.1)
        mouth.playback.chime(tone(0.2), 22_050)
        mouth.playback.finish("turn")
        await mouth.playback.done("turn")
        await asyncio.sleep(0.3)
        assert len(mouth.sink.sound) == pytest.approx(24_000, abs=50)
        assert mouth.sink.sound.max() < 0.15


async def test_who_pauses_is_silent_at_once_and_goes_on_at_the_same_sample(runtime: Runtime) -> None:
    said = np.linspace(0.1, 0.5, 48_000, dtype=np.float32)
    async with Mouth(runtime) as mouth:
        await mouth.playback.play("turn", said, 48_000)
        mouth.playback.finish("turn")
        await asyncio.sleep(0.5)
        mouth.playback.pause("turn")
        assert mouth.playback.speaking is None
        assert mouth.playback.heard_ms("turn") == pytest.approx(500, abs=3)
        await asyncio.sleep(1)
        assert len(mouth.sink.sound) == pytest.approx(24_000, abs=200)
        assert mouth.playback.heard_ms("turn") == pytest.approx(500, abs=3)
        mouth.playback.resume("turn")
        assert await mouth.playback.done("turn") == pytest.approx(1000, abs=1)
        heard = mouth.sink.sound[np.abs(mouth.sink.sound) > 0]
        assert len(heard) == pytest.approx(48_000, abs=2)
        different = np.flatnonzero(np.abs(heard[:48_000] - said[: len(heard)]) > 1e-3)
        assert len(different) < 0.01 * 48_000  # only where it fades in again
        assert await mouth.events() == ["speaker ready", "started", "finished"]


async def test_what_is_paused_may_yet_be_stopped(runtime: Runtime) -> None:
    async with Mouth(runtime) as mouth:
        await mouth.playback.play("turn", tone(1.0), 22_050)
        await asyncio.sleep(0.3)
        mouth.playback.pause("turn")
        assert mouth.playback.stop("turn") == pytest.approx(300, abs=3)
        mouth.playback.resume("turn")
        await asyncio.sleep(1)
        assert len(mouth.sink.sound) == pytest.approx(14_400, abs=200)
        assert await mouth.events() == ["speaker ready", "started", "stopped"]


async def test_the_next_turn_does_not_overtake_one_that_is_paused(runtime: Runtime) -> None:
    async with Mouth(runtime) as mouth:
        await mouth.playback.play("one", tone(0.4), 22_050)
        mouth.playback.finish("one")
        await asyncio.sleep(0.1)
        mouth.playback.pause("one")
        await mouth.playback.play("two", tone(0.2), 22_050)
        mouth.playback.finish("two")
        await asyncio.sleep(1)
        assert mouth.playback.heard_ms("two") == 0
        mouth.playback.resume("one")
        assert await mouth.playback.done("two") == pytest.approx(200, abs=1)
        assert mouth.playback.heard_ms("one") == pytest.approx(400, abs=1)


async def test_a_murmur_is_heard_and_no_event_tells_of_it(runtime: Runtime) -> None:
    async with Mouth(runtime) as mouth:
        assert mouth.playback.murmur("aside", tone(0.5), 22_050)
        await asyncio.sleep(0.2)
        assert mouth.playback.speaking == "aside"
        await asyncio.sleep(1)
        assert mouth.playback.speaking is None
        assert await mouth.events() == ["speaker ready"]
        assert np.count_nonzero(np.abs(mouth.sink.sound) > 1e-3) / 48_000 == pytest.approx(0.5, abs=0.02)


async def test_what_comes_during_a_murmur_follows_it_without_a_gap_and_is_dated_rightly(
    runtime: Runtime,
) -> None:
    async with Mouth(runtime) as mouth:
        began = runtime.clock.monotonic()
        assert mouth.playback.murmur("aside", tone(0.5), 22_050)
        await asyncio.sleep(0.1)
        await mouth.playback.play("t", tone(0.5), 22_050)
        mouth.playback.finish("t")
        assert await mouth.playback.done("t") == pytest.approx(500, abs=5)
        assert runtime.clock.monotonic() - began == pytest.approx(1.0, abs=0.1)
        assert await mouth.events() == ["speaker ready", "started", "finished"]


async def test_a_murmur_never_comes_before_or_over_what_somebody_says(runtime: Runtime) -> None:
    async with Mouth(runtime) as mouth:
        await mouth.playback.play("t", tone(0.5), 22_050)
        assert not mouth.playback.murmur("aside", tone(0.5), 22_050)
        mouth.playback.stop("t")
        assert mouth.playback.murmur("aside", tone(0.5), 22_050)
        await asyncio.sleep(0.2)
        assert 0 < mouth.playback.stop("aside") < 400
    assert not mouth.playback.murmur("another", tone(0.5), 22_050), "there is no loudspeaker"


async def test_a_turn_may_be_paused_before_it_speaks(runtime: Runtime) -> None:
    async with Mouth(runtime) as mouth:
        mouth.playback.pause("t")
        await mouth.playback.play("t", tone(0.5), 22_050)
        mouth.playback.finish("t")
        await asyncio.sleep(2)
        assert mouth.playback.heard_ms("t") == 0
        mouth.playback.resume("t")
        assert await mouth.playback.done("t") == pytest.approx(500, abs=5)
