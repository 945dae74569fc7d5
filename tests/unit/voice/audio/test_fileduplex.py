import asyncio
from pathlib import Path

import numpy as np
import pytest

from app.config.voice import VoiceSettings
from app.kernel.errors import BadInput
from app.kernel.runtime import Runtime
from app.media.wav import WavReader
from app.media.wavwriter import write_wav
from app.voice.audio.fileduplex import FileDuplex
from app.voice.audio.frames import FRAME, RATE, Samples
from app.voice.audio.hub import FrameHub
from app.voice.audio.pace import Pace
from app.voice.audio.playback import Playback
from app.voice.audio.service import MicrophoneService, SpeakerService
from app.voice.audio.vad import ScriptedVad
from app.voice.audio.wavfile import read_wav

pytestmark = pytest.mark.anyio


def tone(seconds: float, rate: int = RATE) -> Samples:
    return (0.3 * np.sin(np.arange(round(seconds * rate)) * (2 * np.pi * 440 / rate))).astype(np.float32)


async def parrot(
    runtime: Runtime, folder: Path, *, realtime: bool, rate: int = RATE, work: float = 0.0
) -> Samples:
    """Half a second of silence, one of sound, one of silence; when the sound is over a tenth of a
    second is played, after `work` seconds of thinking."""
    quiet = np.zeros(rate // 2, np.float32)
    write_wav(folder / "in.wav", np.concatenate((quiet, tone(1.0, rate), quiet, quiet)), rate)
    pace, hub, playback = Pace(), FrameHub(), Playback()
    duplex = FileDuplex(
        folder / "in.wav", folder / "out.wav", realtime=realtime, pace=pace, clock=runtime.clock
    )
    stepping = None if realtime else pace
    ear = MicrophoneService(runtime, VoiceSettings(), duplex.source, ScriptedVad(), hub, stepping)
    mouth = SpeakerService(runtime, VoiceSettings(), duplex.sink, playback)
    frames = hub.subscribe("parrot")
    tasks = [asyncio.ensure_future(part.run(lambda: None)) for part in (ear, mouth)]
    spoke = False
    async for frame in frames:
        spoke = spoke or frame.speech > 0.5
        if spoke and frame.speech < 0.5:
            break
    hub.unsubscribe(frames)
    with pace.busy():
        await runtime.clock.sleep(work)
        await playback.play("turn", tone(0.1), RATE)
        playback.finish("turn")
    await playback.done("turn")
    duplex.finish()
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    return read_wav(folder / "out.wav", rate=rate)


@pytest.mark.parametrize("realtime", [True, False])
async def test_the_answer_stands_where_it_was_given(runtime: Runtime, tmp_path: Path, realtime: bool) -> None:
    heard = await parrot(runtime, tmp_path, realtime=realtime)
    loud = np.flatnonzero(np.abs(heard) > 0.01)
    assert loud[0] / RATE == pytest.approx(1.55, abs=0.05)
    assert (loud[-1] - loud[0]) / RATE == pytest.approx(0.1, abs=0.005)


async def test_in_real_time_thinking_takes_time(runtime: Runtime, tmp_path: Path) -> None:
    heard = await parrot(runtime, tmp_path, realtime=True, work=0.4)
    assert np.flatnonzero(np.abs(heard) > 0.01)[0] / RATE == pytest.approx(1.95, abs=0.05)


async def test_otherwise_the_microphone_waits_for_who_works(runtime: Runtime, tmp_path: Path) -> None:
    heard = await parrot(runtime, tmp_path, realtime=False, work=30)
    assert np.flatnonzero(np.abs(heard) > 0.01)[0] / RATE == pytest.approx(1.55, abs=0.05)


async def test_both_files_have_the_same_rate(runtime: Runtime, tmp_path: Path) -> None:
    heard = await parrot(runtime, tmp_path, realtime=True, rate=44_100)
    with WavReader(tmp_path / "out.wav") as reader:
        assert reader.format.rate == 44_100
    assert np.flatnonzero(np.abs(heard) > 0.01)[0] / 44_100 == pytest.approx(1.55, abs=0.05)


async def test_after_the_file_there_is_silence_until_it_is_finished(runtime: Runtime, tmp_path: Path) -> None:
    write_wav(tmp_path / "in.wav", tone(0.1))
    duplex = FileDuplex(tmp_path / "in.wav", None, realtime=False)
    heard: list[Samples] = []
    async with duplex.source.open() as blocks:
        async for block in blocks:
            heard.append(block)
            if len(heard) == 100:
                assert duplex.exhausted
                duplex.finish()
    assert len(heard) == 100
    assert {len(block) for block in heard} == {FRAME}
    assert np.abs(np.concatenate(heard[5:])).max() == 0


async def test_one_file_cannot_be_both(tmp_path: Path) -> None:
    write_wav(tmp_path / "x.wav", tone(0.1))
    with pytest.raises(BadInput, match="microphone and loudspeaker at once"):
        FileDuplex(tmp_path / "x.wav", tmp_path / "x.wav", realtime=False)
