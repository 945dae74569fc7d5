"""Recordings of people, whole and stopped in mid-sentence, for the measuring of turn ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from app.config.voice import TtsSettings
from app.voice.audio.frames import RATE, Samples
from app.voice.audio.resample import resample
from app.voice.tts.piper import PiperTts
from app.voice.tts.port import joined
from tests.bench._recordings import manifest, recording
from tests.conftest import MODELS

TUNING: Final = ("asterisk", "sb_", "rtstt", "wcpp", "vosk", "rhino", "unmute", "fsdd_3")
"""Voices on which the waits were chosen; all others were held out."""
FRACTIONS: Final = (0.4, 0.6, 0.8)
PAUSES: Final = (0.4, 0.7, 1.0, 1.2)
FEWEST_WORDS: Final = 4
"""Whoever stops within three words has perhaps said all ("Hey." "guys")."""
ROOM_DBFS: Final = -62.0
BEFORE, AFTERWARDS = 1.0, 3.2
STEP: Final = RATE // 100
NOT_MEANT: Final = ("asterisk_es", "asterisk_fr", "alsa_")

SHORT: Final = (
    "Yes.", "No.", "Stop.", "Hello.", "Okay.", "Thanks.", "Sure.", "Yes, please.", "No, thank you.", "Maybe.",
    "Tomorrow.", "The second one.",
)  # fmt: skip
QUESTIONS: Final = (
    "What is the capital of France?",
    "What is photosynthesis?",
    "How long should I boil an egg?",
    "Why is the sky blue?",
    "What is the largest planet in our solar system?",
    "I have eggs, bread and cheese. What could I make for breakfast?",
)
COMMANDS: Final = (
    "Set a timer for ten minutes.",
    "What time is it?",
    "Turn on the living room lamp.",
    "Cancel the pasta timer.",
    "Wake me up at half past seven.",
    "Remind me in ten minutes to call my mother.",
    "Louder, please.",
    "Tell me a story about a dragon.",
    "How long is left on my timer?",
    "Set the volume to fifty percent.",
)


@dataclass(frozen=True, slots=True)
class Trial:
    """Something said into a quiet room. kind: cut, whole, short, question or command; pause: seconds in
    the middle of it, 0 for none; stops, goes_on: where that pause is, in samples."""

    name: str
    kind: str
    audio: Samples
    tuning: bool
    pause: float = 0.0
    stops: int = 0
    goes_on: int = 0


def trials() -> list[Trial]:
    """All of them: people whole and cut, and what Piper says because there are no recordings of it."""
    made: list[Trial] = []
    whisper = _word_finder()
    for name, language in _clips():
        sound, tuning = trimmed(recording(name)), name.split("/")[1].startswith(TUNING)
        stem = name.split("/")[1].rpartition(".")[0]
        words = whisper(sound) if language == "en" else []
        few = len(words) <= 2
        made.append(_in_room(Trial(stem, "short" if few else "whole", sound, tuning)))
        if len(words) >= FEWEST_WORDS:
            for number, at in enumerate(cuts(sound, words)):
                made += [_cut(Trial(f"{stem}@{number}", "cut", sound, tuning), at, pause) for pause in PAUSES]
    return made + _spoken()


def cuts(sound: Samples, words: list[tuple[float, float, str]]) -> list[int]:
    """Samples at 40, 60 and 80 %, each at the softest place of the nearest gap between two words that
    does not end a sentence."""
    gaps = [
        (end + start) / 2
        for (_, end, word), (start, _, _) in zip(words, words[1:], strict=False)
        if not word.rstrip().endswith((".", "?", "!"))
    ]
    seconds = len(sound) / RATE
    found = [min(gaps, key=lambda gap: abs(gap - share * seconds), default=0.0) for share in FRACTIONS]
    return sorted({_softest(sound, round(at * RATE)) for at in found if at})


def trimmed(sound: Samples) -> Samples:
    """Without the silence around it."""
    level = _levels(sound)
    loud = np.flatnonzero(level >= level.max() - 40)
    return sound[loud[0] * STEP : (loud[-1] + 1) * STEP]


def _levels(sound: Samples) -> Samples:
    frames = sound[: len(sound) // STEP * STEP].reshape(-1, STEP)
    return (20 * np.log10(np.maximum(np.sqrt((frames**2).mean(axis=1)), 1e-9))).astype(np.float32)


def _softest(sound: Samples, at: int) -> int:
    start = max(0, at - 8 * STEP)
    level = _levels(sound[start : at + 8 * STEP])
    return start + int(np.argmin(level)) * STEP + STEP // 2


def _clips() -> list[tuple[str, str]]:
    rows = [row for row in manifest() if row["kind"] == "speech"]
    return [
        (row["file"], row["language"])
        for row in rows
        if row["language"] == "en" and not row["file"].split("/")[1].startswith(NOT_MEANT)
    ]


def _cut(trial: Trial, at: int, pause: float) -> Trial:
    fade = np.linspace(1, 0, STEP // 2, dtype=np.float32)
    first, second = trial.audio[:at].copy(), trial.audio[at:].copy()
    first[-len(fade) :] *= fade
    second[: len(fade)] *= fade[::-1]
    gap = np.zeros(round(pause * RATE), np.float32)
    lead = round(BEFORE * RATE)
    whole = replace(trial, audio=np.concatenate((first, gap, second)), pause=pause)
    return replace(_in_room(whole), stops=lead + at, goes_on=lead + at + len(gap))


def _in_room(trial: Trial) -> Trial:
    """With a quiet room before, behind and under it."""
    lead, tail = np.zeros(round(BEFORE * RATE), np.float32), np.zeros(round(AFTERWARDS * RATE), np.float32)
    said = trial.audio * np.float32(0.4 / np.abs(trial.audio).max())
    whole = np.concatenate((lead, said, tail))
    room = recording("noise/precise_bg_noise4.wav")
    room = room * np.float32(10 ** (ROOM_DBFS / 20) / np.sqrt((room**2).mean()))
    room = np.tile(room, len(whole) // len(room) + 1)[: len(whole)]
    return replace(trial, audio=(whole + room).astype(np.float32))


def _spoken() -> list[Trial]:
    joe = PiperTts(TtsSettings(), MODELS)
    joe.load()
    made: list[Trial] = []
    for kind, texts in (("short", SHORT), ("question", QUESTIONS), ("command", COMMANDS)):
        for number, text in enumerate(texts):
            raw = joined(joe.synthesize(text, 1.0))
            said = trimmed(resample(raw, joe.capabilities.rate, RATE))
            made.append(_in_room(Trial(f"piper: {text}", kind, said, number % 2 == 0)))
    joe.close()
    return made


def _word_finder() -> Any:
    from faster_whisper import WhisperModel

    model = WhisperModel(
        str(MODELS / "stt" / "whisper-tiny.en"), device="cpu", compute_type="int8", cpu_threads=1
    )

    def find(sound: Samples) -> list[tuple[float, float, str]]:
        segments, _ = model.transcribe(sound, language="en", beam_size=1, word_timestamps=True)
        return [(word.start, word.end, word.word) for segment in segments for word in segment.words or []]

    return find
