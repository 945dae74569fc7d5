"""Echo cancellers side by side on echo paths that are made on purpose.

    .venv/bin/python -m tests.bench.bench_cancellers [--engines kalman,webrtc,speex] [--json out.json]

Speech of ../shared/speech is the loudspeaker's; other speech, 10 dB quieter than the echo, is laid
over its second half.  For each path: attenuation (ERLE) while only the loudspeaker speaks, in the
first seconds and later; then what is left of the person: how much quieter they become, and how far
they stand above what is not they (both by least squares, at the best delay).
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from app.voice.audio.echo.port import EchoCanceller
from app.voice.audio.echopath import EchoPath, EchoShape
from app.voice.audio.frames import FRAME, RATE, Samples
from app.voice.audio.level import dbfs
from tests.bench._cancellers import canceller
from tests.bench._recordings import manifest, recording

SECONDS = 24
HALF = 12
SEARCHED = 1024
"""Samples by which what comes out may be late."""


@dataclass(frozen=True)
class Row:
    """Decibels, and per cent of a core."""

    engine: str
    shape: EchoShape
    first: float
    soon: float
    later: float
    person: float
    clear: float
    cpu: float


def speech(seed: int, seconds: int) -> Samples:
    """So much of it, at -20 dBFS."""
    rows = [row["file"] for row in manifest() if row["kind"] == "speech" and float(row["seconds"]) > 1.5]
    order = np.random.default_rng(seed).permutation(len(rows))
    line = np.concatenate([recording(rows[number]) for number in order])[: seconds * RATE]
    return (line * (0.1 / np.sqrt(np.mean(line**2)))).astype(np.float32)


def run(engine: EchoCanceller, heard: Samples, played: Samples) -> Samples:
    steps = range(0, len(heard) - FRAME + 1, FRAME)
    return np.concatenate([engine.process(heard[at : at + FRAME], played[at : at + FRAME]) for at in steps])


def attenuation(heard: Samples, clean: Samples, start: float, end: float) -> float:
    part = slice(int(start * RATE), int(end * RATE))
    return dbfs(heard[part]) - dbfs(clean[part])


def person_in(clean: Samples, person: Samples) -> tuple[float, float]:
    """(gain, clearness) of the person in what came out."""
    part = person[HALF * RATE : (SECONDS - 1) * RATE]
    best = (-99.0, -99.0)
    for late in range(0, SEARCHED, 8):
        out = clean[HALF * RATE + late : HALF * RATE + late + len(part)]
        gain = float(out @ part) / float(part @ part)
        rest = float(np.sum((out - gain * part) ** 2)) + 1e-12
        clear = 10 * np.log10(gain**2 * float(part @ part) / rest + 1e-12)
        best = max(best, (float(clear), float(20 * np.log10(abs(gain) + 1e-6))))
    return best[1], best[0]


def compare(name: str, shape: EchoShape) -> Row:
    played = speech(1, SECONDS)
    echo = EchoPath(shape).process(played)
    echo += (np.random.default_rng(2).standard_normal(len(echo)) * 10 ** (-70 / 20)).astype(np.float32)
    person = speech(9, SECONDS) * np.float32(10 ** ((shape.gain_db - 10) / 20))
    person[: HALF * RATE] = 0
    began = time.process_time()
    alone = run(canceller(name), echo, played)
    cpu = 100 * (time.process_time() - began) / SECONDS
    gain, clear = person_in(run(canceller(name), np.add(echo, person, dtype=np.float32), played), person)
    spans = ((0.5, 1.0), (1.0, 3.0), (3.0, SECONDS - 1))
    first, soon, later = (round(attenuation(echo, alone, *span), 1) for span in spans)
    return Row(name, shape, first, soon, later, round(gain, 1), round(clear, 1), round(cpu, 2))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--engines", default="kalman,webrtc,speex")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    paths = [(delay, gain, 0) for gain in (-6, -12, -20) for delay in (20, 80, 200)]
    paths += [(80, -12, 200), (80, -12, 400), (20, -6, 300)]
    rows = list[Row]()
    for delay, gain, ring in paths:
        for name in options.engines.split(","):
            rows.append(compare(name, EchoShape(delay, gain, ring)))
            one = rows[-1]
            print(
                f"{gain:4} dB {delay:4} ms room {ring:3} ms  {name:8} attenuation 0.5-1 s {one.first:5.1f}, "
                f"1-3 s {one.soon:5.1f}, then {one.later:5.1f} dB; the person {one.person:6.1f} dB, "
                f"clear by {one.clear:6.1f} dB; {one.cpu} % of a core",
                flush=True,
            )
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=2))


if __name__ == "__main__":
    main()
