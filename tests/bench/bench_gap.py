"""How long does a person wait?  python -m tests.bench.bench_gap [--rounds 3] [--json FILE]

Six questions, spoken by the default voice, are put into one recording with silence between them;
`solo talk --realtime` hears it, and what its loudspeaker played is measured from outside: from the
last voiced sample of a question (within 35 dB of its loudest 5 ms) to the first sample of the
answer above -45 dBFS.  Everything is in it: the wait for the end of the turn, transcription,
recall, model, voice.  Settings are the environment's, as for any `solo` command; it always listens
(no wake word) and forgets between runs.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from app.media.wavwriter import write_wav
from app.voice.audio.frames import RATE, Samples
from app.voice.audio.wavfile import read_wav

QUESTIONS = (
    "What is the capital of France?",
    "What is photosynthesis?",
    "How long should I boil an egg?",
    "Why is the sky blue?",
    "What is the largest planet in our solar system?",
    "I have eggs, bread and cheese. What could I make for breakfast?",
)
SPACING = 14.0
"""Seconds from the beginning of one question to that of the next."""
AUDIBLE = 10 ** (-45 / 20)
STEP = RATE // 200


def spoken(text: str, voice: Any) -> Samples:
    """A question at 16 kHz, peak -6 dBFS."""
    sound = np.concatenate([chunk.audio_float_array for chunk in voice.synthesize(text)])
    sound = soxr.resample(sound, voice.config.sample_rate, RATE).astype(np.float32)
    return sound * np.float32(0.5 / np.abs(sound).max())


def voiced_end(sound: Samples) -> int:
    """Index after the last 5 ms frame within 35 dB of the loudest."""
    frames = sound[: len(sound) // STEP * STEP].reshape(-1, STEP)
    level = 20 * np.log10(np.maximum(np.sqrt((frames**2).mean(axis=1)), 1e-9))
    return int((np.flatnonzero(level >= level.max() - 35)[-1] + 1) * STEP)


def one_round(folder: Path, questions: list[Samples]) -> list[float | None]:
    """Milliseconds that each question waited for its answer."""
    microphone = np.zeros(int(RATE * (1 + SPACING * len(questions))), np.float32)
    ends: list[int] = []
    for number, sound in enumerate(questions):
        start = int(RATE * (1 + SPACING * number))
        microphone[start : start + len(sound)] = sound
        ends.append(start + voiced_end(sound))
    source, target = folder / "questions.wav", folder / "answers.wav"
    write_wav(source, microphone, RATE)
    env = dict(os.environ) | {
        "SOLO_VOICE__WAKE__ENGINE": "none",
        "SOLO_DATA_DIR": str(folder / "data"),
        "SOLO_LOGS_DIR": str(folder / "logs"),
    }
    command = [sys.executable, "-m", "app", "talk", "--realtime", "--in", str(source), "--out", str(target)]
    subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)
    answers = read_wav(target)
    gaps: list[float | None] = []
    for number, end in enumerate(ends):
        until = int(RATE * (1 + SPACING * (number + 1)))
        loud = np.flatnonzero(np.abs(answers[end:until]) > AUDIBLE)
        gaps.append(round(float(loud[0]) * 1000 / RATE, 1) if len(loud) else None)
    return gaps


def main() -> None:
    from piper import PiperVoice

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    models = Path(os.environ.get("SOLO_MODELS_DIR", "models"))
    voice = PiperVoice.load(models / "tts" / "en_US-joe-medium.onnx")
    questions = [spoken(text, voice) for text in QUESTIONS]
    by_question: dict[str, list[float | None]] = {text: [] for text in QUESTIONS}
    for _ in range(given.rounds):
        with tempfile.TemporaryDirectory() as folder:
            for text, gap in zip(QUESTIONS, one_round(Path(folder), questions), strict=True):
                by_question[text].append(gap)
    answered = [gap for gaps in by_question.values() for gap in gaps if gap is not None]
    result = {
        "trials": sum(len(gaps) for gaps in by_question.values()),
        "answered": len(answered),
        "median_ms": round(statistics.median(answered), 1),
        "p90_ms": round(float(np.percentile(answered, 90)), 1),
        "max_ms": max(answered),
        "median_by_question": {
            text: round(statistics.median([g for g in gaps if g is not None]), 1)
            for text, gaps in by_question.items()
        },
        "gaps": by_question,
    }
    print(json.dumps(result, indent=1))
    if given.json:
        given.json.write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
