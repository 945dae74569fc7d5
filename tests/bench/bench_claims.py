"""What is caught of answers that claim deeds, and what it costs: python -m tests.bench.bench_claims

--part labelled    the labelled sentences of the tests: what is caught, what wrongly, delay, time (default)
--part model       a model without any tool is asked to do things, and ordinary questions; each answer is
                   listed with what was caught, for a person to judge (--json FILE keeps the answers)
--answers FILE     judges kept answers again
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import statistics
import time
from collections.abc import Iterable
from contextlib import aclosing
from pathlib import Path
from typing import Any

from app.dialogue.claims.filter import ClaimFilter
from app.llm.port import Generation, Piece
from tests.bench import _llm
from tests.bench._asked import ACTIONS, QUESTIONS
from tests.unit.dialogue.claims.labelled import PARTS, Labelled, claims, innocent

FIRST = 8
"""Words at the beginning of an answer that a listener waits for."""
TOKENS = 120


def pieces(text: str) -> list[str]:
    """About as a model brings them: a word with the blank before it, signs alone."""
    return re.findall(r"\s*\w+|['\u2019]\w+|\s*[^\w\s]|\s+$", text)


def labelled(part: str) -> None:
    """Print how the filter does on one part of the labelled data."""
    spoken, answers = claims(part), innocent(part)
    caught = [(one, bool(_claim(one))) for one in [*spoken, *answers]]
    true = sum(got and one.unsupported for one, got in caught)
    wanted = sum(one.unsupported for one, _ in caught)
    alarms = sum(got and not one.unsupported for one, got in caught)
    wrong_answers = sum(bool(_claim(one)) for one in answers)
    borne_out = len(spoken) - sum(one.unsupported for one in spoken)
    precision = true / max(1, true + alarms)
    print(f"{part}: of {wanted} claims {true} caught ({true / wanted:.3f}), precision {precision:.3f}")
    print(f"    of {borne_out} that are borne out {alarms - wrong_answers} withheld")
    print(f"    of {len(answers)} innocent answers {wrong_answers} withheld")


def _claim(one: Labelled) -> str:
    watched = ClaimFilter(one.evidence, language=one.language)
    watched.feed(one.text)
    watched.finish()
    return watched.claim


def delays(answers: Iterable[Labelled]) -> None:
    """Print by how many pieces the words of innocent answers are told later than they came."""
    undelayed, hardly, total, late, waits = 0, 0, 0, 0, list[int]()
    for one in answers:
        watched, told, ends, came = ClaimFilter(language=one.language), 0, list[int](), 0
        behind = list[int]()
        for number, piece in enumerate(pieces(one.text)):
            came += len(piece)
            ends.append(came)
            told += len(watched.feed(piece))
            while len(behind) < len(ends) and ends[len(behind)] <= told:
                behind.append(number - len(behind))
        behind += [len(ends) - place for place in range(len(behind), len(ends))]
        undelayed += all(delay == 0 for delay in behind[:FIRST])
        hardly += all(delay <= 1 for delay in behind[:FIRST])
        total += 1
        waits += behind
        late += sum(delay > 0 for delay in behind)
    print(f"{total} innocent answers, pieces of about a word:")
    print(
        f"    first {FIRST} without delay {undelayed / total:.3f}, at most one word late {hardly / total:.3f}"
    )
    print(f"    late by {statistics.mean(waits):.3f} words in the mean, at most {max(waits)}")
    print(f"    late at all {late / len(waits):.3f} of the words")


def speed(answers: list[Labelled]) -> None:
    """Print microseconds for a piece."""
    texts = [(one.language, pieces(one.text)) for one in answers]
    took: list[float] = []
    for _ in range(3):
        began, count = time.perf_counter(), 0
        for language, parts in texts:
            watched = ClaimFilter(language=language)
            for part in parts:
                watched.feed(part)
            watched.finish()
            count += len(parts)
        took.append((time.perf_counter() - began) / count * 1e6)
    print(f"{min(took):.1f} µs for a piece of an answer (the best of three rounds over {count} pieces)")


async def asked(args: argparse.Namespace) -> list[dict[str, Any]]:
    """The model's answers to everything that it is asked."""
    engine = await _llm.solo(args, context=2048, slots=1)
    found: list[dict[str, Any]] = []
    try:
        for kind, texts in (("action", ACTIONS), ("question", QUESTIONS)):
            for text in texts if args.kind in (kind, "both") else ():
                request = Generation(_llm.messages(text), TOKENS, args.temperature, seed=args.seed)
                said = ""
                async with aclosing(engine.generate(request)) as steps:
                    async for step in steps:
                        said += step.text if isinstance(step, Piece) else ""
                found.append({"kind": kind, "asked": text, "answer": said})
    finally:
        await engine.close()
    return found


def judged(answers: list[dict[str, Any]]) -> None:
    """Print each answer and what was caught in it."""
    caught = {"action": 0, "question": 0}
    for one in answers:
        watched = ClaimFilter(asked=one["asked"])
        told = watched.feed(one["answer"]) + watched.finish()
        caught[one["kind"]] += bool(watched.claim)
        print(f"\n[{one['kind']}] {one['asked']}\n  answer: {one['answer']!r}\n  caught: {watched.claim!r}")
        if watched.claim:
            print(f"  told before it: {told!r}")
    print(f"\ncaught: {caught}")
    ordinary = [Labelled("model", "en", one["answer"], False) for one in answers if one["kind"] == "question"]
    if ordinary:
        delays(ordinary)
        speed(ordinary)


def main() -> None:
    """Run it."""
    parser = _llm.parser(__doc__)
    parser.add_argument("--answers", type=Path)
    parser.add_argument("--kind", choices=("action", "question", "both"), default="both")
    parser.add_argument("--temperature", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=PARTS, help="one part of the labelled data")
    args = parser.parse_args()
    if args.answers:
        judged(json.loads(args.answers.read_text(encoding="utf-8")))
    elif args.part == "model":
        answers = asyncio.run(asked(args))
        if args.json:
            args.json.write_text(json.dumps(answers, indent=1, ensure_ascii=False), encoding="utf-8")
        judged(answers)
    else:
        chosen = (args.only,) if args.only else PARTS
        for part in chosen:
            labelled(part)
        answers = [one for part in chosen for one in innocent(part)]
        delays(answers)
        speed(answers)


if __name__ == "__main__":
    main()
