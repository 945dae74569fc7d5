import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import numpy as np
import pytest

from app.config.voice import SttSettings
from app.events.dialogue import TurnCancelledEvent
from app.events.voice import STTEvent, TranscribeEvent
from app.kernel.errors import BrokenFile, NotFound, TooLarge, TurnCancelled, Unavailable
from app.kernel.runtime import Runtime
from app.media.wavwriter import write_wav
from app.voice.audio.frames import Samples
from app.voice.stt import service
from app.voice.stt.engines import build
from app.voice.stt.files import transcribe, transcribe_file
from app.voice.stt.port import SttCapabilities, Transcript, never
from app.voice.stt.scripted import ScriptedStt
from app.voice.stt.service import SttService

pytestmark = pytest.mark.anyio

SPEECH = np.full(16_000, 0.2, np.float32)


@asynccontextmanager
async def running(runtime: Runtime, engine: ScriptedStt, **settings: object) -> AsyncGenerator[None]:
    ready = anyio.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(SttService(runtime, SttSettings(**settings), engine).run, ready.set)
        await ready.wait()
        yield
        group.cancel_scope.cancel()


async def test_a_stream_of_samples_becomes_one_transcript(runtime: Runtime) -> None:
    engine = ScriptedStt(lines=["What time is it?"])
    async with running(runtime, engine, hints=("Ada",)):
        key, stream = runtime.streams.open()
        request = TranscribeEvent(turn="t1", revision=2, stream=key, language="en", hints=("Solo",))
        async with runtime.bus.ask(request) as answers:
            for _ in range(3):
                await stream.send(SPEECH)
            stream.close()
            heard = await answers.one(STTEvent)
    assert (heard.text, heard.reason, heard.turn, heard.revision) == ("What time is it?", "", "t1", 2)
    assert heard.seconds == 3.0
    assert engine.heard == [(48_000, "en", ("Ada", "Solo"))]


async def test_silence_is_an_empty_text_with_a_reason_and_costs_no_work(runtime: Runtime) -> None:
    engine = ScriptedStt()
    async with running(runtime, engine):
        heard = await transcribe(runtime, np.zeros(16_000, np.float32))
        nothing = await transcribe(runtime, np.zeros(0, np.float32))
    assert (heard.text, heard.reason) == ("", "silence")
    assert (nothing.text, nothing.reason, nothing.seconds) == ("", "silence", 0.0)
    assert engine.heard == []


async def test_words_have_times_only_where_they_are_wanted(runtime: Runtime) -> None:
    async with running(runtime, ScriptedStt(lines=["Hello Solo."])):
        for wanted, words in ((True, ["Hello", "Solo."]), (False, [])):
            key, stream = runtime.streams.open()
            stream.offer(SPEECH)
            stream.close()
            heard = await runtime.bus.request(TranscribeEvent(stream=key, words=wanted), STTEvent)
            assert [word.text for word in heard.words] == words


async def test_what_the_engine_doubts_is_not_passed_on(runtime: Runtime) -> None:
    class Inventor(ScriptedStt):
        def transcribe(self, *_: object, **__: object) -> Transcript:
            return Transcript("Thanks for watching!", "en", no_speech=0.9, log_probability=-1.2)

    async with running(runtime, Inventor()):
        heard = await transcribe(runtime, SPEECH)
    assert (heard.text, heard.reason) == ("", "noise")
    assert heard.no_speech == 0.9


async def test_the_engine_learns_that_nobody_waits_any_more(runtime: Runtime) -> None:
    class Slow(ScriptedStt):
        def __init__(self) -> None:
            super().__init__()
            self.capabilities = SttCapabilities(languages=("en",))
            self.begun, self.given_up = threading.Event(), threading.Event()

        def transcribe(
            self,
            audio: Samples,
            language: str | None,
            hints: tuple[str, ...],
            given_up: Callable[[], bool] = never,
            before: str | None = None,
            *,
            words: bool = False,
        ) -> Transcript:
            del before, words
            self.begun.set()
            while not given_up():
                pass
            self.given_up.set()
            return Transcript("", "en")

    engine = Slow()
    async with running(runtime, engine):
        async with anyio.create_task_group() as group:
            group.start_soon(transcribe, runtime, SPEECH)
            await anyio.to_thread.run_sync(engine.begun.wait, 5)
            group.cancel_scope.cancel()
        assert await anyio.to_thread.run_sync(engine.given_up.wait, 5)


async def test_a_recording_without_end_is_refused(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "LONGEST_SECONDS", 60)
    async with running(runtime, ScriptedStt()):
        with pytest.raises(TooLarge, match="longer than 1 minutes"):
            await transcribe(runtime, np.full(61 * 16_000, 0.2, np.float32))


async def test_an_unknown_stream_is_named(runtime: Runtime) -> None:
    async with running(runtime, ScriptedStt()):
        with pytest.raises(NotFound):
            await runtime.bus.request(TranscribeEvent(stream="nowhere"), STTEvent)


async def test_a_stream_that_breaks_answers_the_asker(runtime: Runtime) -> None:
    async with running(runtime, ScriptedStt()):
        key, stream = runtime.streams.open()
        async with runtime.bus.ask(TranscribeEvent(stream=key)) as answers:
            await stream.send(SPEECH)
            stream.close(Unavailable("The microphone is gone."))
            with pytest.raises(Unavailable, match="microphone"):
                await answers.one(STTEvent)


async def test_a_cancelled_turn_leaves_at_once_and_releases_the_stream(runtime: Runtime) -> None:
    async with running(runtime, ScriptedStt()):
        key, stream = runtime.streams.open()
        async with runtime.bus.ask(TranscribeEvent(turn="t1", stream=key)) as answers:
            await stream.send(SPEECH)
            await anyio.sleep(0.1)
            runtime.bus.publish(TurnCancelledEvent(turn="t1", reason="barge-in"))
            with pytest.raises(TurnCancelled):
                await answers.one(STTEvent)
        await anyio.sleep(0.1)
        assert stream.abandoned


async def test_a_broken_model_fails_the_start_with_its_sentence(runtime: Runtime) -> None:
    class Broken(ScriptedStt):
        def load(self) -> None:
            raise BrokenFile("The speech model lacks model.bin.")

    service = SttService(runtime, SttSettings(), Broken())
    with pytest.raises(BrokenFile, match=r"model\.bin"):
        await service.run(lambda: None)


async def test_a_file_is_heard_as_it_is(runtime: Runtime, tmp_path: Path) -> None:
    path = tmp_path / "question.wav"
    write_wav(path, np.full(8000, 0.2, np.float32), 8000)
    async with running(runtime, ScriptedStt(lines=["Hello."])):
        heard = await transcribe_file(runtime, path)
        with pytest.raises(NotFound):
            await transcribe_file(runtime, tmp_path / "nothing.wav")
    assert heard.text == "Hello."
    assert heard.seconds == pytest.approx(1.0, abs=0.01)


def test_a_mistyped_engine_is_named_with_its_nearest(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="Did you mean faster-whisper") as caught:
        build(SttSettings(engine="fasterwhisper"), tmp_path)
    assert "speech recognizer" in caught.value.message
