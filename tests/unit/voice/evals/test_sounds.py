from pathlib import Path

import numpy as np
import pytest

from app.kernel.errors import BadInput
from app.media.wavwriter import write_wav
from app.voice.audio.frames import RATE, Samples
from app.voice.evals.clips import prepare
from app.voice.evals.noise import at_loudness, lasting, louder, loudness, make_noise
from app.voice.evals.read import Loaded
from app.voice.evals.schema import Noise
from app.voice.evals.track import first_sound, last_sound, silent_from, sounds
from tests.unit.voice.evals.test_read import read

KINDS: tuple[Noise, ...] = ("white", "pink", "hum")


def tone(seconds: float) -> Samples:
    return (0.2 * np.sin(np.arange(round(seconds * RATE)) * 0.2)).astype(np.float32)


def speak(text: str, voice: str | None, speed: float) -> Samples:
    quiet = np.zeros(RATE // 10, np.float32)
    return np.concatenate((quiet, tone(0.1 * len(text) / speed), quiet))


def scenario(folder: Path, play: str, room: str = "") -> Loaded:
    return read(folder, f"about: x\n{room}\nplay: {play}\nexpect: [turns: 0]\n")


@pytest.mark.parametrize("kind", KINDS)
def test_noise_is_as_loud_as_told_the_same_each_time_and_repeats_without_a_seam(kind: Noise) -> None:
    made = make_noise(kind, 3)
    assert loudness(made) == pytest.approx(0, abs=0.01)
    assert np.array_equal(made, make_noise(kind, 3))
    step = np.abs(np.diff(np.concatenate((made, made[:1]))))
    assert step[-1] <= np.max(step[:-1])
    if kind != "hum":
        assert not np.array_equal(made, make_noise(kind, 4))


def test_pink_noise_has_as_much_in_every_octave() -> None:
    power = np.abs(np.fft.rfft(make_noise("pink", 1))) ** 2
    octaves = [power[16 * low : 32 * low].sum() for low in (100, 200, 400, 800, 1600)]
    assert max(octaves) / min(octaves) < 1.3


def test_loudness_is_set_and_silence_stays_silence() -> None:
    assert loudness(at_loudness(tone(1), -30)) == pytest.approx(-30, abs=0.01)
    assert not at_loudness(np.zeros(9, np.float32), -3).any()
    assert loudness(louder(tone(1), -6)) == pytest.approx(loudness(tone(1)) - 6, abs=0.01)
    assert len(lasting(tone(0.1), 1.0)) == RATE


def test_what_is_said_knows_its_voiced_part(tmp_path: Path) -> None:
    made = prepare(scenario(tmp_path, "[{name: a, say: [abc, 0.5, abc]}]"), speak, 0)
    clip = made.clips["a"]
    assert clip.begin / RATE == pytest.approx(0.1, abs=0.002)
    assert clip.end / RATE == pytest.approx(0.5 + 0.5 + 0.4, abs=0.002)


def test_a_noise_lies_so_far_below_what_is_said(tmp_path: Path) -> None:
    play = "[{name: a, say: abc, gain_db: 6}, {name: b, noise: pink, snr_db: 10, seconds: 16, at: 0}]"
    made = prepare(scenario(tmp_path, play), speak, 0)
    voiced = made.clips["a"].samples[made.clips["a"].begin : made.clips["a"].end]
    assert loudness(made.clips["b"].samples) == pytest.approx(loudness(voiced) - 10, abs=0.05)


def test_every_run_has_noise_of_its_own(tmp_path: Path) -> None:
    loaded = scenario(tmp_path, "[{name: a, noise: white, dbfs: -20, seconds: 1}]")
    first, again, second = (prepare(loaded, speak, seed).clips["a"].samples for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, second)


def test_a_file_is_heard_at_16_khz_and_cut_when_told(tmp_path: Path) -> None:
    write_wav(tmp_path / "x.wav", np.zeros(8000, np.float32), 8000)
    made = prepare(
        scenario(tmp_path, "[{name: a, file: x.wav}, {name: b, file: x.wav, seconds: 0.5, at: 0}]"), speak, 0
    )
    assert [len(made.clips[name].samples) for name in "ab"] == [RATE, RATE // 2]


def test_a_noise_without_measure_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="Give it dbfs"):
        prepare(scenario(tmp_path, "[{name: a, noise: white, seconds: 1}]"), speak, 0)


def test_more_than_ten_minutes_of_sound_are_refused(tmp_path: Path) -> None:
    step = "{noise: white, dbfs: -20, seconds: 400, at: 0}"
    with pytest.raises(BadInput, match="600 s"):
        prepare(scenario(tmp_path, f"[{step}, {step}]"), speak, 0)


def parts(*pieces: float) -> list[Samples]:
    """Silence and sound in turns, in blocks of 512."""
    line = np.concatenate(
        [tone(s) if n % 2 else np.zeros(round(s * RATE), np.float32) for n, s in enumerate(pieces)]
    )
    return list(np.array_split(line, len(line) // 512))


def test_the_first_and_the_last_sound_of_an_answer_are_found_to_the_sample() -> None:
    spoken = parts(1.0, 0.5, 1.0)
    assert first_sound(spoken, round(1.04 * RATE)) == pytest.approx(RATE, abs=2)
    assert last_sound(spoken, round(1.56 * RATE)) == pytest.approx(1.5 * RATE, abs=2)
    assert first_sound(spoken, 100) == 100


def test_pauses_between_words_do_not_part_a_stretch_of_sound() -> None:
    found = sounds(parts(1.0, 0.5, 0.2, 0.5, 1.0, 0.5, 0.1))
    assert [(round(b / RATE, 2), round(e / RATE, 2)) for b, e in found] == [(1.0, 2.2), (3.2, 3.7)]
    assert sounds(parts(1.0, 0.5, 0.2), 0, RATE) == []


def test_silence_begins_where_sound_ends_for_a_while() -> None:
    spoken = parts(1.0, 0.5, 0.2, 0.5, 1.0, 0.5)
    assert silent_from(spoken, round(1.1 * RATE)) == pytest.approx(2.2 * RATE, abs=2)
    assert silent_from(spoken, 100) == 100
    assert silent_from(spoken, round(3.3 * RATE)) == pytest.approx(3.7 * RATE, abs=2)
