"""Kill -9 by the thousand, and clocks that are set: what becomes of timers, and how late they ring; the
matcher's speed.

python -m tests.bench.bench_timers [--kills 1000] [--minutes 60] [--lives 300] [--seed 1]

Where the process that is to ring was kept from running, by a signal or a machine without time for it, that
is told apart: see tests/timers_child.py. The lives with clocks that are set run on virtual time.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import anyio
import structlog

from app.skills.english.rules import ENGLISH
from tests.clockjumps import one_life
from tests.killing import Tally, kill_often
from tests.unit.skills.leftalone import LEFT_ALONE
from tests.unit.skills.phrases import TAKEN
from tests.virtual import VirtualLoop


def killing(kills: int, seed: int, minutes: float) -> Tally:
    """Kill, count, print."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        tally = kill_often(Path(folder), kills, seed, longest_away=1.5, seconds=60 * minutes)
        print(f"{tally.kills} kills in {time.monotonic() - began:.0f} s, {len(tally.due)} timers set")
    print(f"lost: {len(tally.lost)} {tally.lost[:5]}")
    print(f"told twice as if for the first time: {len(tally.twice)} {tally.twice[:5]}")
    print(f"told again after a kill in the midst of telling, and said to be: {sum(tally.again.values())}")
    print(f"  of these heard before: {len(tally.repeated)}")
    print(f"rang: {sum(tally.rang.values())}, told as missed: {sum(tally.missed.values())}")
    late, own = sorted(tally.ring_late), sorted(tally.own_late)
    if late:
        print(f"late: median {1000 * statistics.median(late):.1f} ms, worst {1000 * late[-1]:.1f} ms")
        print(f"late by its own doing: worst {1000 * own[-1]:.1f} ms, over 1 s {sum(one > 1 for one in own)}")
        print(f"kept from running while late: {sum(held > 0 for held in tally.held)}")
    return tally


def setting(lives: int, seed: int) -> None:
    """Lives in which somebody sets the clock; count, print."""
    began, made, late, jumps, wrong = time.monotonic(), 0, list[float](), 0, list[str]()
    for number in range(seed, seed + lives):
        life = anyio.run(one_life, number, backend_options={"loop_factory": VirtualLoop})
        made += len(life.countdowns) + len(life.alarms) + len(life.daily)
        jumps, late, wrong = jumps + len(life.jumps), late + life.late, wrong + life.wrong
    print(f"{lives} lives in {time.monotonic() - began:.0f} s: {made} timers, {jumps} jumps of the clock")
    print(f"wrong (lost, twice, early or late by more than a second): {len(wrong)} {wrong[:5]}")
    print(f"late: median {1000 * statistics.median(late):.1f} ms, worst {1000 * max(late, key=abs):.1f} ms")


def matching() -> None:
    """Time to match one sentence."""
    for name, texts in (("commands", [text for text, _ in TAKEN]), ("others", LEFT_ALONE)):
        took: list[float] = []
        for text in texts * 20:
            began = time.perf_counter()
            ENGLISH.match(text)
            took.append(1e6 * (time.perf_counter() - began))
        took.sort()
        print(f"{name}: median {took[len(took) // 2]:.0f} µs, p99 {took[len(took) * 99 // 100]:.0f} µs")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=60, help="of killing, at most")
    parser.add_argument("--lives", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[lambda *_: ""])
    matching()
    if given.lives:
        setting(given.lives, given.seed)
    if given.kills:
        killing(given.kills, given.seed, given.minutes)


if __name__ == "__main__":
    main()
