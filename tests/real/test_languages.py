"""Heard in German, thought in German, spoken in German: real recognition and real voices around a scripted
language model."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import numpy as np
import pytest

from app.assets.locate import locate
from app.config.settings import Settings
from app.config.voice import SttSettings, TtsSettings, VoiceSettings, WakeSettings
from app.db.engine import Database
from app.events.voice import AttentionEvent, NoVoiceEvent
from app.kernel.bus import Subscription
from app.kernel.errors import BadSettings, SoloError
from app.kernel.runtime import Runtime
from app.voice.audio.frames import FRAME, RATE, Frame, Samples
from app.voice.audio.hub import FrameHub
from app.voice.audio.level import dbfs
from app.voice.audio.pace import Pace
from app.voice.audio.playback import Playback
from app.voice.audio.vad import SileroVad
from app.voice.stt.faster_whisper import FasterWhisper
from app.voice.stt.guard import doubt
from app.voice.stt.recognised import SHORT_SECONDS
from app.voice.stt.service import SttService
from app.voice.tts.piper import PiperTts
from app.voice.tts.polyglot import Polyglot
from app.voice.tts.service import TtsService
from app.voice.turn.service import TurnService
from tests.conftest import MODELS
from tests.real.speech_helpers import recordings, sound
from tests.unit.dialogue.scripted import Model, running

pytestmark = [pytest.mark.anyio, pytest.mark.real_time, pytest.mark.needs("speech", "multilingual")]

STT = SttSettings(model="whisper-base", language="auto", languages=("en", "de", "fr", "es"), threads=1)
ANSWER = "Der Zug fährt am 3. Mai um 14:30 Uhr. Er kostet z. B. 3,50 €."
SPOKEN = "Der Zug fährt am dritten Mai um 14 Uhr 30. Er kostet zum Beispiel 3 Euro 50."


@pytest.fixture(scope="module")
def whisper() -> Iterator[FasterWhisper]:
    engine = FasterWhisper(STT, MODELS)
    engine.load()
    yield engine
    engine.close()


@pytest.fixture
def german(tmp_path: Path) -> str:
    """A German voice: the catalogue's where it was pulled; else the English one with a German description,
    which speaks German sounds, learnt by ear, so to say."""
    try:
        locate(MODELS, "de_DE-thorsten-medium", what="voice")
    except SoloError:
        return _taught_german(tmp_path)
    return "de_DE-thorsten-medium"


def _taught_german(folder: Path) -> str:
    english = MODELS / "tts" / "en_US-joe-medium.onnx"
    path = folder / "de_DE-joe.onnx"
    shutil.copy(english, path)
    description = json.loads(Path(f"{english}.json").read_text())
    description["espeak"]["voice"] = "de"
    description["language"] = {"code": "de_DE", "family": "de"}
    Path(f"{path}.json").write_text(json.dumps(description))
    return str(path)


class Noted(PiperTts):
    """Piper that remembers what it was given."""

    def __init__(self, settings: TtsSettings, models_dir: Path) -> None:
        super().__init__(settings, models_dir)
        self.given: list[str] = []

    def synthesize(self, text: str, speed: float) -> Any:
        self.given.append(text)
        return super().synthesize(text, speed)


class Talk:
    """A microphone that is fed, and what comes of it."""

    def __init__(self, tts: TtsSettings) -> None:
        self.hub, self.pace, self.playback = FrameHub(), Pace(), Playback()
        self.playback.detach(deaf=True)
        self.vad = SileroVad(MODELS / "vad" / "silero_vad.onnx")
        self.usual = Noted(tts, MODELS)
        self.others: dict[str, Noted] = {}
        self.tts = tts

    def another(self, name: str) -> Noted:
        return self.others.setdefault(name, Noted(self.tts.model_copy(update={"voice": name}), MODELS))

    async def hear(self, audio: Samples) -> None:
        room = np.random.default_rng(0)
        whole = np.concatenate((np.zeros(RATE, np.float32), audio, np.zeros(2 * RATE, np.float32)))
        whole = whole + room.normal(0, 1e-4, len(whole)).astype(np.float32)
        for start in range(0, len(whole) - FRAME, FRAME):
            samples = whole[start : start + FRAME]
            self.hub.publish(Frame(self.hub.position, samples, self.vad.score(samples), dbfs(samples)))
            await self.pace.idle()


@asynccontextmanager
async def talking(
    runtime: Runtime, folder: Path, whisper: FasterWhisper, model: Model, tts: TtsSettings
) -> AsyncGenerator[Talk]:
    voice = VoiceSettings(wake=WakeSettings(engine="none"), stt=STT, tts=tts)
    talk = Talk(tts)
    await runtime.pool.run(talk.vad.load)
    services: list[Any] = [
        SttService(runtime, STT, whisper),
        TtsService(runtime, tts, talk.usual, talk.playback, talk.another),
        TurnService(runtime, voice, talk.hub, talk.playback, talk.pace),
    ]
    async with Database(folder / "data") as database, anyio.create_task_group() as group:
        async with running(runtime, Settings(data_dir=folder / "data", voice=voice), database, model):
            for service in services:
                ready = asyncio.Event()
                group.start_soon(service.run, ready.set)
                await ready.wait()
            yield talk
            group.cancel_scope.cancel()


async def until_answered(facts: Subscription[AttentionEvent | NoVoiceEvent]) -> list[str]:
    """Until Solo listens again; what it said of voices that are missing."""
    told: list[str] = []
    thought = False
    async for fact in facts:
        if isinstance(fact, NoVoiceEvent):
            told.append(fact.reason)
        elif thought and fact.state == "listening":
            break
        else:
            thought |= fact.state == "thinking"
    return told


def question() -> Samples:
    return sound(next(r for r in recordings("speech", "de") if "rhino" in r.path.name).path)


@pytest.mark.needs("recordings")
@pytest.mark.parametrize("voiced", [True, False])
async def test_prompt_voice_and_reading_follow_what_was_said_in_german(
    runtime: Runtime, tmp_path: Path, german: str, voiced: bool
) -> None:
    model = Model(words=[f"{word} " for word in ANSWER.split()])
    tts = TtsSettings(voices={"de": german} if voiced else {})
    whisper = FasterWhisper(STT, MODELS)
    async with talking(runtime, tmp_path, whisper, model, tts) as talk:
        with runtime.bus.subscribe(AttentionEvent, NoVoiceEvent, name="test") as facts:
            await talk.hear(question())
            with anyio.fail_after(60):
                told = await until_answered(facts)
    sent = model.asked[-1].messages[-1].content
    assert sent.startswith("(Please answer in German.)\n\n")
    assert "Licht" in sent
    speaker = talk.others[german] if voiced else talk.usual
    said = " ".join(text for text in speaker.given if text != "Ready.").replace(",", "")
    assert said == SPOKEN.replace(",", "")
    assert speaker.capabilities.language == ("de" if voiced else "en")
    assert [reason.partition(".")[0] for reason in told] == (
        [] if voiced else ["There is no voice for German"]
    )


@pytest.mark.needs("recordings")
def test_each_recording_is_heard_in_its_own_language_whatever_was_spoken_before(
    whisper: FasterWhisper,
) -> None:
    heard = 0
    for language in ("de", "fr", "es", "en"):
        for recording in recordings("speech", language)[-6:]:
            audio = sound(recording.path)
            found = whisper.transcribe(audio, None, (), before="fr" if language == "en" else "en").language
            alone = audio.size <= SHORT_SECONDS * RATE  # then it needs to be surer
            assert found == language or alone, recording.path.name
            heard += found == language
    assert heard >= 9


@pytest.mark.needs("recordings")
def test_noise_changes_no_language(whisper: FasterWhisper) -> None:
    for recording in recordings("noise"):
        heard = whisper.transcribe(sound(recording.path), None, (), before="de")
        assert heard.language == "de" or doubt(heard), recording.path.name


def test_a_voice_is_of_the_language_that_its_own_description_names(german: str) -> None:
    usual, other = PiperTts(TtsSettings(), MODELS), PiperTts(TtsSettings(voice=german), MODELS)
    usual.load()
    other.load()
    assert (usual.capabilities.language, other.capabilities.language) == ("en", "de")
    Polyglot(usual, {"de": german}).check("de", other)
    with pytest.raises(BadSettings, match="speaks German, not French") as caught:
        Polyglot(usual, {"fr": german}).check("fr", other)
    assert "SOLO_VOICE__TTS__VOICES" in caught.value.hint


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"language": "auto", "languages": ("en", "dee")}, "does not know the language 'dee'"),
        ({"language": "de", "languages": ("en", "de")}, "the language is set to 'de'"),
        ({"model": "whisper-tiny.en", "language": "auto", "languages": ("en", "de")}, "English only"),
    ],
)
def test_languages_that_cannot_be_recognised_are_refused_with_a_sentence(
    settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(BadSettings, match=words) as caught:
        FasterWhisper(SttSettings(**({"model": "whisper-base"} | settings)), MODELS).load()
    assert caught.value.hint
