from collections.abc import Iterable

import numpy as np

from app.voice.audio.frames import FRAME, Frame
from app.voice.turn.interrupt import Interrupter, InterruptLimits

NONE = np.zeros(FRAME, np.float32)
LEARNT = 14
"""Frames after which it has learnt."""


def play(ear: Interrupter, levels: Iterable[tuple[float, float]], first: int = 0) -> int | None:
    """Number of the frame in which it decided. levels: (score, dBFS)."""
    for number, (speech, dbfs) in enumerate(levels, first):
        if ear.hear(Frame(number * FRAME, NONE, speech, dbfs)) is not None:
            return number
    return None


def ear(needed: int = 6) -> Interrupter:
    return Interrupter(InterruptLimits(needed * FRAME, 0.5, -55.0))


def test_with_headphones_every_voice_interrupts() -> None:
    one = ear()
    assert play(one, [(0.02, -70.0)] * LEARNT) is None
    assert play(one, [(0.9, -48.0)] * 10, LEARNT) == LEARNT + 5
    assert one.echo == -120.0


def test_it_says_where_the_voice_began() -> None:
    one = ear()
    play(one, [(0.02, -70.0)] * LEARNT)
    found = [one.hear(Frame(n * FRAME, NONE, 0.9, -30.0)) for n in range(LEARNT, LEARNT + 6)]
    assert found == [None] * 5 + [LEARNT * FRAME]


def test_its_own_echo_does_not_interrupt_however_long_it_talks() -> None:
    one = ear()
    echo = [(0.9, -30.0 - 8 * (n % 5)) for n in range(600)]
    assert play(one, echo) is None
    assert -36.0 < one.echo <= -30.0


def test_who_is_clearly_louder_than_the_echo_interrupts() -> None:
    one = ear()
    assert play(one, [(0.9, -40.0)] * 40) is None
    assert play(one, [(0.9, -30.0)] * 10, 40) == 45


def test_the_echo_outlives_the_answer() -> None:
    one = ear()
    play(one, [(0.9, -30.0)] * 30)
    one.silent()
    assert play(one, [(0.9, -30.0)] * 30, 100) is None


def test_what_was_learnt_fades_when_it_is_not_heard_again() -> None:
    one = ear()
    play(one, [(0.9, -30.0)] * 30)
    play(one, [(0.02, -70.0)] * 400, 30)
    assert play(one, [(0.9, -40.0)] * 10, 430) is not None


def test_a_dip_between_two_words_does_not_start_the_count_again() -> None:
    one = ear()
    play(one, [(0.02, -70.0)] * LEARNT)
    assert play(one, [*[(0.9, -30.0)] * 4, (0.1, -60.0), *[(0.9, -30.0)] * 2], LEARNT) == LEARNT + 6


def test_a_short_sound_does_not_make_it_deaf_when_there_is_no_echo() -> None:
    one = ear()
    play(one, [(0.02, -70.0)] * LEARNT)
    play(one, [*[(0.9, -30.0)] * 3, *[(0.1, -70.0)] * 8], LEARNT)
    assert play(one, [(0.9, -40.0)] * 6, 40) == 45


def test_an_interruption_that_was_the_echo_is_learnt_from() -> None:
    one = ear()
    play(one, [(0.02, -70.0)] * LEARNT)
    assert play(one, [(0.9, -30.0)] * 6, LEARNT) is not None
    one.mistaken()
    assert play(one, [(0.9, -30.0)] * 30, 60) is None


def test_noise_that_is_no_voice_teaches_nothing_and_interrupts_nothing() -> None:
    one = ear()
    assert play(one, [(0.2, -20.0)] * 100) is None
    assert one.echo == -120.0


def over_rest(ear: Interrupter, levels: Iterable[tuple[float, float, float]], first: int = 0) -> int | None:
    """As `play`, with what may be left of the echo. levels: (score, dBFS, left)."""
    for number, (speech, dbfs, left) in enumerate(levels, first):
        if ear.hear(Frame(number * FRAME, NONE, speech, dbfs, left)) is not None:
            return number
    return None


def test_where_the_echo_is_taken_out_a_person_counts_from_the_first_moment() -> None:
    assert over_rest(ear(), [(0.9, -52.0, -60.0)] * 10) == 5


def test_who_is_far_louder_than_what_is_left_counts_sooner() -> None:
    assert over_rest(ear(), [(0.9, -45.0, -60.0)] * 10) == 4


def test_the_quiet_end_of_a_syllable_counts_and_a_quiet_beginning_does_not() -> None:
    syllable = [(0.9, -50.0, -75.0)] * 2 + [(0.9, -62.0, -75.0)] * 3
    assert over_rest(ear(), syllable) == 4
    assert over_rest(ear(), [(0.9, -62.0, -75.0)] * 20) is None


def test_what_is_left_of_the_echo_does_not_interrupt() -> None:
    assert over_rest(ear(), [(0.9, -45.0, -48.0)] * 600) is None


def test_a_person_who_speaks_on_is_not_taken_for_an_echo_that_was_learnt() -> None:
    one = ear()
    broken = [(0.9, -35.0, -55.0)] * 4 + [(0.0, -60.0, -55.0)] * 4
    assert over_rest(one, broken * 20) is None
    assert over_rest(one, [(0.9, -45.0, -55.0)] * 6, 200) == 205


def test_the_rest_of_a_loud_syllable_rings_on() -> None:
    one = ear()
    assert over_rest(one, [(0.0, -60.0, -40.0)]) is None
    assert over_rest(one, [(0.9, -42.0, -110.0)] * 5, 1) is None
    assert over_rest(ear(), [(0.9, -42.0, -110.0)] * 6) == 4


def test_an_echo_that_passed_for_a_person_has_to_be_louder_the_next_time() -> None:
    one, loud = ear(), [(0.9, -45.0, -50.0)] * 8
    assert over_rest(one, loud) == 5
    one.mistaken()
    one.silent()
    assert over_rest(one, loud, 100) is None
    assert over_rest(one, [(0.9, -35.0, -50.0)] * 8, 200) == 205


def test_a_suspicion_comes_before_the_decision_and_goes_when_it_was_nothing() -> None:
    one = Interrupter(InterruptLimits(FRAME * 6, 0.5, suspected=FRAME * 3))
    seen = list[bool]()
    for number, voiced in enumerate([True] * 4 + [False] * 4):
        one.hear(Frame(number * FRAME, NONE, 0.9 if voiced else 0.0, -40.0, -60.0))
        seen.append(one.suspicious)
    assert seen == [False, False, True, True, True, True, True, False]


def test_nobody_is_suspected_where_speech_does_not_interrupt() -> None:
    one = ear()
    over_rest(one, [(0.9, -40.0, -60.0)] * 5)
    assert not one.suspicious
