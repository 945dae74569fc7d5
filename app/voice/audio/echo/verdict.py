"""What a sound check found, in sentences.

A rule file: figures in, findings out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from app.voice.audio.echo.report import DRIFT_MOST
from app.voice.audio.frames import RATE, Samples
from app.voice.audio.level import SILENCE_DBFS, dbfs

State: TypeAlias = Literal["ok", "warn", "fail"]

QUIET_SECONDS: Final = 1.0
SOUND_SECONDS: Final = 5.0
AFTER_SECONDS: Final = 0.6
SOUND_DBFS: Final = -30.0
JUDGED_SECONDS: Final = 2.0
"""The end of the sound: until then the canceller has had time to learn."""
CLIPPED: Final = 0.99
HEARD_DB: Final = 6.0
"""So far above the room must the sound come back to count as heard."""
GOOD_DB: Final = 12.0
POOR_DB: Final = 6.0
LATE_MS: Final = 300.0
LOUD_ROOM_DBFS: Final = -40.0
RATE_OFF: Final = 0.02


@dataclass(frozen=True, slots=True)
class Check:
    """What was measured. Levels in dBFS at the microphone: room (before the sound), echo (the
    sound, as it came back), left (after cancelling); played: of the sound itself. delay_ms: None
    when it was not found. clipped: share of samples. speed: samples that came for each that should
    have; drift: parts in a million; jumps: how often the loudspeaker stuttered."""

    microphone: str
    speaker: str
    speaker_rate: int
    played_dbfs: float
    room_dbfs: float
    echo_dbfs: float
    left_dbfs: float
    delay_ms: float | None
    clipped: float
    speed: float
    drift: float
    jumps: int

    @property
    def path_db(self) -> float:
        """By how much the sound is quieter when it comes back."""
        return self.played_dbfs - self.echo_dbfs

    @property
    def attenuation_db(self) -> float:
        """What the canceller takes away."""
        return self.echo_dbfs - self.left_dbfs

    @property
    def mute(self) -> bool:
        """The microphone gives nothing at all."""
        return self.room_dbfs <= SILENCE_DBFS and self.echo_dbfs <= SILENCE_DBFS

    @property
    def heard(self) -> bool:
        """The microphone hears the loudspeaker."""
        return self.delay_ms is not None and self.echo_dbfs > self.room_dbfs + HEARD_DB


@dataclass(frozen=True, slots=True)
class Verdict:
    """One finding. mend: what to change, empty when there is nothing to."""

    what: str
    state: State
    words: str
    mend: str = ""


def sound(rate: int) -> Samples:
    """Something to play: soft noise, weighted like speech, swelling and fading three times a second."""
    count = round(SOUND_SECONDS * rate)
    spectrum = np.fft.rfft(np.random.default_rng(1).standard_normal(count))
    pitch = np.fft.rfftfreq(count, 1 / rate)
    shape = np.where((pitch > 100) & (pitch < 7000), 1 / np.sqrt(np.maximum(pitch, 300)), 0)
    noise = np.fft.irfft(spectrum * shape, count)
    noise *= 0.4 + 0.6 * np.sin(np.arange(count) * (1.5 * 2 * np.pi / rate)) ** 2
    noise *= 10 ** (SOUND_DBFS / 20) / np.sqrt(np.mean(noise**2))
    edge = rate // 20
    noise[:edge] *= np.linspace(0, 1, edge)
    noise[-edge:] *= np.linspace(1, 0, edge)
    return noise.astype(np.float32)


def level(line: Samples, start: int, end: int) -> float:
    """dBFS of a stretch; silence where there is none."""
    return dbfs(line[max(0, start) : max(0, end)]) if end > start else SILENCE_DBFS


def verdicts(found: Check) -> Iterator[Verdict]:
    """What to tell."""
    yield _microphone(found)
    if found.mute:
        return
    yield from _clocks(found)
    if not found.heard:
        yield _unheard(found)
        return
    words = f"the loudspeaker comes back {found.path_db:.0f} dB quieter, {found.delay_ms:.0f} ms later"
    late = found.delay_ms is not None and found.delay_ms > LATE_MS
    mend = "Radio links are slow: a cable makes interrupting quicker." if late else ""
    yield Verdict("echo", "warn" if late else "ok", words, mend)
    yield _cancelling(found)


def _microphone(found: Check) -> Verdict:
    if found.mute:
        mend = "Is it muted, or not allowed to this program? See the system's sound and privacy settings."
        return Verdict("level", "fail", "the microphone gives nothing but zeros", mend)
    if found.clipped > 0:
        words = f"{100 * found.clipped:.2f} % of the samples are at full scale"
        return Verdict("level", "warn", words, "Turn the microphone's gain down in the system's settings.")
    words = f"the room is at {found.room_dbfs:.0f} dBFS"
    if found.room_dbfs > LOUD_ROOM_DBFS:
        mend = "A loud room hides quiet speech: turn the microphone's gain down, or move it closer to you."
        return Verdict("level", "warn", words, mend)
    return Verdict("level", "ok", words)


def _clocks(found: Check) -> Iterator[Verdict]:
    if abs(found.speed - 1) > RATE_OFF:
        words = f"the microphone gives {100 * found.speed:.0f} % of the sound of its rate"
        mend = f"Set the same rate for both in the system's settings ({RATE} or 48000 Hz)."
        yield Verdict("rate", "fail", words, mend)
    elif found.jumps > 0:
        words = f"the loudspeaker stuttered {found.jumps} times"
        yield Verdict("clocks", "warn", words, "Raise SOLO_VOICE__AUDIO__OUTPUT_LATENCY_MS.")
    elif abs(found.drift) > DRIFT_MOST:
        words = f"microphone and loudspeaker drift apart by {abs(found.drift):.0f} parts in a million"
        yield Verdict("clocks", "warn", words, "Use the microphone and loudspeaker of one device.")
    else:
        yield Verdict("clocks", "ok", "microphone and loudspeaker keep the same time")


def _unheard(found: Check) -> Verdict:
    if found.echo_dbfs > found.room_dbfs + HEARD_DB:
        words = "the microphone hears something while the sound is played, but not the sound"
        mend = (
            "Is it muffled, or does the sound system filter it? If Solo interrupts itself: wear headphones."
        )
        return Verdict("echo", "warn", words, mend)
    words = "the microphone does not hear the loudspeaker: nothing has to be cancelled"
    mend = "If these are no headphones: is the loudspeaker turned up, and is it the right one? (solo devices)"
    return Verdict("echo", "ok", words, mend)


def _cancelling(found: Check) -> Verdict:
    gone, floor = found.attenuation_db, found.left_dbfs <= found.room_dbfs + 3
    words = (
        f"{gone:.0f} dB of it are taken out ({found.echo_dbfs:.0f} dBFS before, {found.left_dbfs:.0f} after)"
    )
    if floor:
        return Verdict("cancelling", "ok", words + ": it vanishes in the noise of the room")
    if gone >= GOOD_DB:
        return Verdict("cancelling", "ok", words)
    mend = "Turn the loudspeaker down or away from the microphone: one that rattles cannot be cancelled."
    if gone >= POOR_DB:
        return Verdict("cancelling", "warn", words, mend)
    mend += " Until then SOLO_VOICE__TURN__INTERRUPT=wake keeps Solo from interrupting itself."
    return Verdict("cancelling", "fail", words, mend)
