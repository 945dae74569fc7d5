"""What every judge of endings must do. tests/real runs this again on the real ones."""

from __future__ import annotations

import numpy as np
import pytest

from app.voice.audio.frames import RATE
from app.voice.turn.port import EndOfTurn
from app.voice.turn.scripted import ScriptedEndOfTurn
from app.voice.turn.silence import SilenceOnly


class EndOfTurnContract:
    """Subclasses give the fixture `judge`, not loaded."""

    @pytest.mark.parametrize("seconds", [0.0, 0.01, 1.0, 8.0, 20.0])
    def test_any_length_gets_a_probability_or_no_opinion(self, judge: EndOfTurn, seconds: float) -> None:
        judge.load()
        found = judge.judge(np.zeros(int(seconds * RATE), np.float32))
        assert found is None or 0.0 <= found <= 1.0
        judge.close()

    def test_noise_at_full_level_gets_one_too(self, judge: EndOfTurn) -> None:
        judge.load()
        loud = np.random.default_rng(1).uniform(-1, 1, RATE).astype(np.float32)
        found = judge.judge(loud)
        assert found is None or 0.0 <= found <= 1.0

    def test_the_sound_is_not_changed(self, judge: EndOfTurn) -> None:
        judge.load()
        sound = np.random.default_rng(1).uniform(-0.1, 0.1, RATE).astype(np.float32)
        before = sound.copy()
        judge.judge(sound)
        assert (sound == before).all()

    def test_closing_twice_is_closing(self, judge: EndOfTurn) -> None:
        judge.load()
        judge.close()
        judge.close()

    def test_it_has_a_name(self, judge: EndOfTurn) -> None:
        assert judge.name


class TestScriptedEndOfTurn(EndOfTurnContract):
    @pytest.fixture
    def judge(self) -> EndOfTurn:
        return ScriptedEndOfTurn(opinions=[0.2, None, 0.9])


class TestSilenceOnly(EndOfTurnContract):
    @pytest.fixture
    def judge(self) -> EndOfTurn:
        return SilenceOnly()
