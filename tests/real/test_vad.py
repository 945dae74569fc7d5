"""Silero VAD for real: the contract, real recordings, broken files."""

from pathlib import Path

import numpy as np
import pytest

from app.kernel.errors import BrokenFile, NotFound
from app.voice.audio.frames import RATE, Samples
from app.voice.audio.resample import resample
from app.voice.audio.vad import SileroVad
from app.voice.chimes.tones import RATE as CHIME_RATE
from app.voice.chimes.tones import Chime, tone
from app.voice.tts.port import joined
from tests.bench._recordings import manifest, recording
from tests.conftest import MODELS
from tests.contracts.test_vad import VadContract, scores

pytestmark = [pytest.mark.real_time, pytest.mark.needs("speech")]


def silero() -> SileroVad:
    vad = SileroVad(MODELS / "vad" / "silero_vad.onnx")
    vad.load()
    return vad


class TestSilero(VadContract):
    @pytest.fixture
    def vad(self) -> SileroVad:
        return silero()

    @pytest.fixture(scope="module")
    @staticmethod
    def speech() -> Samples:
        from app.config.voice import TtsSettings
        from app.voice.tts.piper import PiperTts

        joe = PiperTts(TtsSettings(), MODELS)
        joe.load()
        sound = joined(joe.synthesize("What is the capital of France?", 1.0))
        rate = joe.capabilities.rate
        joe.close()
        return resample(sound, rate, RATE)


@pytest.mark.needs("recordings")
def test_every_recorded_sentence_is_speech_and_noise_is_not() -> None:
    vad, deaf, fooled = silero(), [], []
    for row in manifest():
        vad.reset()
        voiced = sum(score > 0.5 for score in scores(vad, recording(row["file"])))
        if row["kind"] == "speech" and voiced < 5:
            deaf.append(row["file"])
        if row["kind"] == "noise" and voiced > 5:
            fooled.append(row["file"])
    assert (deaf, fooled) == ([], [])


@pytest.mark.parametrize("dbfs", [-30.0, -12.0])
def test_solos_own_chimes_are_no_speech(dbfs: float) -> None:
    vad, quiet = silero(), np.zeros(RATE // 2, np.float32)
    for chime in Chime:
        vad.reset()
        heard = scores(vad, np.concatenate([quiet, resample(tone(chime, dbfs), CHIME_RATE, RATE), quiet]))
        assert max(heard) < 0.5, chime


def test_a_model_that_is_not_there_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="solo models pull silero-vad"):
        SileroVad(tmp_path / "silero_vad.onnx").load()


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x08\x07" * 1000])
def test_a_broken_model_is_refused_with_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.onnx").write_bytes(content)
    with pytest.raises(BrokenFile, match=r"model x\.onnx cannot be read"):
        SileroVad(tmp_path / "x.onnx").load()


def test_a_model_cut_in_half_is_refused_with_a_sentence(tmp_path: Path) -> None:
    whole = (MODELS / "vad" / "silero_vad.onnx").read_bytes()
    (tmp_path / "x.onnx").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BrokenFile, match=r"model x\.onnx cannot be read"):
        SileroVad(tmp_path / "x.onnx").load()
