"""Whose turn it is, on real recordings with the real models: voice activity, words and Smart Turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import numpy as np
import onnxruntime
import pytest

from app.config.voice import SttSettings, TtsSettings, TurnSettings, VoiceSettings, WakeSettings
from app.events.base import Answer, Event
from app.events.dialogue import ReplyEvent, TurnCommittedEvent, UserSaidEvent
from app.events.voice import SpeechEndedEvent
from app.kernel.errors import BrokenFile, NotFound
from app.kernel.runtime import Runtime
from app.voice.audio.frames import FRAME, RATE, Frame, Samples
from app.voice.audio.hub import FrameHub
from app.voice.audio.level import dbfs
from app.voice.audio.pace import Pace
from app.voice.audio.playback import Playback
from app.voice.audio.resample import resample
from app.voice.audio.vad import SileroVad
from app.voice.stt.engines import build as build_stt
from app.voice.stt.service import SttService
from app.voice.tts.piper import PiperTts
from app.voice.tts.port import joined
from app.voice.turn.engines import build as build_judge
from app.voice.turn.port import EndOfTurn
from app.voice.turn.service import TurnService
from app.voice.turn.smart_turn import SmartTurn
from app.voice.wake.engines import make_engine
from app.voice.wake.service import WakeService
from tests.conftest import MODELS
from tests.contracts.test_end_of_turn import EndOfTurnContract
from tests.real.speech_helpers import recordings, sound

pytestmark = [pytest.mark.anyio, pytest.mark.real_time, pytest.mark.needs("speech")]


class TestSmartTurn(EndOfTurnContract):
    @pytest.fixture
    def judge(self) -> Iterator[EndOfTurn]:
        engine = SmartTurn(TurnSettings(), MODELS)
        yield engine
        engine.close()


def test_a_file_that_is_no_such_model_is_refused(tmp_path: Any) -> None:
    (tmp_path / "bad.onnx").write_bytes(b"not a model")
    with pytest.raises(BrokenFile):
        SmartTurn(TurnSettings(model=str(tmp_path / "bad.onnx")), tmp_path).load()
    with pytest.raises(BrokenFile, match="not a Smart Turn model"):
        SmartTurn(TurnSettings(model=str(MODELS / "vad" / "silero_vad.onnx")), tmp_path).load()
    with pytest.raises(NotFound):
        SmartTurn(TurnSettings(model=str(tmp_path / "none.onnx")), tmp_path).load()


@dataclass
class Ears:
    """Everything that hears, with a dialogue that says nothing: an answer is over at once, so
    nothing hides a turn that was cut in two."""

    hub: FrameHub
    pace: Pace
    vad: SileroVad
    asked: list[str] = field(default_factory=list[str])
    begun: dict[tuple[str | None, int], str] = field(default_factory=dict[tuple[str | None, int], str])
    """What may have been the whole turn, by turn and revision."""
    ends: list[SpeechEndedEvent] = field(default_factory=list[SpeechEndedEvent])

    async def hear(self, audio: Samples, after: float = 2.5) -> list[str]:
        """What dialogue was asked after this and some seconds of a quiet room."""
        self.asked.clear()
        self.ends.clear()
        self.vad.reset()
        room = np.random.default_rng(0)
        whole = np.concatenate((np.zeros(RATE, np.float32), audio, np.zeros(int(after * RATE), np.float32)))
        whole = whole + room.normal(0, 1e-4, len(whole)).astype(np.float32)
        for start in range(0, len(whole) - FRAME, FRAME):
            samples = whole[start : start + FRAME]
            self.hub.publish(Frame(self.hub.position, samples, self.vad.score(samples), dbfs(samples)))
            await self.pace.idle()
        return list(self.asked)

    async def converse(self, request: UserSaidEvent) -> AsyncGenerator[Answer, None]:
        if request.provisional:
            self.begun[request.turn, request.revision] = request.text
        else:
            self.asked.append(request.text)
        yield ReplyEvent(turn=request.turn, text="Yes.", dialogue="d", finish="stop")


@asynccontextmanager
async def ears(runtime: Runtime, wake: str) -> AsyncGenerator[Ears]:
    settings = VoiceSettings(wake=WakeSettings(engine=wake), stt=SttSettings(threads=1))
    playback, made = Playback(), Ears(FrameHub(), Pace(), SileroVad(MODELS / "vad" / "silero_vad.onnx"))
    playback.detach(deaf=True)
    made.vad.load()
    judge = build_judge(settings.turn, MODELS)
    services: list[Any] = [
        SttService(runtime, settings.stt, build_stt(settings.stt, MODELS)),
        TurnService(runtime, settings, made.hub, playback, made.pace, judge=judge),
    ]
    engine = make_engine(settings.wake)
    if engine is not None:
        services.append(WakeService(runtime, settings.wake, engine, made.hub, made.pace))

    async def note() -> None:
        with runtime.bus.subscribe(Event, name="note", size=10_000) as events:
            async for event in events:
                if isinstance(event, SpeechEndedEvent):
                    made.ends.append(event)
                elif isinstance(event, TurnCommittedEvent):
                    made.asked.append(made.begun[event.turn, event.revision])

    async with AsyncExitStack() as stack:
        group = await stack.enter_async_context(anyio.create_task_group())
        await stack.enter_async_context(runtime.bus.serve(UserSaidEvent, made.converse, name="dialogue"))
        group.start_soon(note)
        for service in services:
            ready = asyncio.Event()
            group.start_soon(service.run, ready.set)
            await ready.wait()
        yield made
        group.cancel_scope.cancel()


SEVERAL_SENTENCES = ("asterisk_en_demo-echotest", "asterisk_en_followme", "asterisk_en_tt-allbusy")


@pytest.mark.needs("recordings")
async def test_every_recording_of_a_single_sentence_stays_one_turn(runtime: Runtime) -> None:
    waits: list[float] = []
    async with ears(runtime, "none") as made:
        for recording in recordings("speech"):
            if recording.path.stem.startswith(SEVERAL_SENTENCES):
                continue
            asked = await made.hear(sound(recording.path))
            assert len(made.ends) == 1, f"{recording.path.name} became {asked}"
            waits.append((made.ends[0].decided_at - made.ends[0].voiced_until) / RATE)
    assert float(np.median(waits)) < 0.6
    assert max(waits) < 1.7


@pytest.mark.parametrize("gap_ms", [0, 120, 700])
async def test_the_question_behind_the_wake_word_is_whole(runtime: Runtime, gap_ms: int) -> None:
    onnxruntime.set_seed(1)  # Piper says each sentence a little differently, and not all are understood
    joe = PiperTts(TtsSettings(), MODELS)
    joe.load()

    def said(text: str) -> Samples:
        raw = joined(joe.synthesize(text, 1.0))
        heard = resample(raw, joe.capabilities.rate, RATE) * 0.5
        loud = np.flatnonzero(np.abs(heard) > np.abs(heard).max() * 10 ** (-35 / 20))
        return heard[loud[0] : loud[-1]]

    async with ears(runtime, "microwakeword") as made:
        for text in ("What is the capital of France?", "How long should I boil an egg?"):
            pause = np.zeros(gap_ms * RATE // 1000, np.float32)
            asked = await made.hear(np.concatenate((said("Hey Jarvis."), pause, said(text))))
            assert asked == [text]
