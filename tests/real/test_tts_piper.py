"""Piper: the contract, voices that are wrong, and whether what it says can be understood."""

import json
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anyio
import numpy as np
import pytest

from app.config.voice import SttSettings, TtsSettings
from app.kernel.errors import BrokenFile, NotFound, SoloError
from app.kernel.runtime import Runtime
from app.voice.audio.wavfile import read_wav
from app.voice.stt.faster_whisper import FasterWhisper
from app.voice.stt.files import transcribe_file
from app.voice.stt.service import SttService
from app.voice.tts.files import speak_to_wav
from app.voice.tts.halves import halves
from app.voice.tts.piper import PiperTts
from app.voice.tts.port import TextToSpeech, joined
from app.voice.tts.service import TtsService
from app.voice.tts.trim import AUDIBLE
from app.voice.tts.vocoder import FIRST, Vocoder, bent
from tests.conftest import MODELS
from tests.contracts.test_tts_engines import TtsContract
from tests.real.speech_helpers import word_errors, words_of

pytestmark = [pytest.mark.real_time, pytest.mark.needs("speech"), pytest.mark.anyio]

SPOKEN = (
    "The sky is blue, because the air scatters the light of the sun. "
    "Water boils at one hundred degrees, as you know. Would you like to hear more?"
)


@pytest.fixture(scope="module")
def piper() -> Iterator[PiperTts]:
    engine = PiperTts(TtsSettings(), MODELS)
    engine.load()
    yield engine
    engine.close()


class TestPiper(TtsContract):
    @pytest.fixture
    def tts(self, piper: PiperTts) -> TextToSpeech:
        return piper


def test_it_says_when_each_of_its_words_sounds(piper: PiperTts) -> None:
    stretches = list(piper.synthesize("One hundred, and then of the two.", 1.0))
    words, sound, rate = stretches[0].words, joined(stretches), piper.capabilities.rate
    assert not any(stretch.words for stretch in stretches[1:])
    assert len(words) >= 5
    assert [word.sounds[-1:] in ",." for word in words].count(True) == 2
    assert all(word.start < word.end for word in words)
    assert all(one.end <= two.start for one, two in pairwise(words))
    loud = np.flatnonzero(np.abs(sound) > 0.05)
    assert words[0].start == pytest.approx(loud[0], abs=0.15 * rate)
    assert words[-1].end == pytest.approx(loud[-1], abs=0.25 * rate)


async def test_what_is_spoken_in_clauses_is_understood_to_the_word(runtime: Runtime, tmp_path: Path) -> None:
    path = tmp_path / "speech.wav"
    stt, tts = SttSettings(threads=2), TtsSettings()
    async with anyio.create_task_group() as group:
        hears, speaks = anyio.Event(), anyio.Event()
        group.start_soon(SttService(runtime, stt, FasterWhisper(stt, MODELS)).run, hears.set)
        group.start_soon(TtsService(runtime, tts, PiperTts(tts, MODELS)).run, speaks.set)
        await hears.wait()
        await speaks.wait()
        spoken = await speak_to_wav(runtime, SPOKEN, path)
        heard = await transcribe_file(runtime, path)
        group.cancel_scope.cancel()
    assert spoken.pieces == 4
    assert word_errors(SPOKEN, heard.text.replace("100", "one hundred")) <= 1, heard.text
    audio = read_wav(path, rate=spoken.rate)
    loud = np.abs(audio) > AUDIBLE
    assert np.flatnonzero(loud)[0] < 0.02 * spoken.rate
    assert longest_silence(loud) < 0.6 * spoken.rate


def longest_silence(loud: np.ndarray) -> int:
    edges = np.flatnonzero(loud)
    return int(np.max(np.diff(edges)))


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    path = tmp_path / "my-voice.onnx"
    shutil.copy(MODELS / "tts" / "en_US-joe-medium.onnx", path)
    shutil.copy(MODELS / "tts" / "en_US-joe-medium.onnx.json", f"{path}.json")
    return path


def refused(path: Path) -> SoloError:
    with pytest.raises(SoloError) as caught:
        PiperTts(TtsSettings(voice=str(path)), MODELS).load()
    assert "\n" not in caught.value.message
    assert caught.value.hint
    return caught.value


def test_a_voice_of_ones_own_is_loaded_from_its_file(copied: Path) -> None:
    engine = PiperTts(TtsSettings(voice=str(copied)), MODELS)
    engine.load()
    assert list(engine.synthesize("Hello.", 1.0))


@pytest.mark.parametrize("keep", [0, 100, 30_000_000])
def test_a_truncated_voice_is_refused_with_a_sentence(copied: Path, keep: int) -> None:
    copied.write_bytes(copied.read_bytes()[:keep])
    error = refused(copied)
    assert isinstance(error, BrokenFile)
    assert "my-voice" in error.message


@pytest.mark.parametrize("text", [None, "", "{", "[]", "{}", '{"audio": {"sample_rate": 0}}'])
def test_a_voice_without_a_good_description_is_refused(copied: Path, text: str | None) -> None:
    beside = Path(f"{copied}.json")
    beside.unlink()
    if text is not None:
        beside.write_text(text)
    error = refused(copied)
    assert isinstance(error, BrokenFile)
    assert "my-voice.onnx.json" in error.message


def test_a_model_that_is_no_voice_is_refused(copied: Path) -> None:
    shutil.copy(MODELS / "vad" / "silero_vad.onnx", copied)
    assert isinstance(refused(copied), BrokenFile)


def test_a_description_that_lacks_what_piper_needs_is_refused(copied: Path) -> None:
    beside = Path(f"{copied}.json")
    description = json.loads(beside.read_text())
    del description["num_symbols"]
    beside.write_text(json.dumps(description))
    assert isinstance(refused(copied), BrokenFile)


def test_an_unknown_voice_is_named_with_its_nearest() -> None:
    with pytest.raises(NotFound, match="en_US-joe-medium"):
        PiperTts(TtsSettings(voice="en_US-jo-medium"), MODELS).load()


def test_spoken_words_are_words() -> None:
    assert words_of("Twenty-one, Mr. X!") == ["twenty", "one", "mister", "x"]
    assert words_of("1,0 oh 10") == ["one", "zero", "zero", "ten"]


def test_a_voice_cut_in_two_says_sample_for_sample_what_the_whole_voice_says() -> None:
    import onnxruntime

    model = (MODELS / "tts/en_US-joe-medium.onnx").read_bytes()
    parts = halves(model)
    assert parts is not None
    assert parts.timed
    front, back = (onnxruntime.InferenceSession(half) for half in (parts.front, parts.back))
    inputs: dict[str, Any] = {
        "input": np.array([[1, 0, 20, 0, 59, 0, 24, 0, 120, 0, 2] * 6], np.int64),
        "input_lengths": np.array([66], np.int64),
        "scales": np.array([0.667, 1.0, 0.8], np.float32),
    }
    frames, lasts = front.run(None, inputs)
    assert int(np.sum(lasts)) == frames.shape[2] > 2 * FIRST
    whole = np.ravel(back.run(None, {parts.frames: frames})[0])
    same = SimpleNamespace(run=lambda *_: [frames, lasts])
    made = list(Vocoder(same, back, parts).speak(inputs))
    assert len(made) > 1
    assert whole.size - joined(made).size < 256 * int(np.sum(np.ravel(lasts)[:2]))
    assert np.allclose(joined(made), bent(whole)[-joined(made).size :], atol=1e-4)
