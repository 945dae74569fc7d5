"""Does Solo know when one is done?

    python -m tests.bench.bench_turn_ends [--only before|now|learnt] [--list] [--json FILE]

Recordings of people (../shared/speech) are stopped in mid-sentence, at the word gaps nearest to 40, 60 and
80 %, for 0.4, 0.7, 1.0 and 1.2 s of a quiet room, and go through the real turn service with the real models
(Silero, Smart Turn, whisper-tiny.en), faster than time: while a model works the microphone stands still,
and its time (the median of this run) is put back into every figure.  Counted is how often Solo would have
been heard before the person went on: a first sound is there when the turn is decided and the answer, begun
early, has had 250 ms from its words on.  Beside that stands what a person waits who has finished: from the
last voiced sample to the decision.  Short answers, questions and commands are Piper's, for there are few
recordings of such.  "before" is the rule of decision 10 with its waits; "learnt" hears all trials as one
person whose pauses it gets to know.  The waits were chosen on one half of the voices; the other was held out.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import numpy as np
import structlog

from app.config.voice import SttSettings, TurnSettings, VoiceSettings, WakeSettings
from app.events.base import Answer
from app.events.dialogue import ReplyEvent, UserSaidEvent
from app.events.voice import SpeechEndedEvent
from app.kernel.runtime import Runtime
from app.voice.audio.frames import FRAME, RATE, Frame, Samples, milliseconds, samples_of
from app.voice.audio.hub import FrameHub
from app.voice.audio.level import dbfs
from app.voice.audio.pace import Pace
from app.voice.audio.playback import Playback
from app.voice.audio.vad import SileroVad
from app.voice.stt.engines import build as build_stt
from app.voice.stt.port import SttCapabilities, Transcript, never
from app.voice.stt.service import SttService
from app.voice.turn.engines import build as build_judge
from app.voice.turn.forms import Shape
from app.voice.turn.patience import Evidence, Patience
from app.voice.turn.service import TurnService
from tests.bench._pauses import Trial, trials
from tests.conftest import MODELS

PAUSE_MS = float(TurnSettings().speculate_ms)
"""Of silence, and the models begin."""
ANSWER_MS = 250.0
"""From the words to the first sound of an answer that is begun early."""
NOTICE_MS = 150.0
"""So long a voice that goes on is not noticed."""
NEAR = RATE * 35 // 100


class Memo:
    """What the models said, by the sound they were given, and how long it took them."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], tuple[Any, float]] = {}
        self.done = False
        """What is heard now is counted no more: the models need not be asked."""

    def ask(self, model: str, audio: Samples, call: Callable[[], Any]) -> Any:
        key = model, hashlib.sha1(audio.tobytes(), usedforsecurity=False).hexdigest()
        if key not in self.known:
            began = time.perf_counter()
            result = call()
            self.known[key] = result, (time.perf_counter() - began) * 1000
        return self.known[key][0]

    def took_ms(self, model: str) -> float:
        """Median."""
        return float(np.median([took for (name, _), (_, took) in self.known.items() if name == model]))


class Words:
    """Speech to text with a memory."""

    name = "remembered"
    capabilities = SttCapabilities(languages=("en",), instant=True)

    def __init__(self, memo: Memo, settings: SttSettings) -> None:
        self._memo, self._engine = memo, build_stt(settings, MODELS)
        self.heard: list[str] = []

    def load(self) -> None:
        self._engine.load()

    def transcribe(
        self,
        audio: Samples,
        language: str | None,
        hints: tuple[str, ...],
        given_up: Callable[[], bool] = never,
        before: str | None = None,
        *,
        words: bool = False,
    ) -> Transcript:
        del words
        if self._memo.done:
            return Transcript("Done.", "en")
        got: Transcript = self._memo.ask(
            "words", audio, lambda: self._engine.transcribe(audio, language, hints)
        )
        self.heard.append(got.text)
        return got

    def close(self) -> None:
        self._engine.close()


class Melody:
    """The judge of endings with a memory."""

    name = "remembered"
    instant = True

    def __init__(self, memo: Memo, settings: TurnSettings) -> None:
        self._memo, self._judge = memo, build_judge(settings, MODELS)

    def load(self) -> None:
        self._judge.load()

    def judge(self, audio: Samples) -> float | None:
        if self._memo.done:
            return 1.0
        got: float | None = self._memo.ask("melody", audio, lambda: self._judge.judge(audio))
        return got

    def close(self) -> None:
        self._judge.close()


@dataclass
class Ears:
    """Everything that hears, and an answer that is over at once."""

    hub: FrameHub
    pace: Pace
    vad: SileroVad
    memo: Memo
    words: Words
    ends: list[SpeechEndedEvent] = field(default_factory=list[SpeechEndedEvent])

    async def hear(self, trial: Trial) -> list[SpeechEndedEvent]:
        """Where it was decided that a turn is over, counted from the beginning of the trial."""
        self.ends.clear()
        self.words.heard.clear()
        scores = self.memo.ask("voice", trial.audio, lambda: self._scores(trial.audio))
        first = self.hub.position
        for number, score in enumerate(scores):
            self.memo.done = 0 < trial.goes_on < number * FRAME - samples_of(NOTICE_MS)
            samples = trial.audio[number * FRAME : (number + 1) * FRAME]
            self.hub.publish(Frame(self.hub.position, samples, score, dbfs(samples)))
            await self.pace.idle()
        for _ in range(8):
            await asyncio.sleep(0)
        return [
            end.model_copy(
                update={"voiced_until": end.voiced_until - first, "decided_at": end.decided_at - first}
            )
            for end in self.ends
        ]

    def _scores(self, audio: Samples) -> list[float]:
        self.vad.reset()
        return [self.vad.score(audio[at : at + FRAME]) for at in range(0, len(audio) - FRAME, FRAME)]


async def converse(request: UserSaidEvent) -> AsyncGenerator[Answer, None]:
    yield ReplyEvent(turn=request.turn, text="Yes.", dialogue="d", finish="stop")


@asynccontextmanager
async def ears(memo: Memo, patience: Patience) -> AsyncGenerator[Ears]:
    """All of them, with this much patience."""
    turn = TurnSettings()
    runtime = Runtime.new()
    settings = VoiceSettings(wake=WakeSettings(engine="none"), stt=SttSettings(threads=1), turn=turn)
    words, melody = Words(memo, settings.stt), Melody(memo, turn)
    playback = Playback()
    playback.detach(deaf=True)
    made = Ears(FrameHub(), Pace(), SileroVad(MODELS / "vad" / "silero_vad.onnx"), memo, words)
    made.vad.load()
    services: list[Any] = [
        SttService(runtime, settings.stt, words),
        TurnService(runtime, settings, made.hub, playback, made.pace, judge=melody, patience=patience),
    ]

    async def note() -> None:
        with runtime.bus.subscribe(SpeechEndedEvent, name="note", size=10_000) as events:
            async for event in events:
                made.ends.append(event)

    async with AsyncExitStack() as stack:
        group = await stack.enter_async_context(anyio.create_task_group())
        await stack.enter_async_context(runtime.bus.serve(UserSaidEvent, converse, name="dialogue"))
        group.start_soon(note)
        for service in services:
            ready = asyncio.Event()
            group.start_soon(service.run, ready.set)
            await ready.wait()
        yield made
        group.cancel_scope.cancel()


class Before(Patience):
    """Decision 10: two waits by the sound, two shorter ones for whole questions, the longest for halves."""

    def wait(self, evidence: Evidence) -> int:
        doubted = evidence.probability is not None and evidence.probability < 0.35
        unknown = evidence.probability is None
        match evidence.shape:
            case Shape.OPEN:
                return samples_of(1600)
            case Shape.LIST | Shape.NUMBER:
                return samples_of(900)
            case Shape.WHOLE:
                return samples_of(544 if doubted or unknown else 320)
            case Shape.SHORT:
                return samples_of(544)
            case _:
                return samples_of(900 if doubted else 544)


@dataclass
class Score:
    """What came of the trials of one half. waits: milliseconds by kind; cut_off: complete ones that were
    answered in a pause of their own."""

    tried: dict[float, int] = field(default_factory=lambda: defaultdict(int))
    early: dict[float, int] = field(default_factory=lambda: defaultdict(int))
    talked_over: int = 0
    cut_off: int = 0
    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    named: list[str] = field(default_factory=list[str])

    def add(self, trial: Trial, ends: list[SpeechEndedEvent], heard: list[str], compute: float) -> None:
        """One more. compute: milliseconds until the words are there."""
        words_at = PAUSE_MS + compute
        if trial.kind != "cut":
            self.cut_off += len(ends) > 1
            self.waits[trial.kind].append(max(words_at, _silence(ends[-1])))
            return
        self.tried[trial.pause] += 1
        audible = [
            end.voiced_until + samples_of(max(_silence(end), words_at + ANSWER_MS))
            for end in ends
            if abs(end.voiced_until - trial.stops) < NEAR
            and end.decided_at < trial.goes_on + samples_of(NOTICE_MS)
        ]
        if any(at < trial.goes_on for at in audible):
            self.early[trial.pause] += 1
            self.named.append(f"{trial.name}, {trial.pause} s: {heard}")
        self.talked_over += any(at < trial.goes_on + samples_of(NOTICE_MS) for at in audible)

    def told(self) -> dict[str, Any]:
        """As plain data."""
        tried = sum(self.tried.values())
        return {
            "trials": tried,
            "early_percent": round(100 * sum(self.early.values()) / tried, 1),
            "early_percent_by_pause": {
                pause: round(100 * self.early[pause] / count, 1) for pause, count in self.tried.items()
            },
            "early_or_over_the_first_syllable_percent": round(100 * self.talked_over / tried, 1),
            "complete_cut_off": self.cut_off,
            "wait_ms": {kind: _spread(waits) for kind, waits in self.waits.items()},
        }


def _silence(end: SpeechEndedEvent) -> float:
    return milliseconds(end.decided_at - end.voiced_until)


def _spread(values: list[float]) -> dict[str, float]:
    named = {
        "median": np.median(values),
        "p90": np.percentile(values, 90),
        "mean": np.mean(values),
        "max": max(values),
    }
    return {"n": len(values), **{name: round(float(value)) for name, value in named.items()}}


async def measure(memo: Memo, patience: Patience, everything: list[Trial]) -> dict[str, Score]:
    """Every trial once."""
    scores = {"tuning": Score(), "held out": Score()}
    heard: list[tuple[Trial, list[SpeechEndedEvent], list[str]]] = []
    async with ears(memo, patience) as made:
        for trial in everything:
            ends = await made.hear(trial)
            heard.append((trial, ends, list(made.words.heard)))
    compute = memo.took_ms("words")
    for trial, ends, words in heard:
        scores["tuning" if trial.tuning else "held out"].add(trial, ends, words, compute)
    return scores


async def run(given: argparse.Namespace, memo: Memo, everything: list[Trial]) -> None:
    """Print what came of it, one way after the other."""
    fixed = TurnSettings(learn_pauses=False)
    ways = {"before": Before(fixed), "now": Patience(fixed), "learnt": Patience(TurnSettings())}
    result: dict[str, Any] = {}
    for way, patience in ways.items():
        if given.only in (None, way):
            scores = await measure(memo, patience, everything)
            result[way] = {half: score.told() for half, score in scores.items()}
            if given.list:
                result[way]["early"] = [name for score in scores.values() for name in score.named]
    result["models_ms"] = {model: round(memo.took_ms(model)) for model in ("words", "melody")}
    print(json.dumps(result, indent=1))
    if given.json:
        given.json.write_text(json.dumps(result, indent=1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("before", "now", "learnt"))
    parser.add_argument("--list", action="store_true", help="name what was answered early")
    parser.add_argument("--json", type=Path)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    anyio.run(run, parser.parse_args(), Memo(), trials())


if __name__ == "__main__":
    main()
