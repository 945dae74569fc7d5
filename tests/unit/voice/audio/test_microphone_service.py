import asyncio

import numpy as np
import pytest

from app.config.voice import AudioSettings, VadSettings, VoiceSettings
from app.events.voice import AudioDeviceEvent, LevelEvent
from app.kernel.errors import DeviceLost, NotFound, SoloError
from app.kernel.runtime import Runtime
from app.voice.audio.frames import FRAME, RATE, Frame, Samples
from app.voice.audio.hub import FrameHub
from app.voice.audio.scripted import ScriptedSource
from app.voice.audio.service import MicrophoneService
from app.voice.audio.vad import ScriptedVad

pytestmark = pytest.mark.anyio

LOST = DeviceLost("The scripted microphone went away.")
ABSENT = NotFound("There is no microphone on this machine.")


def tone(seconds: float, loudness: float = 0.3) -> Samples:
    return (loudness * np.sin(np.arange(round(seconds * RATE)) * 0.2)).astype(np.float32)


async def hear(
    runtime: Runtime, sound: Samples, *, settings: VoiceSettings | None = None, **source: object
) -> tuple[list[Frame], list[str]]:
    """Frames, and what was announced of the device."""
    hub = FrameHub()
    told = runtime.bus.subscribe(AudioDeviceEvent, name="test")
    frames = hub.subscribe("test")
    microphone = ScriptedSource(runtime.clock, sound, ends=True, **source)  # type: ignore[arg-type]
    service = MicrophoneService(runtime, settings or VoiceSettings(), microphone, ScriptedVad(), hub)
    error: SoloError | None = None
    try:
        await service.run(lambda: None)
    except SoloError as caught:
        error = caught
    frames.close()
    states = [(await told.next()).event.state for _ in range(told.pending())]  # type: ignore[union-attr]
    return [frame async for frame in frames], states + ([error.code] if error else [])


async def test_sound_is_cut_into_frames_that_follow_each_other(runtime: Runtime) -> None:
    sound = tone(0.5)
    frames, states = await hear(runtime, sound)
    assert [frame.index for frame in frames] == list(range(0, len(frames) * FRAME, FRAME))
    assert np.array_equal(np.concatenate([frame.samples for frame in frames]), sound[: len(frames) * FRAME])
    assert all(frame.speech > 0.9 and frame.dbfs == pytest.approx(-13.5, abs=0.5) for frame in frames)
    assert states == ["ready"]


async def test_a_microphone_that_is_too_quiet_is_lifted_only_when_that_is_wanted(runtime: Runtime) -> None:
    room = np.random.default_rng(1).standard_normal(RATE).astype(np.float32) * 1e-5
    said = np.concatenate((room, tone(1.0, 0.005), room, tone(2.0, 0.005)))
    wanted = VoiceSettings(audio=AudioSettings(lift_db=30))
    as_it_is, lifted = [(await hear(runtime, said, settings=how))[0][-1] for how in (None, wanted)]
    assert as_it_is.dbfs == pytest.approx(-49, abs=0.5)
    assert -35 < lifted.dbfs < -24


async def test_what_is_too_quiet_is_never_speech(runtime: Runtime) -> None:
    settings = VoiceSettings(vad=VadSettings(minimum_dbfs=-20))
    frames, _ = await hear(runtime, tone(0.2, 0.05), settings=settings)
    assert {frame.speech for frame in frames} == {0.0}


async def test_after_a_loss_it_opens_again_and_goes_on_counting(runtime: Runtime) -> None:
    frames, states = await hear(runtime, tone(0.5), troubles=[10, LOST, None])
    assert states == ["ready", "lost", "ready"]
    assert [frame.index for frame in frames] == list(range(0, len(frames) * FRAME, FRAME))


async def test_no_microphone_is_said_and_given_up_at_once(runtime: Runtime) -> None:
    frames, states = await hear(runtime, tone(0.1), troubles=[ABSENT])
    assert (frames, states) == ([], ["absent", "not_found"])


async def test_a_meter_is_fed(runtime: Runtime) -> None:
    levels = runtime.bus.subscribe(LevelEvent, name="meter")
    await hear(runtime, tone(0.5))
    assert levels.pending() == 3


async def test_a_slow_listener_loses_the_oldest_and_no_one_else_does() -> None:
    hub = FrameHub()
    slow, gone = hub.subscribe("slow"), hub.subscribe("gone")
    hub.unsubscribe(gone)
    for index in range(200):
        hub.publish(Frame(index * FRAME, np.zeros(FRAME, np.float32)))
        await asyncio.sleep(0)
    assert hub.dropped == {"slow": 72}
    assert len(slow) == 128
    assert hub.position == 200 * FRAME
