"""Kills a process that runs the skills alone, again and again, and counts what became of its timers."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import ROOT

BATCH = 6
"""Timers that each life sets."""


@dataclass
class Tally:
    """What was seen from outside. again: told once more because a kill fell between telling and
    writing down that it was told, and said to be. ring_late: seconds; held: of them those in which the
    process was kept from running."""

    kills: int = 0
    due: dict[str, float] = field(default_factory=dict)
    rang: dict[str, int] = field(default_factory=dict)
    missed: dict[str, int] = field(default_factory=dict)
    again: dict[str, int] = field(default_factory=dict)
    ring_late: list[float] = field(default_factory=list)
    held: list[float] = field(default_factory=list)

    @property
    def own_late(self) -> list[float]:
        """Seconds late by the program's own doing."""
        return [late - held for late, held in zip(self.ring_late, self.held, strict=True)]

    @property
    def lost(self) -> list[str]:
        """Set, and never told."""
        return [name for name in self.due if not (self._first(name) or self.again.get(name))]

    @property
    def twice(self) -> list[str]:
        """Told twice as if for the first time."""
        return [name for name in self.due if self._first(name) > 1]

    @property
    def repeated(self) -> list[str]:
        """Told, and told again after a kill."""
        return [name for name in self.due if self._first(name) and self.again.get(name)]

    def _first(self, name: str) -> int:
        return self.rang.get(name, 0) + self.missed.get(name, 0)

    def hear(self, line: str) -> None:
        """One line of the child."""
        kind, *rest = line.split()
        if kind == "SET":
            self.due[rest[0]] = float(rest[1])
        elif kind == "TOLD":
            name, what, again, _, late, held = rest
            where = self.again if again == "1" else self.missed if what == "missed" else self.rang
            where[name] = where.get(name, 0) + 1
            if what != "missed":
                self.ring_late.append(float(late))
                self.held.append(float(held))


def live(folder: Path, tally: Tally, batch: str, seconds: float | None) -> float:
    """One life, killed so many seconds after it was begun; None: some time after it has told what was
    left over. Returns how long it took to be ready, if that was waited for."""
    began = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "tests.timers_child", str(folder), batch],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        took = 0.0
        if seconds is None:
            while not child.stdout.readline().startswith("READY"):
                pass
            took = time.monotonic() - began
        time.sleep(2.0 if seconds is None else seconds)
        child.kill()
        for line in child.stdout:
            tally.hear(line)
    tally.kills += 1
    return took


def kill_often(
    folder: Path, kills: int, seed: int, *, longest_away: float = 0.3, seconds: float = float("inf")
) -> Tally:
    """So many lives, each killed at a random moment, and a last one that tells what is left.

    longest_away: seconds that may go by between two lives, when timers are missed; seconds: after these
    no further life is begun.
    """
    until = time.monotonic() + seconds
    chance, tally = random.Random(seed), Tally()
    start = live(folder, tally, "", None)
    for number in range(kills):
        if time.monotonic() > until:
            break
        batch = " ".join(f"n{number}x{k}:{chance.randint(60, 1200)}" for k in range(BATCH))
        live(folder, tally, batch, chance.uniform(0.3 * start, 1.5 * start + 0.4))
        time.sleep(chance.uniform(0.0, longest_away) if chance.random() < 0.5 else 0.0)
    live(folder, tally, "", None)
    return tally
