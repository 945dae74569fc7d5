import numpy as np
import pytest

from app.voice.audio.duck import LOW, Ducking

RATE = 16_000
PIECE = np.full(160, 0.5, np.float32)


def test_untouched_while_nobody_is_suspected() -> None:
    assert Ducking().apply(PIECE, RATE) is PIECE


def test_it_is_twelve_decibels_softer_after_twenty_milliseconds_and_never_jumps() -> None:
    ducking = Ducking()
    ducking.on = True
    line = np.concatenate([ducking.apply(PIECE, RATE) for _ in range(3)])
    assert line[-1] == pytest.approx(0.5 * LOW)
    assert line[319] == pytest.approx(0.5 * LOW, abs=1e-3)
    assert line[160] > 0.5 * LOW
    assert np.abs(np.diff(line)).max() < 0.005


def test_it_comes_back_as_it_went() -> None:
    ducking = Ducking()
    ducking.on = True
    for _ in range(3):
        ducking.apply(PIECE, RATE)
    ducking.on = False
    line = np.concatenate([ducking.apply(PIECE, RATE) for _ in range(3)])
    assert line[-1] == 0.5
    assert np.abs(np.diff(line)).max() < 0.005
    assert ducking.apply(PIECE, RATE) is PIECE


def test_an_empty_piece_is_an_empty_piece() -> None:
    ducking = Ducking()
    ducking.on = True
    assert len(ducking.apply(PIECE[:0], RATE)) == 0
