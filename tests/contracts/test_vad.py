"""What every voice activity must do; tests/real runs it on Silero.

Fixtures: `vad` (loaded), `speech` (a second or more of somebody speaking).
"""

import numpy as np
import pytest

from app.voice.audio.frames import FRAME, RATE, Samples
from app.voice.audio.port import VoiceActivity
from app.voice.audio.vad import ScriptedVad


def scores(vad: VoiceActivity, sound: Samples) -> list[float]:
    return [vad.score(sound[at : at + FRAME]) for at in range(0, len(sound) - FRAME + 1, FRAME)]


class VadContract:
    """The suite."""

    def test_scores_are_probabilities(self, vad: VoiceActivity, speech: Samples) -> None:
        assert all(0 <= score <= 1 for score in scores(vad, speech))

    def test_speech_is_speech(self, vad: VoiceActivity, speech: Samples) -> None:
        assert max(scores(vad, speech)) > 0.8

    def test_silence_is_none(self, vad: VoiceActivity) -> None:
        assert max(scores(vad, np.zeros(RATE, np.float32))) < 0.3

    def test_faint_noise_is_none(self, vad: VoiceActivity) -> None:
        noise = np.random.default_rng(1).standard_normal(2 * RATE) * 1e-3
        assert max(scores(vad, noise.astype(np.float32))) < 0.4

    def test_after_a_reset_it_hears_the_same_the_same_way(self, vad: VoiceActivity, speech: Samples) -> None:
        vad.reset()
        first = scores(vad, speech)
        vad.reset()
        assert scores(vad, speech) == first


class TestScriptedVad(VadContract):
    @pytest.fixture
    def vad(self) -> VoiceActivity:
        return ScriptedVad()

    @pytest.fixture
    def speech(self) -> Samples:
        return (0.3 * np.sin(np.arange(RATE) * 0.2)).astype(np.float32)

    def test_a_script_is_followed_and_ends_in_silence(self) -> None:
        vad = ScriptedVad([0.2, 0.9])
        assert [vad.score(np.zeros(FRAME, np.float32)) for _ in range(3)] == [0.2, 0.9, 0.0]
