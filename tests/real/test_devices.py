"""PortAudio on a real sound server: hearing, speaking, silence at once, devices that come and go."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import anyio
import numpy as np
import pytest

from app.config.voice import AudioSettings, VoiceSettings
from app.events.voice import AudioDeviceEvent, PlaybackEvent
from app.kernel.errors import DeviceLost, NotFound
from app.kernel.runtime import Runtime
from app.media.wavwriter import write_wav
from app.voice.audio.devices import Device
from app.voice.audio.frames import RATE, Samples
from app.voice.audio.hub import FrameHub
from app.voice.audio.loudspeaker import Loudspeaker
from app.voice.audio.microphone import Microphone
from app.voice.audio.playback import Playback
from app.voice.audio.port import AudioSink, AudioSource
from app.voice.audio.portaudio import list_devices
from app.voice.audio.resample import resample
from app.voice.audio.service import MicrophoneService, SpeakerService
from app.voice.audio.vad import ScriptedVad
from tests.conftest import ROOT
from tests.contracts.test_audio_devices import SinkContract, SourceContract
from tests.real.sound_server import SoundServer, correlation

pytestmark = [pytest.mark.anyio, pytest.mark.real_time, pytest.mark.needs("pulseaudio")]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundServer]:
    with pytest.MonkeyPatch.context() as patch:
        server = SoundServer(tmp_path_factory.mktemp("sound"))
        for name, value in server.env.items():
            patch.setenv(name, value)
        server.start()
        list_devices(fresh=True)
        yield server
        server.stop()


@pytest.fixture(autouse=True)
def _server_is_up(server: SoundServer) -> None:
    if server.pactl("info").returncode != 0:
        server.start()


def hiss(seconds: float, rate: int = RATE) -> Samples:
    """Noise below 4 kHz, which every conversion of rates leaves alone."""
    noise = 0.2 * np.random.default_rng(3).standard_normal(int(seconds * 8000))
    return np.clip(resample(noise.astype(np.float32), 8000, rate), -1, 1)


class TestMicrophone(SourceContract):
    @pytest.fixture
    def source(self) -> AudioSource:
        return Microphone("solo_mic")


class TestLoudspeaker(SinkContract):
    @pytest.fixture
    def sink(self) -> AudioSink:
        return Loudspeaker("solo_speaker")


def share_found(heard: Samples, said: Samples, rate: int = 48_000) -> float:
    """Share of the tenths of a second that are found as they were said: on a busy machine the sound
    server tears gaps."""
    tenth = rate // 10
    parts = [said[at : at + tenth] for at in range(0, len(said) - tenth + 1, tenth)]
    return sum(correlation(heard, part)[0] > 0.9 for part in parts) / len(parts)


async def listen(source: AudioSource, seconds: float) -> Samples:
    heard: list[Samples] = []
    async with source.open() as blocks:
        async for block in blocks:
            heard.append(block)
            if sum(map(len, heard)) >= seconds * RATE:
                break
    return np.concatenate(heard)


@pytest.mark.parametrize("wanted", ["solo_mic", "", "SOLO_M"])
async def test_the_microphone_hears_what_is_said_into_it(
    server: SoundServer, tmp_path: Path, wanted: str
) -> None:
    said = hiss(1.0)
    write_wav(tmp_path / "said.wav", np.concatenate((np.zeros(8000, np.float32), said)))
    player = server.feed(tmp_path / "said.wav")
    heard = await listen(Microphone(wanted), 3.0)
    await asyncio.to_thread(player.wait)
    assert correlation(heard, said)[0] > 0.95


async def test_a_device_that_cannot_do_16_khz_mono_is_converted(
    server: SoundServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sound server converts for everyone, so this device's refusal is played."""
    monkeypatch.setattr("app.voice.audio.microphone.accepts", lambda *_: False)
    monkeypatch.setattr("app.voice.audio.microphone.find", lambda *_: _stereo_only())
    said = hiss(1.0)
    write_wav(tmp_path / "said.wav", np.concatenate((np.zeros(8000, np.float32), said)))
    player = server.feed(tmp_path / "said.wav")
    heard = await listen(Microphone("solo_mic"), 3.0)
    await asyncio.to_thread(player.wait)
    assert correlation(heard, said)[0] > 0.95


def _stereo_only() -> Device:
    found = next(device for device in list_devices() if device.name == "solo_mic")
    return replace(found, inputs=2, rate=44_100)


@pytest.fixture
async def speaker(runtime: Runtime) -> AsyncIterator[Playback]:
    playback = Playback()
    service = SpeakerService(runtime, VoiceSettings(), Loudspeaker("solo_speaker"), playback)
    async with anyio.create_task_group() as group:
        ready = anyio.Event()
        group.start_soon(service.run, ready.set)
        await ready.wait()
        yield playback
        group.cancel_scope.cancel()


async def test_the_loudspeaker_plays_all_of_what_is_said(server: SoundServer, speaker: Playback) -> None:
    said = hiss(1.0, 22_050)
    recording = server.record()
    await speaker.play("turn", said, 22_050)
    speaker.finish("turn")
    with anyio.fail_after(5):
        heard_ms = await speaker.done("turn")
    await asyncio.sleep(0.3)
    heard = recording.stop()
    assert heard_ms == pytest.approx(1000, abs=3)
    assert share_found(heard, resample(said, 22_050, 48_000)) > 0.7


async def test_stopping_is_silent_at_once_and_knows_what_was_heard(
    server: SoundServer, speaker: Playback, runtime: Runtime
) -> None:
    events = runtime.bus.subscribe(PlaybackEvent, name="test")
    recording = server.record()
    playing = asyncio.ensure_future(speaker.play("turn", hiss(3.0, 22_050), 22_050))
    await asyncio.sleep(0.5)
    at = recording.size()
    heard_ms = speaker.stop("turn")
    await playing
    await asyncio.sleep(0.5)
    heard = recording.stop()
    loud = np.flatnonzero(np.abs(heard) > 0.01)
    after_ms = (loud[-1] - at) / 48
    assert after_ms < 120, "with the delay of the recording itself"
    frames = heard[: len(heard) - len(heard) % 240].reshape(-1, 240)
    sounding_ms = 5 * int(np.sum(np.abs(frames).max(axis=1) > 0.01))
    assert heard_ms == pytest.approx(sounding_ms, abs=60)
    states = [(await events.next()).event.state for _ in range(2)]  # type: ignore[union-attr]
    assert states == ["started", "stopped"]


async def test_an_unknown_device_is_named_with_what_there_is() -> None:
    with pytest.raises(NotFound, match=r"no microphone called 'sola_mic'.*solo_mic"):
        async with Microphone("sola_mic").open():
            pass


async def test_a_lost_device_is_an_error_and_not_a_silence(server: SoundServer) -> None:
    heard = 0
    with pytest.raises(DeviceLost):
        async with Microphone("solo_mic").open() as blocks:
            async for _ in blocks:
                heard += 1
                if heard == 5:
                    server.stop()
    assert heard >= 5


async def test_a_device_that_comes_back_is_heard_again(server: SoundServer, runtime: Runtime) -> None:
    hub, playback = FrameHub(), Playback()
    events = runtime.bus.subscribe(AudioDeviceEvent, name="test")
    settings = VoiceSettings(audio=AudioSettings(microphone="solo_mic", speaker="solo_speaker"))
    ear = MicrophoneService(runtime, settings, Microphone("solo_mic"), ScriptedVad(), hub)
    mouth = SpeakerService(runtime, settings, Loudspeaker("solo_speaker"), playback)
    seen: list[tuple[str, str]] = []

    async def until(*wanted: tuple[str, str]) -> None:
        with anyio.fail_after(15):
            while not set(wanted) <= set(seen):
                event = (await events.next()).event  # type: ignore[union-attr]
                seen.append((event.role, event.state))

    async with anyio.create_task_group() as group:
        group.start_soon(ear.run, lambda: None)
        group.start_soon(mouth.run, lambda: None)
        await until(("microphone", "ready"), ("speaker", "ready"))
        seen.clear()
        await asyncio.to_thread(server.stop)
        await until(("microphone", "lost"), ("speaker", "lost"))
        seen.clear()
        await asyncio.to_thread(server.start)
        await until(("microphone", "ready"), ("speaker", "ready"))
        position = hub.position
        await playback.play("turn", hiss(0.3), RATE)
        playback.finish("turn")
        with anyio.fail_after(5):
            assert await playback.done("turn") == pytest.approx(300, abs=3)
        assert hub.position > position
        group.cancel_scope.cancel()


def test_solo_devices_lists_them_and_marks_what_solo_takes(server: SoundServer) -> None:
    command = [sys.executable, "-m", "app", "devices", "--json"]
    chosen = {"SOLO_VOICE__AUDIO__MICROPHONE": "solo_mic", "SOLO_VOICE__AUDIO__SPEAKER": "nobody"}
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | server.env | chosen, capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr.decode()
    told = json.loads(done.stdout)
    assert [line["name"] for line in told["devices"] if line["chosen"]] == ["solo_mic"]
    assert "There is no speaker called 'nobody'." in told["problems"][0]
