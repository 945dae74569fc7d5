"""What a room hears when nobody speaks to Solo, made: the same seed makes the same sounds.

Each maker gives as many distinct seconds as it is asked for, about as loud as speech.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Final

import numpy as np
import soxr

from app.voice.audio.frames import RATE, Samples

Chance = np.random.Generator
Say = Callable[[str, float], Samples]
"""Text and speed into speech at 16 kHz."""

LOUD: Final = 0.05
"""Root mean square of what is made (-26 dBFS)."""
SCALE: Final = (0, 2, 3, 5, 7, 8, 10)
CHORDS: Final = ((0, 3, 4, 0), (0, 5, 3, 4), (5, 3, 0, 4), (0, 4, 5, 3), (1, 4, 0, 0))


def levelled(sound: Samples, loud: float = LOUD) -> Samples:
    """As loud as that; silence stays silence."""
    now = float(np.sqrt(np.mean(np.square(sound, dtype=np.float64)))) if len(sound) else 0.0
    return (sound * np.float32(loud / now)).astype(np.float32) if now > 1e-6 else sound


# -- noise --------------------------------------------------------------------------------------------


def noises(seconds: float, chance: Chance) -> Iterator[Samples]:
    """Ten seconds each: coloured from brown to blue, swelling or steady, as fans, rain and traffic are."""
    for _ in range(round(seconds / 10)):
        count = 10 * RATE
        spectrum = np.fft.rfft(chance.standard_normal(count))
        pitch = np.maximum(np.fft.rfftfreq(count, 1 / RATE), 30)
        spectrum *= pitch ** chance.uniform(-1.2, 0.6)
        spectrum *= (pitch > chance.uniform(20, 300)) * (pitch < chance.uniform(2500, 8000))
        sound = np.fft.irfft(spectrum, count)
        if chance.random() < 0.5:
            sound *= 1 + 0.9 * np.sin(2 * np.pi * chance.uniform(0.1, 6) * np.arange(count) / RATE)
        yield levelled(sound.astype(np.float32))


def household(seconds: float, chance: Chance) -> Iterator[Samples]:
    """Ten seconds each: knocks, clicks, beeps, ringing, hum, water, over a faint room."""
    makers = (_knock, _click, _beep, _ring, _hum, _water)
    for _ in range(round(seconds / 10)):
        line = chance.standard_normal(10 * RATE) * 0.002
        for _ in range(int(chance.integers(4, 20))):
            piece = makers[int(chance.integers(len(makers)))](chance)
            at = int(chance.integers(0, max(1, len(line) - len(piece))))
            line[at : at + len(piece)] += piece[: len(line) - at] * chance.uniform(0.05, 0.5)
        yield np.clip(line, -1, 1).astype(np.float32)


def _time(seconds: float) -> np.ndarray:
    return np.arange(round(seconds * RATE)) / RATE


def _knock(chance: Chance) -> np.ndarray:
    time = _time(0.25)
    pitch = chance.uniform(80, 400)
    return np.exp(-time * chance.uniform(20, 60)) * np.sin(2 * np.pi * pitch * time)


def _click(chance: Chance) -> np.ndarray:
    time = _time(0.03)
    return np.exp(-time * 300) * chance.standard_normal(len(time))


def _beep(chance: Chance) -> np.ndarray:
    time = _time(chance.uniform(0.08, 0.6))
    return np.sin(2 * np.pi * chance.uniform(400, 3500) * time) * np.minimum(1, 50 * (time[-1] - time))


def _ring(chance: Chance) -> np.ndarray:
    time, pitch = _time(chance.uniform(0.5, 2)), chance.uniform(500, 1500)
    tone = np.where(np.sin(2 * np.pi * 20 * time) > 0, np.sin(2 * np.pi * pitch * time), 0)
    return tone + 0.5 * np.sin(2 * np.pi * 1.26 * pitch * time)


def _hum(chance: Chance) -> np.ndarray:
    time, mains = _time(chance.uniform(1, 4)), float(chance.choice([50, 60, 100, 233]))
    return sum(np.sin(2 * np.pi * mains * k * time) / k for k in range(1, 8)) * np.ones(1)


def _water(chance: Chance) -> np.ndarray:
    time = _time(chance.uniform(0.5, 3))
    return chance.standard_normal(len(time)) * (0.6 + 0.4 * np.sin(2 * np.pi * chance.uniform(2, 9) * time))


# -- music --------------------------------------------------------------------------------------------


def music(seconds: float, chance: Chance) -> Iterator[Samples]:
    """Half a minute each: chords, a melody, a bass and drums, of ever other tempo, key and instrument."""
    for _ in range(round(seconds / 30)):
        yield levelled(_song(30.0, chance))


def _song(seconds: float, chance: Chance) -> Samples:
    beat = 60 / chance.uniform(60, 170)
    key = 110 * 2 ** (chance.integers(0, 12) / 12)
    line = np.zeros(round((seconds + 4) * RATE))
    chords = CHORDS[int(chance.integers(len(CHORDS)))]
    tones = [_instrument(chance) for _ in range(3)]
    drums = chance.random() < 0.7
    for number in range(int(seconds / beat)):
        root = chords[number // 4 % 4]
        if number % 4 == 0:
            for third in (0, 2, 4):
                _add(line, number * beat, _note(key * _pitch(root + third), 4 * beat, tones[0], chance), 0.3)
        _add(line, number * beat, _note(key / 2 * _pitch(root), beat, tones[1], chance), 0.5)
        for half in range(int(chance.integers(0, 3))):
            pitch = 2 * key * _pitch(root + int(chance.choice([0, 2, 4, 1, 6])))
            _add(line, (number + half / 2) * beat, _note(pitch, beat / 2, tones[2], chance), 0.5)
        if drums:
            _add(line, number * beat, _knock(chance) if number % 2 == 0 else _water(chance)[:1200], 0.6)
            _add(line, (number + 0.5) * beat, _click(chance), 0.5)
    return line[: round(seconds * RATE)].astype(np.float32)


def _pitch(step: int) -> float:
    return float(2 ** (step // 7 + SCALE[step % 7] / 12))


def _instrument(chance: Chance) -> tuple[np.ndarray, float, float]:
    """Strength of the overtones, how fast a note fades, how much it trembles."""
    overtones = chance.uniform(0, 1, 8) / np.arange(1, 9) ** chance.uniform(0.3, 2)
    return overtones, float(chance.choice([0.5, 2, 6])), float(chance.choice([0, 0.004]))


def _note(pitch: float, seconds: float, tone: tuple[np.ndarray, float, float], chance: Chance) -> np.ndarray:
    overtones, fading, trembling = tone
    time = _time(seconds)
    phase = 2 * np.pi * pitch * time + trembling * pitch / 5.5 * np.sin(2 * np.pi * 5.5 * time)
    sound = sum(
        size * np.sin((k + 1) * phase + chance.uniform(0, 6))
        for k, size in enumerate(overtones)
        if (k + 1) * pitch < RATE / 2
    )
    edge = np.minimum(1, np.minimum(time * 60, (time[-1] - time) * 60))
    return sound * np.exp(-fading * time) * edge * np.ones(1)


def _add(line: np.ndarray, second: float, sound: np.ndarray, size: float) -> None:
    at = round(second * RATE)
    sound = sound[: max(0, len(line) - at)]
    line[at : at + len(sound)] += size * sound


# -- people who speak with somebody else ------------------------------------------------------------------

WHO: Final = (
    "the minister", "my sister", "the weather service", "our reporter", "a neighbour", "the coach",
    "the old fisherman", "Doctor Harris", "the committee", "a young woman from Dover", "the orchestra",
    "Charlie",
)  # fmt: skip
DID: Final = (
    "has announced that", "said on Tuesday that", "never believed that", "keeps telling everybody that",
    "wants to know whether", "was surprised to hear that", "will decide tonight whether",
    "hardly noticed that",
)  # fmt: skip
WHAT: Final = (
    "the river will rise by another two feet", "tickets for the harbour festival are sold out",
    "service on the northern line begins at half past five", "nobody had locked the garden gate",
    "prices for coffee and bread went up again", "the second half starts in a few minutes",
    "snow is expected above eight hundred metres", "her flight to Jakarta was cancelled",
    "the travellers have arrived in Jericho", "a jar of jam stood open on the shelf",
    "the harvest was late this year", "they play the same old records every Saturday",
    "hay and barley were carried into the barn", "the jury has not come back yet",
)  # fmt: skip
NEAR: Final = (
    "Hey Travis, are you coming?", "Hey Charles, look at this.", "Hey Jarrod, over here!",
    "Hey Marvin, wait!", "Hey Jasmine, what is that?", "Hey Harvey!", "Hey Carlos, have a seat.",
    "Hey, jars of honey!", "They serve us on Sundays.", "The harvest is in.", "Pay Jarvis later.",
    "A charming service.", "Hey you, stop it!", "Hey Jerry, how are you?",
    "Hey darling, is dinner ready?", "Hey Giles!", "Okay Travis.", "May Charlie visit us?",
    "Hey Jack, this is it.", "Hay, jute and barley.",
)  # fmt: skip


def television(seconds: float, chance: Chance, say: Say) -> Iterator[tuple[str, Samples]]:
    """Sentences that are never said twice, by a voice of ever other pace and pitch; music under half."""
    texts = [f"{who} {did} {what}." for who, did, what in product(WHO, DID, WHAT)]
    left, songs = seconds, music(seconds, chance)
    for at in chance.permutation(len(texts)):
        if left <= 0:
            return
        sound = levelled(_voice(texts[at].capitalize(), chance, say))
        if chance.random() < 0.5 and (song := next(songs, None)) is not None:
            sound = sound + levelled(song[: len(sound)], LOUD * 10 ** (-chance.uniform(5, 20) / 20))
        left -= len(sound) / RATE
        yield texts[at], sound


def near_misses(chance: Chance, say: Say) -> Iterator[tuple[str, Samples]]:
    """What sounds a little like the wake word, each by four voices."""
    for text in NEAR:
        for _ in range(4):
            yield text, levelled(_voice(text, chance, say))


def _voice(text: str, chance: Chance, say: Say) -> Samples:
    """pitch: a tape that runs faster or slower; the pace makes up for some of it."""
    pitch = chance.uniform(0.8, 1.3)
    sound = say(text, float(chance.uniform(0.8, 1.25) / pitch))
    return soxr.resample(sound, RATE * pitch, RATE).astype(np.float32)


def babble(sounds: list[Samples], seconds: float, chance: Chance) -> Iterator[Samples]:
    """Ten seconds each: six of them speak at once, from other places in what they say each time."""
    whole = np.concatenate(sounds)
    for _ in range(round(seconds / 10)):
        length = 10 * RATE
        starts = chance.integers(0, len(whole) - length, 6)
        yield levelled(np.sum([whole[at : at + length] for at in starts], axis=0).astype(np.float32))
