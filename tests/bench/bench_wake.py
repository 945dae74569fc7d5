"""How well and how cheaply Solo listens for its wake words.

    .venv/bin/python -m tests.bench.bench_wake [--engine microwakeword] [--json out.json]

Every recording of ../shared/speech goes through voice activity, engine and second look, as it does
in a conversation, with two seconds of faint noise before and behind; all words of the engine are
listened for at once, at their makers' thresholds.  Then a minute of a quiet room is listened to
for one word, and the CPU time of that is set against the minute.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import anyio
import numpy as np
import structlog

from app.config.voice import VoiceSettings, WakeSettings
from app.events.voice import WakeWordEvent
from app.kernel.runtime import Runtime
from app.voice.audio.frames import FRAME, RATE, Frame, Samples
from app.voice.audio.hub import FrameHub
from app.voice.audio.level import dbfs
from app.voice.audio.pace import Pace
from app.voice.audio.vad import SileroVad
from app.voice.wake.engines import make_engine
from app.voice.wake.service import WakeService
from tests.bench._recordings import manifest, recording

ROOT = Path(__file__).resolve().parents[2]
MODELS = Path(os.environ.get("SOLO_MODELS_DIR", ROOT / "models"))
WORDS = {
    "microwakeword": ("alexa", "hey_jarvis", "hey_mycroft", "okay_nabu"),
    "openwakeword": ("alexa", "hey_jarvis", "hey_mycroft", "hey_rhasspy", "okay_nabu"),
}
LEAD = 2 * RATE


@dataclass(frozen=True)
class Row:
    """One recording: the word said in it (of those listened for), and the words found."""

    file: str
    said: str
    found: tuple[str, ...]
    score: float

    @property
    def right(self) -> bool:
        return self.found == ((self.said,) if self.said else ())


def recordings(words: tuple[str, ...]) -> list[tuple[str, str, Samples]]:
    """File, word said in it or nothing, sound at 16 kHz."""
    return [
        (
            row["file"],
            word if (word := row["kind"].removeprefix("wake:")) in words else "",
            recording(row["file"]),
        )
        for row in manifest()
    ]


def surrounded(sound: Samples, gain: float = 1.0) -> Samples:
    """With faint noise before and behind, whole frames."""
    noise = np.random.default_rng(7)
    length = LEAD + len(sound) + LEAD
    length += -length % FRAME
    line = (noise.standard_normal(length) * 1e-4).astype(np.float32)
    line[LEAD : LEAD + len(sound)] += sound * np.float32(gain)
    return line


async def listen(sound: Samples, settings: WakeSettings) -> list[WakeWordEvent]:
    """What the wake service says of this sound."""
    runtime, hub, pace = Runtime.new(), FrameHub(), Pace()
    vad = SileroVad(MODELS / "vad" / "silero_vad.onnx")
    vad.load()
    engine = make_engine(settings)
    assert engine is not None
    heard = runtime.bus.subscribe(WakeWordEvent, name="bench")
    async with anyio.create_task_group() as group:
        ready = anyio.Event()
        group.start_soon(WakeService(runtime, settings, engine, hub, pace).run, ready.set)
        await ready.wait()
        for at in range(0, len(sound) - FRAME + 1, FRAME):
            part = sound[at : at + FRAME]
            hub.publish(Frame(at, part, vad.score(part), dbfs(part)))
            await pace.idle()
            while hub.lagging:
                await pace.idle()
        group.cancel_scope.cancel()
    events: list[WakeWordEvent] = []
    while heard.pending():
        envelope = await heard.next()
        if envelope is not None and isinstance(envelope.event, WakeWordEvent):
            events.append(envelope.event)
    return events


async def detections(engine: str, *, second_look: bool = True, gain: float = 1.0) -> list[Row]:
    """All recordings, all words of the engine."""
    words = WORDS[engine]
    settings = WakeSettings(engine=engine, words=words, second_look=second_look)
    rows: list[Row] = []
    for name, said, sound in recordings(words):
        events = await listen(surrounded(sound, gain), settings)
        score = max((event.score for event in events), default=0.0)
        rows.append(Row(name, said, tuple(event.word for event in events), round(score, 3)))
    return rows


async def waiting(engine: str, seconds: int = 60) -> float:
    """Per cent of one core for listening to a quiet room: frames, voice activity, one wake word."""
    noise = np.random.default_rng(7)
    room = (noise.standard_normal(seconds * RATE) * 1e-3).astype(np.float32)
    settings = VoiceSettings(wake=WakeSettings(engine=engine)).wake
    await listen(room[:RATE], settings)
    began = time.process_time()
    await listen(room, settings)
    return 100 * (time.process_time() - began) / seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--engine", default="microwakeword", choices=sorted(WORDS))
    parser.add_argument("--no-second-look", action="store_true")
    parser.add_argument("--gain", type=float, default=1.0, help="play the recordings louder or softer")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[lambda *_: ""])
    rows = asyncio.run(detections(options.engine, second_look=not options.no_second_look, gain=options.gain))
    cpu = asyncio.run(waiting(options.engine))
    for row in rows:
        if row.said or row.found:
            mark = "ok   " if row.right else "WRONG"
            print(f"{mark}  {row.file:44} said {row.said or '-':12} found {', '.join(row.found) or '-'}")
    said = [row for row in rows if row.said]
    rest = [row for row in rows if not row.said]
    result = {
        "engine": options.engine,
        "second_look": not options.no_second_look,
        "positives": len(said),
        "found": sum(row.said in row.found for row in said),
        "others": len(rest),
        "false_wakes": sum(not row.right for row in rest),
        "waiting_percent_of_a_core": round(cpu, 2),
        "machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores",
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }
    print(json.dumps(result, indent=2))
    if options.json:
        options.json.write_text(json.dumps(result | {"rows": [asdict(row) for row in rows]}, indent=2))


if __name__ == "__main__":
    main()
