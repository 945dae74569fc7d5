import numpy as np
import pytest

from app.voice.audio.echo.guard import RINGING, Cleaned, EchoGuard
from app.voice.audio.echo.kalman import KalmanEcho
from app.voice.audio.echo.none import Untouched
from app.voice.audio.echo.played import Played
from app.voice.audio.echo.port import EchoCanceller
from app.voice.audio.echo.scripted import ScriptedEcho
from app.voice.audio.echopath import EchoPath, EchoShape
from app.voice.audio.frames import FRAME, RATE, Frame, Samples
from app.voice.audio.level import dbfs
from app.voice.turn.interrupt import Interrupter, InterruptLimits
from tests.contracts.test_echo_engines import babble
from tests.unit.voice.audio.echo.test_played import Sink


class Room:
    """A microphone that hears a loudspeaker; one frame after the other."""

    def __init__(self, engine: EchoCanceller, shape: EchoShape | None = None) -> None:
        self.sink, self.played = Sink(), Played()
        self.guard = EchoGuard(engine, self.played)
        self.guard.follow(stepping=True)
        self.played.attach(self.sink)
        self.path = EchoPath(shape or EchoShape(40, -10))
        self.index = 0

    def frame(self, sound: Samples | None = None, person: Samples | None = None) -> tuple[Samples, Cleaned]:
        """32 ms, in which this is played and said; what was heard, and what was made of it."""
        if sound is not None:
            self.sink.write(sound)
            self.played.wrote(sound, self.sink.now)
        self.sink.now += FRAME / RATE
        played = np.zeros(FRAME, np.float32) if sound is None else sound
        heard = self.path.process(played)
        if person is not None:
            heard = heard + person
        made = self.guard.hear(heard, self.index, self.sink.now)
        self.index += FRAME
        return heard, made

    def run(self, sound: Samples, person: Samples | None = None) -> tuple[Samples, Samples]:
        steps = range(0, len(sound) - FRAME + 1, FRAME)
        both = [
            self.frame(sound[at : at + FRAME], None if person is None else person[at : at + FRAME])
            for at in steps
        ]
        return np.concatenate([one for one, _ in both]), np.concatenate([two.samples for _, two in both])


class Counting(ScriptedEcho):
    """How many frames it was given."""

    frames = 0
    broken = False

    def process(self, heard: Samples, played: Samples) -> Samples:
        self.frames += 1
        return heard * np.float32("nan") if self.broken else super().process(heard, played)


def test_before_anything_is_played_a_frame_is_the_very_same_frame() -> None:
    engine = Counting()
    room, person = Room(engine), babble(0.1, 3)[:FRAME]
    for _ in range(20):
        heard, made = room.frame(None, person)
        assert made.samples is heard or (made.samples == heard).all()
    assert engine.frames == 0
    assert room.guard.report().state == "idle"


def test_it_works_while_solo_speaks_and_for_as_long_as_a_room_may_ring() -> None:
    engine = Counting()
    room = Room(engine)
    room.run(babble(1, 1))
    assert room.guard.report().state == "cancelling"
    during = engine.frames
    for _ in range(3 * RINGING // FRAME):
        room.frame()
    assert engine.frames - during == pytest.approx(RINGING // FRAME, abs=1)
    assert room.guard.report().state == "idle"


def test_what_was_learnt_outlives_a_pause() -> None:
    room = Room(KalmanEcho())
    room.run(babble(5, 1))
    for _ in range(100):
        room.frame()
    heard, made = room.run(babble(1, 2))
    assert dbfs(heard[RATE // 2 :]) - dbfs(made[RATE // 2 :]) > 12


def test_it_knows_the_delay_and_how_much_it_takes_away() -> None:
    room = Room(KalmanEcho(), EchoShape(80, -10))
    room.run(babble(6, 1))
    report = room.guard.report()
    assert report.delay_ms == pytest.approx(80, abs=1)
    assert report.attenuation_db is not None
    assert report.attenuation_db > 12


def test_an_echo_later_than_the_filter_is_long_is_reached_too() -> None:
    room = Room(KalmanEcho(), EchoShape(400, -10))
    heard, made = room.run(babble(8, 1))
    assert dbfs(heard[6 * RATE :]) - dbfs(made[6 * RATE :]) > 12
    assert room.guard.report().delay_ms == pytest.approx(400, abs=1)


def test_what_may_be_left_of_the_echo_is_known_and_a_person_does_not_change_it() -> None:
    room = Room(KalmanEcho())
    room.run(babble(6, 1))
    sound, person = babble(1, 2), babble(1, 7) * np.float32(0.2)
    echoes = list[float]()
    for at in range(0, len(sound) - FRAME + 1, FRAME):
        heard, made = room.frame(sound[at : at + FRAME], person[at : at + FRAME])
        echoes.append(dbfs(heard) - made.echo)
    assert np.median(echoes) > 12


def test_without_an_engine_nothing_is_touched_and_the_report_says_off() -> None:
    room = Room(Untouched())
    heard, made = room.run(babble(1, 1))
    assert (heard == made).all()
    assert room.guard.report().state == "off"


def test_a_canceller_that_loses_its_way_begins_anew_and_the_sound_goes_on() -> None:
    engine = Counting()
    room = Room(engine)
    engine.broken = True
    heard, made = room.run(babble(0.2, 1))
    assert np.isfinite(made).all()
    assert (heard == made).all()
    assert engine.resets
    assert room.guard.report().state == "degraded"
    assert "began anew" in room.guard.report().reason


def test_a_reference_that_stops_is_told_and_the_frames_pass() -> None:
    engine = Counting()
    room = Room(engine)
    room.run(babble(1, 1))
    room.sink.write(babble(9, 2))  # and nobody tells
    before = engine.frames
    for _ in range(59):
        room.frame()
    heard, made = room.frame()
    assert room.guard.report().state == "degraded"
    assert "cannot be followed" in room.guard.report().reason
    assert engine.frames - before < 60
    assert (heard == made.samples).all()


def test_a_microphone_that_gives_half_its_frames_is_told() -> None:
    room = Room(ScriptedEcho())
    room.guard.follow(stepping=False)
    for number in range(200):
        room.guard.hear(np.zeros(FRAME, np.float32), number * FRAME, number * 2 * FRAME / RATE)
    report = room.guard.report()
    assert report.state == "degraded"
    assert "50 %" in report.reason


def test_an_echo_of_which_nothing_can_be_taken_away_is_told() -> None:
    engine = ScriptedEcho(EchoShape(70, -10))  # the wrong path: it adds an echo of its own
    room = Room(engine, EchoShape(40, -10))
    room.run(babble(5, 1))
    report = room.guard.report()
    assert report.state == "degraded"
    assert "Hardly anything" in report.reason


def test_a_restart_of_the_microphone_keeps_the_room() -> None:
    room = Room(KalmanEcho())
    room.run(babble(5, 1))
    room.guard.restarted()
    heard, made = room.run(babble(1, 2))
    assert dbfs(heard[RATE // 2 :]) - dbfs(made[RATE // 2 :]) > 12


def test_headphones_are_neither_cancelled_nor_complained_about() -> None:
    room, person = Room(KalmanEcho(), EchoShape(40, -120)), babble(8, 7) * np.float32(0.1)
    heard, made = room.run(babble(8, 1), person)
    assert abs(dbfs(heard[4 * RATE :]) - dbfs(made[4 * RATE :])) < 0.5
    assert room.guard.report().state == "cancelling"


def test_a_frame_in_which_a_person_happens_to_sound_like_solo_is_the_persons() -> None:
    shape = EchoShape(40, -10)
    room, twin, sound = Room(ScriptedEcho(shape), shape), EchoPath(shape), babble(7, 1)
    room.run(sound[: 200 * FRAME])
    twin.process(sound[: 200 * FRAME])
    sounds = np.split(sound[200 * FRAME :][: 3 * FRAME], 3)
    other, alike = babble(0.1, 7)[:FRAME], [3 * twin.process(frame) for frame in sounds]
    for played, person in ((sounds[0], other), (sounds[1], alike[1])):
        _, made = room.frame(played, person)
        assert made.echo < dbfs(made.samples) - 12
    _, made = room.frame(sounds[2], alike[2])
    assert made.echo >= dbfs(made.samples)  # twice on end is no chance


@pytest.mark.parametrize(
    "changed",
    [EchoShape(50, -10), EchoShape(90, -10), EchoShape(40, -4), EchoShape(40, -16)],
    ids=["a little later", "later", "louder", "softer"],
)
def test_an_echo_that_comes_another_way_is_no_person_even_if_all_of_it_sounds_like_one(
    changed: EchoShape,
) -> None:
    """Somebody moved the loudspeaker, or turned it up or down, in the middle of an answer."""
    room, ear = Room(KalmanEcho()), Interrupter(InterruptLimits(FRAME * 6, 0.5))
    sound, fired = babble(14, 1), list[float]()
    for at in range(0, len(sound) - FRAME + 1, FRAME):
        if at == 6 * RATE // FRAME * FRAME:
            room.path = EchoPath(changed)
        _, made = room.frame(sound[at : at + FRAME])
        loud = dbfs(made.samples)
        frame = Frame(at, made.samples, 0.9 if loud > -55 else 0.0, loud, made.echo)
        if ear.hear(frame) is not None:
            fired.append(at / RATE)
    assert fired == []
