"""Kill -9 by the thousand: what becomes of timers, and how late they ring; then the matcher's speed.

python -m tests.bench.bench_timers [--kills 1000] [--seed 1]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from app.skills.english.rules import ENGLISH
from tests.killing import Tally, kill_often
from tests.unit.skills.phrases import LEFT_ALONE, TAKEN


def killing(kills: int, seed: int) -> Tally:
    """Kill, count, print."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        tally = kill_often(Path(folder), kills, seed, longest_away=1.5)
        print(f"{tally.kills} kills in {time.monotonic() - began:.0f} s, {len(tally.due)} timers set")
    print(f"lost: {len(tally.lost)} {tally.lost[:5]}")
    print(f"told twice as if for the first time: {len(tally.twice)} {tally.twice[:5]}")
    print(f"told again after a kill in the midst of telling, and said to be: {sum(tally.again.values())}")
    print(f"  of these heard before: {len(tally.repeated)}")
    print(f"rang: {sum(tally.rang.values())}, told as missed: {sum(tally.missed.values())}")
    late = sorted(tally.ring_late)
    if late:
        print(f"late: median {1000 * statistics.median(late):.1f} ms, worst {1000 * late[-1]:.1f} ms")
    return tally


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
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    matching()
    if given.kills:
        killing(given.kills, given.seed)


if __name__ == "__main__":
    main()
