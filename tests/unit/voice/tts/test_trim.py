import numpy as np
import pytest

from app.voice.audio.frames import Samples
from app.voice.tts.trim import AUDIBLE, LEAD_MS, Trim, pause_after

RATE = 16_000


def spoken(lead_ms: float, ms: float, tail_ms: float) -> Samples:
    tone = 0.5 * np.sin(2 * np.pi * 300 * np.arange(round(ms * 16)) / RATE)
    parts = [np.zeros(round(lead_ms * 16)), tone, np.zeros(round(tail_ms * 16))]
    return np.concatenate(parts).astype(np.float32)


def trim(samples: Samples, rate: int, pause_ms: float, stretch: int = 0) -> Samples:
    """All of it, fed in stretches of so many samples."""
    sentence, step = Trim(rate), stretch or max(1, samples.size)
    parts = [sentence.feed(samples[at : at + step]) for at in range(0, samples.size, step)]
    return np.concatenate([*parts, sentence.end(pause_ms)])


def first_sound_ms(samples: Samples) -> float:
    return float(np.flatnonzero(np.abs(samples) > AUDIBLE)[0]) / 16


@pytest.mark.parametrize("lead", [0, 5, 40, 490])
def test_speech_begins_within_ten_milliseconds_however_late_the_voice_did(lead: float) -> None:
    assert first_sound_ms(trim(spoken(lead, 200, 0), RATE, 100)) <= LEAD_MS + 5


@pytest.mark.parametrize("tail", [0, 30, 400])
def test_the_pause_after_it_is_the_natural_one(tail: float) -> None:
    made = trim(spoken(20, 200, tail), RATE, 100)
    last = int(np.flatnonzero(np.abs(made) > AUDIBLE)[-1])
    assert (made.size - last) / 16 == pytest.approx(100, abs=6)


def test_both_ends_are_faded_so_that_pieces_join_without_a_click() -> None:
    made = trim(np.full(RATE, 0.8, np.float32), RATE, 0)
    assert abs(made[0]) < 0.05
    assert abs(made[-1]) < 0.05
    assert float(np.max(np.abs(np.diff(made)))) < 0.05


def test_what_is_silent_altogether_vanishes() -> None:
    assert trim(np.zeros(RATE, np.float32), RATE, 100).size == 0
    assert trim(np.zeros(0, np.float32), RATE, 100).size == 0


def test_the_voice_is_not_changed_in_place() -> None:
    original = spoken(0, 100, 0)
    before = original.copy()
    trim(original, RATE, 50)
    assert np.array_equal(original, before)


def test_a_sentence_is_followed_by_a_longer_pause_than_a_clause() -> None:
    assert pause_after("Yes.") > pause_after("well,") > pause_after("the largest planet")
    assert pause_after('He said "no."') == pause_after("Yes.")


@pytest.mark.parametrize("stretch", [1000, 1, 37, 5000])
def test_in_stretches_a_sentence_becomes_what_it_is_in_one_go(stretch: int) -> None:
    sentence = np.concatenate([spoken(60, 100, 300), spoken(20, 150, 200)])
    assert np.array_equal(trim(sentence, RATE, 90), trim(sentence, RATE, 90, stretch))


def test_speech_is_given_out_before_its_sentence_ends() -> None:
    assert Trim(RATE).feed(spoken(100, 200, 0)).size > 190 * 16
