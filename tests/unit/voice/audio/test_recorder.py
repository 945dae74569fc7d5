from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import anyio
import numpy as np
import pytest

from app.kernel.runtime import Runtime
from app.voice.audio.frames import RATE, Samples
from app.voice.audio.recorder import RecordedSink, Recorder
from app.voice.audio.scripted import ScriptedSink, ScriptedSource
from app.voice.audio.wavfile import read_wav

pytestmark = pytest.mark.anyio


def tone(seconds: float, rate: int = RATE) -> Samples:
    return (0.3 * np.sin(np.arange(round(seconds * rate)) * (2 * np.pi * 440 / rate))).astype(np.float32)


class Talk:
    """A scripted microphone and loudspeaker, recorded."""

    def __init__(self, runtime: Runtime, folder: Path, rate: int) -> None:
        self.recorder = Recorder(folder / "mic.wav", folder / "speaker.wav")
        self.source = self.recorder.source(ScriptedSource(runtime.clock, tone(0.5)))
        self.sink: RecordedSink = self.recorder.sink(ScriptedSink(runtime.clock, rate))
        self._folder = folder
        self._blocks: AsyncIterator[Samples]

    async def open(self, stack: AsyncExitStack) -> None:
        await stack.enter_async_context(self.sink.open())
        self._blocks = aiter(await stack.enter_async_context(self.source.open()))
        self.recorder.begin()

    async def listen(self, seconds: float) -> None:
        end = self.recorder.position + seconds * RATE
        while self.recorder.position < end:
            await anext(self._blocks)

    def close(self) -> tuple[Samples, Samples]:
        self.recorder.close()
        return read_wav(self._folder / "mic.wav"), read_wav(self._folder / "speaker.wav")


@pytest.mark.parametrize("rate", [RATE, 22_050, 48_000])
async def test_both_files_have_one_time_base(runtime: Runtime, tmp_path: Path, rate: int) -> None:
    talk = Talk(runtime, tmp_path, rate)
    async with AsyncExitStack() as stack, anyio.create_task_group() as group:
        await talk.open(stack)
        await talk.listen(1.0)

        async def speak() -> None:
            for part in np.array_split(tone(0.4, rate), 40):
                await talk.sink.write(part)

        group.start_soon(speak)
        await talk.listen(1.0)
        group.start_soon(speak)
        await talk.listen(1.0)
    heard, said = talk.close()
    assert len(heard) == len(said)
    assert np.flatnonzero(np.abs(heard) > 0.05)[-1] / RATE == pytest.approx(0.5, abs=0.01)
    loud = np.flatnonzero(np.abs(said) > 0.05)
    breaks = np.flatnonzero(np.diff(loud) > RATE // 10)
    assert loud[0] / RATE == pytest.approx(1.0, abs=0.07)
    assert (loud[breaks[0]] - loud[0]) / RATE == pytest.approx(0.4, abs=0.005), "torn or stretched"
    assert loud[breaks[0] + 1] / RATE == pytest.approx(2.0, abs=0.07)
    assert len(breaks) == 1


async def test_what_was_taken_back_was_never_played(runtime: Runtime, tmp_path: Path) -> None:
    talk = Talk(runtime, tmp_path, RATE)
    async with AsyncExitStack() as stack:
        await talk.open(stack)
        await talk.sink.write(tone(0.6))
        await talk.listen(0.2)
        talk.sink.flush()
        await talk.sink.write(tone(0.1))
        await talk.listen(1.0)
    _, said = talk.close()
    loud = np.flatnonzero(np.abs(said) > 0.05)
    assert len(loud) / RATE < 0.35
    assert loud[-1] / RATE < 0.4


async def test_nothing_is_recorded_before_the_beginning(runtime: Runtime, tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "mic.wav", None)
    source = recorder.source(ScriptedSource(runtime.clock, tone(3.0)))
    heard = 0

    async def listen() -> None:
        nonlocal heard
        async with source.open() as blocks:
            async for block in blocks:
                heard += len(block)

    async with anyio.create_task_group() as group:
        group.start_soon(listen)
        await anyio.sleep(1.0)
        assert not heard
        recorder.begin()
        await anyio.sleep(1.0)
        group.cancel_scope.cancel()
    recorder.close()
    assert len(read_wav(tmp_path / "mic.wav")) / RATE == pytest.approx(1.0, abs=0.05)


async def test_without_files_only_the_time_is_kept(runtime: Runtime) -> None:
    recorder = Recorder(None, None)
    recorder.begin()
    recorder.heard(tone(0.5))
    recorder.close()
    assert recorder.position == RATE // 2
