from dataclasses import dataclass, field

import numpy as np
import pytest

from app.voice.audio.echo.played import KEPT, Line, Played
from app.voice.audio.frames import FRAME, RATE, Samples

PIECE = RATE // 100


@dataclass
class Sink:
    """A loudspeaker that plays as time goes on. say: added to what it says it has played, seconds."""

    rate: int = RATE
    now: float = 0.0
    ends: float = 0.0
    written: int = 0
    say: float = 0.0
    slow: float = 1.0
    parts: list[tuple[float, Samples]] = field(default_factory=list[tuple[float, Samples]])

    def write(self, samples: Samples) -> None:
        self.ends = max(self.ends, self.now)
        self.parts.append((self.ends, samples))
        self.ends += len(samples) / self.rate * self.slow
        self.written += len(samples)

    def flush(self) -> None:
        self.written -= self.pending
        self.ends = self.now

    @property
    def pending(self) -> int:
        return max(0, round((self.ends - self.now - self.say) * self.rate / self.slow))

    @property
    def played(self) -> int:
        return self.written - self.pending

    @property
    def position(self) -> int:
        return self.written


class Stage:
    """A microphone whose blocks come late by chance, and a loudspeaker fed ahead of time."""

    def __init__(self, sink: Sink, *, late: float = 0.0, stepping: bool = False) -> None:
        self.sink, self.played = sink, Played()
        self.played.clock.stepping = stepping
        self.played.attach(sink)
        self.chance = np.random.default_rng(4)
        self.late = late
        self.index = 0
        self.sound: list[Samples] = []
        self.found: list[Samples] = []

    def say(self, sound: Samples) -> None:
        step = self.sink.rate // 100
        self.sound += [sound[at : at + step] for at in range(0, len(sound) - step + 1, step)]

    def frame(self) -> Samples:
        """32 ms go by."""
        self.index += FRAME
        now = self.sink.now = self.index / RATE + float(self.chance.uniform(0, self.late))
        self.played.clock.heard(self.index, now)
        self.played.follow(self.index, now)
        self.found.append(self.played.during(self.index - FRAME, FRAME))
        while self.sound and self.sink.pending < 0.06 * self.sink.rate:
            piece = self.sound.pop(0)
            self.sink.write(piece)
            self.played.wrote(piece, self.sink.now)
        return self.found[-1]

    def frames(self, count: int) -> Samples:
        return np.concatenate([self.frame() for _ in range(count)])


def noise(seconds: float, rate: int = RATE) -> Samples:
    return (np.random.default_rng(2).standard_normal(round(seconds * rate)) * 0.1).astype(np.float32)


def shift(found: Samples, wanted: Samples, around: int, reach: int = 400) -> int:
    """By how many samples `found` is later than `wanted` laid at `around`."""
    part = wanted[:6000]
    likeness = [
        float(found[around + late : around + late + len(part)] @ part) for late in range(-reach, reach)
    ]
    return int(np.argmax(likeness)) - reach


def test_in_a_file_what_is_played_lies_exactly_where_it_is_heard() -> None:
    stage, sound = Stage(Sink(), stepping=True), noise(1.0)
    stage.frames(10)
    stage.say(sound)
    stage.frame()
    assert (stage.frames(31) == sound[: 31 * FRAME]).all()


def test_late_blocks_of_the_microphone_do_not_move_what_is_played() -> None:
    stage, sound = Stage(Sink(), late=0.03), noise(3.0)
    stage.frames(80)
    stage.say(sound)
    stage.frame()
    found = stage.frames(60)
    assert abs(shift(found, sound, 400) + 400) < 40


def test_a_device_that_trembles_about_its_delay_does_not_move_a_run() -> None:
    sink = Sink()
    stage, sound, chance = Stage(sink), noise(4.0), np.random.default_rng(8)
    stage.frames(80)
    stage.say(sound)
    found = list[Samples]()
    for _ in range(120):
        sink.say = float(chance.uniform(-0.004, 0.004))
        found.append(stage.frame())
    line = np.concatenate(found)
    assert shift(line, sound, 400) == pytest.approx(FRAME - 400, abs=64)
    assert shift(line, sound[32000:], 32400) == pytest.approx(FRAME - 400, abs=64)
    assert stage.played.jumps == 0


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_any_rate_of_the_loudspeaker_ends_up_at_sixteen_kilohertz(rate: int) -> None:
    stage = Stage(Sink(rate=rate))
    stage.frames(80)
    sound = noise(1.0)
    from app.voice.audio.resample import resample

    stage.say(resample(sound, RATE, rate))
    stage.frame()
    found = stage.frames(40)
    assert abs(shift(found, sound, 400) + 400) <= 2
    assert float(np.sqrt(np.mean(found[1000:15000] ** 2))) == pytest.approx(0.1, rel=0.1)


def test_what_a_flush_takes_back_was_never_played() -> None:
    stage = Stage(Sink())
    stage.frames(80)
    stage.say(noise(2.0))
    stage.frames(10)
    stage.sound.clear()
    stage.sink.flush()
    assert not stage.frames(6)[FRAME:].any()
    stage.say(np.full(RATE, 0.5, np.float32))
    assert stage.frames(4)[-FRAME:].all()


def test_after_a_pause_the_next_words_lie_where_they_are_heard() -> None:
    stage, sound = Stage(Sink()), noise(0.5)
    stage.frames(80)
    stage.say(noise(0.3))
    stage.frames(50)
    stage.say(sound)
    stage.frame()
    found = stage.frames(20)
    assert abs(shift(found, sound, 400) + 400) < 20


def test_a_clock_that_runs_slower_is_followed() -> None:
    sink = Sink(slow=1.0001)
    stage, sound = Stage(sink), noise(60.0)
    stage.frames(80)
    stage.say(sound)
    stage.frames(int(59 * RATE / FRAME))
    run = stage.played._run
    assert run is not None
    assert stage.played.clock.at(sink.now) is not None
    error = sink.now * RATE - run.index_of(sink.played, RATE)
    assert abs(error) < 20  # without following: 96
    assert stage.played.jumps == 0


@pytest.mark.parametrize("hole", [0.02, 0.05, 0.3])
def test_a_loudspeaker_that_stutters_is_found_again_and_counted(hole: float) -> None:
    sink = Sink()
    stage = Stage(sink)
    stage.frames(80)
    stage.say(noise(6.0))
    stage.frames(40)
    sink.ends += hole  # that nobody announced
    stage.frames(70)
    assert stage.played.jumps >= 1
    run = stage.played._run
    assert run is not None
    assert abs(sink.now * RATE - run.index_of(sink.played, RATE)) < 100


def test_a_loudspeaker_that_plays_what_nobody_told_is_missed() -> None:
    stage = Stage(Sink())
    stage.frames(5)
    assert not stage.played.missing
    stage.sink.write(noise(2.0))
    assert stage.played.missing
    stage.played.attach(None)
    assert not stage.played.missing


def test_a_clock_that_leaps_does_not_silence_the_reference_for_good() -> None:
    stage = Stage(Sink())
    stage.frames(80)
    stage.say(noise(1.0))
    stage.frames(3)
    stage.played.clock.heard(stage.index + FRAME, stage.sink.now + 3600)
    piece = stage.sound.pop(0)
    stage.sink.write(piece)
    stage.played.wrote(piece, stage.sink.now + 7200)
    assert stage.played.during(stage.index - FRAME, FRAME).any()


def test_the_line_forgets_what_is_four_seconds_old_and_is_silent_before_its_beginning() -> None:
    line = Line()
    line.put(0, np.ones(100, np.float32))
    assert line.get(-50, 100)[:50].sum() == 0
    assert line.get(-50, 100)[50:].sum() == 50
    line.get(KEPT, 50)
    assert line.get(0, 100)[:50].sum() == 0
    assert line.get(0, 100)[50:].sum() == 50
