"""Microphone and loudspeaker services with a canceller between them."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from app.config.voice import EchoSettings, VoiceSettings
from app.events.base import Event
from app.events.voice import EchoEvent
from app.kernel.errors import NotFound
from app.kernel.runtime import Runtime
from app.media.wavwriter import write_wav
from app.voice.audio.echo.engines import build
from app.voice.audio.echo.guard import EchoGuard
from app.voice.audio.echo.kalman import KalmanEcho
from app.voice.audio.echo.played import Played
from app.voice.audio.echopath import EchoShape
from app.voice.audio.fileduplex import FileDuplex
from app.voice.audio.frames import RATE, Frame, Samples
from app.voice.audio.hub import FrameHub
from app.voice.audio.level import dbfs
from app.voice.audio.pace import Pace
from app.voice.audio.playback import Playback
from app.voice.audio.service import MicrophoneService, SpeakerService
from app.voice.audio.vad import ScriptedVad
from app.voice.audio.wavfile import read_wav
from tests.contracts.test_echo_engines import babble

pytestmark = pytest.mark.anyio


async def talk(
    runtime: Runtime, folder: Path, heard: Samples, said: Samples, rate: int, *, realtime: bool
) -> tuple[list[Frame], list[Event]]:
    """Everything heard while `said` is said, one second after the beginning."""
    from app.voice.audio.resample import resample

    write_wav(folder / "in.wav", resample(heard, RATE, rate), rate)
    pace, hub, playback, played = Pace(), FrameHub(), Playback(), Played()
    shape, stepping = EchoShape(60, -10), None if realtime else pace
    duplex = FileDuplex(
        folder / "in.wav", None, realtime=realtime, pace=pace, clock=runtime.clock, echo=shape
    )
    told = runtime.bus.subscribe(EchoEvent, name="test")
    guard = EchoGuard(KalmanEcho(), played)
    ear = MicrophoneService(runtime, VoiceSettings(), duplex.source, ScriptedVad(), hub, stepping, guard)
    mouth = SpeakerService(runtime, VoiceSettings(), duplex.sink, playback, None, played)
    frames, found = hub.subscribe("test"), list[Frame]()
    tasks = [asyncio.ensure_future(part.run(lambda: None)) for part in (mouth, ear)]
    async for frame in frames:
        found.append(frame)
        if frame.index // RATE == 1 and len(tasks) == 2 and len(said):
            tasks.append(asyncio.ensure_future(playback.play("turn", said, RATE)))
        if duplex.exhausted:
            break
    duplex.finish()
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    events = [(await told.next()) for _ in range(told.pending())]
    return found, [envelope.event for envelope in events if envelope is not None]


@pytest.mark.parametrize("realtime", [False, True])
@pytest.mark.parametrize("rate", [16_000, 48_000])
async def test_what_solo_says_is_taken_out_of_what_it_hears(
    runtime: Runtime, tmp_path: Path, rate: int, realtime: bool
) -> None:
    nothing, said = np.zeros(6 * RATE, np.float32), babble(4.5, 1)
    frames, events = await talk(runtime, tmp_path, nothing, said, rate, realtime=realtime)
    late = [frame for frame in frames if 3.5 * RATE < frame.index < 5 * RATE]
    assert dbfs(np.concatenate([frame.samples for frame in late])) < -30 - 12
    assert all(-120 < frame.echo < -35 for frame in late)
    states = [event.state for event in events if isinstance(event, EchoEvent)]
    assert states[0] == "idle"
    assert "cancelling" in states


async def test_while_solo_is_silent_what_is_heard_is_untouched(runtime: Runtime, tmp_path: Path) -> None:
    """So wake word, speech to text and the end of a turn hear the very same as without cancelling."""
    heard = babble(1.6, 3)
    frames, events = await talk(runtime, tmp_path, heard, heard[:0], RATE, realtime=False)
    heard = read_wav(tmp_path / "in.wav")
    line = np.concatenate([frame.samples for frame in frames])
    assert np.array_equal(line[: len(heard)], heard)
    assert {frame.echo for frame in frames} == {-120.0}
    assert [event.state for event in events if isinstance(event, EchoEvent)] == ["idle"]


def test_an_unknown_canceller_is_named_with_its_neighbour() -> None:
    with pytest.raises(NotFound, match="kalman"):
        build(EchoSettings(engine="kalmann"))
    assert build(EchoSettings()).name == "kalman"
    assert build(EchoSettings(engine="none")).tail == 0
