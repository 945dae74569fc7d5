"""What every microphone and every loudspeaker must do; tests/real runs it on PortAudio and on files.

Fixtures: `source`, `sink` (not yet open).
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import numpy as np
import pytest

from app.kernel.runtime import Runtime
from app.media.wavwriter import write_wav
from app.voice.audio.fileduplex import FileDuplex
from app.voice.audio.frames import RATE, Samples
from app.voice.audio.port import AudioSink, AudioSource
from app.voice.audio.scripted import ScriptedSink, ScriptedSource

pytestmark = pytest.mark.anyio


def tone(seconds: float, rate: int) -> Samples:
    return (0.3 * np.sin(np.arange(int(seconds * rate)) * (2 * np.pi * 440 / rate))).astype(np.float32)


class SourceContract:
    """The suite for microphones."""

    async def test_it_gives_mono_float_blocks(self, source: AudioSource) -> None:
        async with source.open() as blocks:
            count = 0
            async for block in blocks:
                assert block.dtype == np.float32
                assert block.ndim == 1
                assert len(block) > 0
                assert np.abs(block).max() <= 1.01
                count += 1
                if count == 10:
                    break
        assert count == 10

    async def test_it_has_a_name(self, source: AudioSource) -> None:
        assert source.name


class SinkContract:
    """The suite for loudspeakers."""

    async def test_all_that_is_written_is_heard_in_the_end(self, sink: AudioSink) -> None:
        async with sink.open():
            sound = tone(0.3, sink.rate)
            for at in range(0, len(sound), 320):
                await sink.write(sound[at : at + 320])
            with anyio.fail_after(5):
                await sink.heard(len(sound))
            assert sink.played == len(sound)
            assert sink.pending == 0

    async def test_played_never_goes_back_and_never_passes_what_was_written(self, sink: AudioSink) -> None:
        async with sink.open():
            written, before = 0, 0
            for _ in range(20):
                await sink.write(tone(0.01, sink.rate))
                written += int(0.01 * sink.rate)
                played = sink.played
                assert before <= played <= written
                before = played

    async def test_it_keeps_only_so_much_ahead(self, sink: AudioSink) -> None:
        async with sink.open():
            for _ in range(40):
                await sink.write(tone(0.01, sink.rate))
                assert sink.pending <= 0.15 * sink.rate

    async def test_a_flush_takes_back_what_lies_ahead(self, sink: AudioSink) -> None:
        async with sink.open():
            for _ in range(8):
                await sink.write(tone(0.02, sink.rate))
            sink.flush()
            position = sink.position
            assert sink.pending <= 0.08 * sink.rate  # what a device has swallowed cannot be taken back
            await sink.write(tone(0.02, sink.rate))
            assert sink.position == position + int(0.02 * sink.rate)

    async def test_what_waits_to_be_written_is_forgotten_by_a_flush(self, sink: AudioSink) -> None:
        async with sink.open():

            async def fill() -> None:
                for _ in range(10):
                    await sink.write(tone(0.02, sink.rate))

            writing = asyncio.ensure_future(fill())
            for _ in range(3):
                await asyncio.sleep(0)
            writing.cancel()
            waiting = asyncio.ensure_future(sink.write(tone(0.1, sink.rate)))
            await asyncio.sleep(0)
            assert not waiting.done()
            sink.flush()
            position = sink.position
            with anyio.fail_after(2):
                await waiting
            assert sink.position == position

    async def test_a_flush_releases_who_waits_for_the_end(self, sink: AudioSink) -> None:
        async with sink.open():
            await sink.write(tone(0.05, sink.rate))
            waiting = asyncio.ensure_future(sink.heard(10_000_000))
            await asyncio.sleep(0)
            sink.flush()
            with anyio.fail_after(2):
                await waiting


class TestScriptedSource(SourceContract):
    @pytest.fixture
    def source(self, runtime: Runtime) -> AudioSource:
        return ScriptedSource(runtime.clock, tone(0.2, RATE))


class TestScriptedSink(SinkContract):
    @pytest.fixture
    def sink(self, runtime: Runtime) -> AudioSink:
        return ScriptedSink(runtime.clock, 24_000)


class TestFileSource(SourceContract):
    @pytest.fixture
    async def source(self, tmp_path: Path, runtime: Runtime) -> AsyncIterator[AudioSource]:
        write_wav(tmp_path / "in.wav", tone(0.5, 44_100), 44_100)
        duplex = FileDuplex(tmp_path / "in.wav", None, realtime=True, clock=runtime.clock)
        yield duplex.source
        duplex.finish()


class TestFileSink(SinkContract):
    """A file's loudspeaker moves on only while its microphone is heard."""

    @pytest.fixture
    async def sink(self, tmp_path: Path, runtime: Runtime) -> AsyncIterator[AudioSink]:
        write_wav(tmp_path / "in.wav", tone(0.5, RATE))
        duplex = FileDuplex(tmp_path / "in.wav", tmp_path / "out.wav", realtime=True, clock=runtime.clock)

        async def hear() -> None:
            async with duplex.source.open() as blocks:
                async for _ in blocks:
                    pass

        hearing = asyncio.ensure_future(hear())
        await asyncio.sleep(0)
        yield duplex.sink
        duplex.finish()
        await hearing
