"""How soon is a command answered that needs no language model?

    python -m tests.bench.bench_intents [--rounds 2] [--json FILE]

Commands, spoken by the default voice, are put into one recording with silence between them; `solo talk
--realtime` hears it with everything as shipped, but for the wake word (none).  Two waits: from the last
voiced sample of a command to the first sample of the answer above -45 dBFS, measured from outside in
what the loudspeaker played; and from the decision that the turn is over to its first audible sample, by
the ledger.  Wanted are 700 and 300 ms at most.  What was misheard, and went to the language model, is
counted apart.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from app.media.wavwriter import write_wav
from app.voice.audio.frames import RATE, Samples
from app.voice.audio.wavfile import read_wav
from tests.bench.bench_gap import AUDIBLE, spoken, voiced_end

COMMANDS = (
    "What time is it?",
    "What's the date today?",
    "Set a timer for ten minutes.",
    "Set a pasta timer for twelve minutes and thirty seconds.",
    "How long is left on my timer?",
    "Remind me tomorrow at eight to call the dentist.",
    "Set an alarm for half past six.",
    "What timers do I have?",
    "Speak a little louder.",
    "Cancel the pasta timer.",
    "What did I just say?",
    "What can you do?",
)
SPACING = 9.0
WANTED_MS = 700.0
WANTED_AFTER_MS = 300.0


@dataclass(frozen=True)
class Row:
    """One command. gap: from outside, None without an answer; after: from the decision on; others: what
    was heard and said, and the ledger's spans in milliseconds."""

    command: str
    gap: float | None
    after: float | None
    heard: str
    said: str
    spans: dict[str, float]


def one_round(folder: Path, sounds: list[Samples]) -> list[Row]:
    """All commands once."""
    microphone = np.zeros(int(RATE * (1 + SPACING * len(sounds))), np.float32)
    ends: list[int] = []
    for number, sound in enumerate(sounds):
        start = int(RATE * (1 + SPACING * number))
        microphone[start : start + len(sound)] = sound
        ends.append(start + voiced_end(sound))
    source, target, trace = folder / "commands.wav", folder / "answers.wav", folder / "trace.json"
    write_wav(source, microphone, RATE)
    env = dict(os.environ) | {
        "SOLO_VOICE__WAKE__ENGINE": "none",
        "SOLO_DATA_DIR": str(folder / "data"),
        "SOLO_LOGS_DIR": str(folder / "logs"),
    }
    command = [sys.executable, "-m", "app", "talk", "--realtime", "--in", str(source), "--out", str(target)]
    subprocess.run([*command, "--json", str(trace)], env=env, check=True, stdout=subprocess.DEVNULL)
    answers, turns = read_wav(target), json.loads(trace.read_text())["turns"]
    rows: list[Row] = []
    for number, (text, end) in enumerate(zip(COMMANDS, ends, strict=True)):
        until = int(RATE * (1 + SPACING * (number + 1)))
        loud = np.flatnonzero(np.abs(answers[end:until]) > AUDIBLE)
        gap = round(float(loud[0]) * 1000 / RATE, 1) if len(loud) else None
        rows.append(_row(text, gap, _turn(turns, end, until)))
    return rows


def _turn(turns: list[dict[str, Any]], end: int, until: int) -> dict[str, Any]:
    """The one whose answer was heard there."""
    for turn in turns:
        at = turn["audible_ms"]
        if at is not None and end * 1000 / RATE <= at < until * 1000 / RATE:
            return turn
    return {"heard": "", "said": "", "spans": []}


def _row(text: str, gap: float | None, turn: dict[str, Any]) -> Row:
    spans = {span["name"]: round(span["end_ms"] - span["start_ms"], 1) for span in turn["spans"]}
    after = sum(took for name, took in spans.items() if name not in ("speech", "pause")) if spans else None
    return Row(text, gap, None if after is None else round(after, 1), turn["heard"], turn["said"], spans)


def _figures(values: list[float]) -> dict[str, float]:
    if not values:
        return {}
    return {
        "median": round(float(np.median(values)), 1),
        "p90": round(float(np.percentile(values, 90)), 1),
        "max": max(values),
    }


def main() -> None:
    from piper import PiperVoice

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    models = Path(os.environ.get("SOLO_MODELS_DIR", "models"))
    voice = PiperVoice.load(models / "tts" / "en_US-joe-medium.onnx")
    sounds = [spoken(text, voice) for text in COMMANDS]
    rows: list[Row] = []
    for _ in range(given.rounds):
        with tempfile.TemporaryDirectory() as folder:
            rows += one_round(Path(folder), sounds)
    for row in rows:
        print(f"{row.gap} {row.after}  {row.spans}  {row.heard!r} → {row.said[:60]!r}")
    taken = [row for row in rows if row.gap is not None and "think" not in row.spans]
    gaps = [row.gap for row in taken if row.gap is not None]
    afters = [row.after for row in taken if row.after is not None]
    result = {
        "commands": len(rows),
        "answered without the model": len(taken),
        "from the last voiced sample, ms": _figures(gaps),
        f"over {WANTED_MS:.0f}": sum(gap > WANTED_MS for gap in gaps),
        "from the decision, ms": _figures(afters),
        f"over {WANTED_AFTER_MS:.0f}": sum(after > WANTED_AFTER_MS for after in afters),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }
    print(json.dumps(result, indent=1))
    if given.json:
        given.json.write_text(json.dumps(result | {"rows": [asdict(row) for row in rows]}, indent=1))


if __name__ == "__main__":
    main()
