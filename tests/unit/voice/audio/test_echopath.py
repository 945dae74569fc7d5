import asyncio
from pathlib import Path

import numpy as np
import pytest

from app.config.voice import VoiceSettings
from app.kernel.runtime import Runtime
from app.media.wavwriter import write_wav
from app.voice.audio.echopath import EchoPath, EchoShape, Feedback, response
from app.voice.audio.fileduplex import FileDuplex
from app.voice.audio.frames import FRAME, RATE, Samples, samples_of
from app.voice.audio.hub import FrameHub
from app.voice.audio.level import dbfs
from app.voice.audio.pace import Pace
from app.voice.audio.playback import Playback
from app.voice.audio.resample import resample
from app.voice.audio.service import MicrophoneService, SpeakerService
from app.voice.audio.vad import ScriptedVad


def noise(seconds: float, rate: int = RATE, seed: int = 3) -> Samples:
    return (np.random.default_rng(seed).standard_normal(round(seconds * rate)) * 0.1).astype(np.float32)


def in_pieces(path: EchoPath, sound: Samples, size: int) -> Samples:
    return np.concatenate([path.process(sound[at : at + size]) for at in range(0, len(sound), size)])


@pytest.mark.parametrize("delay", [0, 20, 200])
@pytest.mark.parametrize("gain", [-6.0, -20.0])
def test_an_echo_is_the_same_sound_later_and_quieter(delay: int, gain: float) -> None:
    sound, late = noise(1.0), samples_of(delay)
    echo = EchoPath(EchoShape(delay, gain)).process(sound)
    assert np.allclose(echo[:late], 0)
    assert np.allclose(echo[late:], sound[: len(sound) - late] * 10 ** (gain / 20), atol=1e-6)


@pytest.mark.parametrize("room", [0, 200])
def test_pieces_of_any_length_sound_like_the_whole(room: int) -> None:
    sound, shape = noise(0.5), EchoShape(30, -6, room)
    whole = EchoPath(shape).process(sound)
    for size in (1, 160, 512, 3000):
        assert np.allclose(in_pieces(EchoPath(shape), sound[:2000], size), whole[:2000], atol=1e-5)


def test_a_room_rings_and_takes_no_more_energy_than_it_is_told() -> None:
    shape = EchoShape(0, -12, 300)
    assert len(response(shape)) == samples_of(300)
    sound = noise(3.0)
    assert dbfs(EchoPath(shape).process(sound)) - dbfs(sound) == pytest.approx(-12, abs=0.5)


def test_two_rooms_are_not_the_same_and_one_room_stays_as_it_is() -> None:
    one, again, other = (response(EchoShape(room_ms=100, seed=seed)) for seed in (1, 1, 2))
    assert (one == again).all()
    assert not (one == other).all()


@pytest.mark.parametrize("rate", [16_000, 22_050, 48_000])
def test_feedback_is_on_time_at_every_rate_of_the_loudspeaker(rate: int) -> None:
    sound = resample(noise(1.0), RATE, rate)
    feedback, heard = Feedback(EchoShape(40, -6), rate), list[Samples]()
    step = FRAME * rate / RATE
    for number in range(30):
        feedback.played(sound[round(number * step) : round((number + 1) * step)])
        heard.append(feedback.mix(np.zeros(FRAME, np.float32)))
    line, wanted = np.concatenate(heard), noise(1.0) * 10 ** (-6 / 20)
    lags = range(samples_of(40) - 20, samples_of(40) + 21)
    likeness = [float(line[lag : lag + 8000] @ wanted[:8000]) for lag in lags]
    assert lags[int(np.argmax(likeness))] == samples_of(40)


def test_feedback_never_passes_full_scale() -> None:
    feedback = Feedback(EchoShape(0, 0))
    feedback.played(np.full(FRAME, 0.9, np.float32))
    assert feedback.mix(np.full(FRAME, 0.9, np.float32)).max() == 1.0


@pytest.mark.anyio
@pytest.mark.parametrize("realtime", [False, True])
async def test_a_microphone_file_hears_what_the_loudspeaker_file_plays(
    runtime: Runtime, tmp_path: Path, realtime: bool
) -> None:
    write_wav(tmp_path / "in.wav", np.zeros(RATE, np.float32), RATE)
    pace, hub, playback = Pace(), FrameHub(), Playback()
    shape, clock = EchoShape(100, -6), runtime.clock
    duplex = FileDuplex(tmp_path / "in.wav", None, realtime=realtime, pace=pace, clock=clock, echo=shape)
    ear = MicrophoneService(
        runtime, VoiceSettings(), duplex.source, ScriptedVad(), hub, None if realtime else pace
    )
    mouth = SpeakerService(runtime, VoiceSettings(), duplex.sink, playback)
    frames = hub.subscribe("test")
    await playback.play("turn", np.full(RATE // 10, 0.5, np.float32), RATE)
    playback.finish("turn")
    tasks = [asyncio.ensure_future(part.run(lambda: None)) for part in (mouth, ear)]
    heard = list[Samples]()
    async for frame in frames:
        heard.append(frame.samples)
        if len(heard) == 20:
            break
    duplex.finish()
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    loud = np.flatnonzero(np.concatenate(heard) > 0.2)
    assert len(loud) == pytest.approx(RATE // 10, abs=40)
    assert samples_of(100) <= loud[0] <= samples_of(140)
