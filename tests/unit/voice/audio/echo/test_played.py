from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest

from app.voice.audio.echo.played import KEPT, Line, Played
from app.voice.audio.frames import FRAME, RATE, Samples

PIECE = RATE // 100


@dataclass
class Sink:
    """A loudspeaker that plays as time goes on."""

    rate: int = RATE
    now: float = 0.0
    ends: float = 0.0
    written: int = 0
    parts: list[tuple[float, Samples]] = field(default_factory=list[tuple[float, Samples]])

    def write(self, samples: Samples) -> None:
        self.ends = max(self.ends, self.now)
        self.parts.append((self.ends, samples))
        self.ends += len(samples) / self.rate
        self.written += len(samples)

    def flush(self) -> None:
        self.written -= self.pending
        self.ends = self.now

    @property
    def pending(self) -> int:
        return max(0, round((self.ends - self.now) * self.rate))

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


def test_a_loudspeaker_that_plays_what_nobody_told_is_missed() -> None:
    stage = Stage(Sink())
    stage.frames(5)
    assert not stage.played.missing(stage.sink.now)
    stage.sink.write(noise(2.0))
    assert stage.played.missing(stage.sink.now)
    stage.played.attach(None)
    assert not stage.played.missing(stage.sink.now)


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


class Tap:
    """A loudspeaker that tells what goes out, and is up to `tremble` seconds wrong about when."""

    def __init__(self, rate: int = 48_000, *, tremble: float = 0.0, slow: float = 1.0) -> None:
        self.rate = rate
        self.tap: Callable[[Samples, float], None] | None = None
        self.position = 0
        self.pending = 0
        self.late = 0.08
        self._tremble, self._slow = tremble, slow
        self._given = 0
        self._chance = np.random.default_rng(6)

    def until(self, now: float, sound: list[Samples]) -> None:
        """The device asks for blocks up to now."""
        while self._given * self._slow / self.rate <= now:
            block = sound.pop(0) if sound else np.zeros(self.rate // 100, np.float32)
            heard_at = self._given * self._slow / self.rate + self.late
            if self.tap is not None:
                self.tap(block, heard_at + float(self._chance.uniform(-self._tremble, self._tremble)))
            self._given += len(block)


class TappedStage(Stage):
    def __init__(self, sink: Tap) -> None:
        super().__init__(Sink())
        self.tapped = sink
        self.played.attach(sink)

    def frame(self) -> Samples:
        self.index += FRAME
        now = self.index / RATE
        self.tapped.until(now, self.sound)
        self.played.clock.heard(self.index, now)
        self.played.follow(self.index, now)
        self.found.append(self.played.during(self.index - FRAME, FRAME))
        return self.found[-1]


def test_a_device_that_trembles_about_its_delay_lays_every_answer_to_the_same_place() -> None:
    stage, sound = TappedStage(Tap(16_000, tremble=0.008)), noise(1.0)
    stage.frames(80)
    places = list[int]()
    for _ in range(4):
        said_at = stage.index
        stage.say(sound)
        line = stage.frames(60)
        places.append(shift(line, sound, 1280) + said_at % PIECE)
    assert max(places) - min(places) <= PIECE + 1
    assert abs(places[0]) < 200 + PIECE
    assert stage.played.jumps == 0


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_a_tapped_device_of_any_rate_is_laid_down_without_a_gap(rate: int) -> None:
    from app.voice.audio.resample import resample

    stage, sound = TappedStage(Tap(rate)), noise(2.0)
    stage.frames(80)
    stage.say(resample(sound, RATE, rate))
    line = stage.frames(70)
    late = shift(line, sound, 1280)
    for at in (8000, 16000, 24000):
        assert abs(shift(line, sound[at:], 1280 + at) - late) <= 1


def test_a_loudspeaker_that_stutters_is_found_again_after_a_second_and_counted() -> None:
    tap = Tap()
    stage = TappedStage(tap)
    stage.frames(80)
    tap.late += 0.05
    stage.frames(10)
    assert stage.played.jumps == 0
    stage.frames(60)
    assert stage.played.jumps == 1


def test_two_clocks_that_drift_apart_are_measured() -> None:
    stage = TappedStage(Tap(slow=1.0004))
    stage.frames(30 * RATE // FRAME)
    assert stage.played.drift == pytest.approx(400, rel=0.3)


def test_two_clocks_that_keep_time_do_not_seem_to_drift() -> None:
    stage = TappedStage(Tap(tremble=0.004))
    stage.frames(30 * RATE // FRAME)
    assert abs(stage.played.drift) < 150


def test_a_tapped_loudspeaker_that_goes_silent_without_a_word_is_missed() -> None:
    stage = TappedStage(Tap())
    stage.frames(10)
    stage.tapped.pending = 4000
    now = stage.index / RATE
    assert not stage.played.missing(now)
    assert stage.played.missing(now + 1)


def test_a_loudspeaker_that_is_given_back_is_no_longer_tapped() -> None:
    stage = TappedStage(Tap())
    assert stage.tapped.tap is not None
    stage.played.attach(None)
    assert stage.tapped.tap is None


def test_after_a_restart_of_the_microphone_the_place_is_found_anew() -> None:
    stage, sound = TappedStage(Tap(16_000)), noise(1.0)
    stage.frames(80)
    stage.played.restarted()
    stage.frames(20)
    stage.say(sound)
    assert abs(shift(stage.frames(60), sound, 1280)) < 200
