"""What came of a conversation test that was run once or more."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import Any, TypeAlias

from app.voice.evals.describe import describe
from app.voice.evals.read import Loaded
from app.voice.evals.stage import Run

Row: TypeAlias = tuple[str, str, str, str]
FORMAT = "solo-eval/1"


@dataclass(slots=True)
class Result:
    """A test and its runs."""

    loaded: Loaded
    runs: list[Run] = field(default_factory=list[Run])

    @property
    def passed(self) -> bool:
        """Every run was as expected."""
        return all(run.passed for run in self.runs)

    def rows(self) -> list[Row]:
        """For each expectation: how it went, in how many runs, what was expected, what was found."""
        rows = [self._row(number) for number in range(len(self.loaded.scenario.expect))]
        unheard = [run.journal.unheard for run in self.runs if run.journal.unheard]
        if unheard:
            name, moment = next(iter(unheard[0].items()))
            rate = f"{len(self.runs) - len(unheard)}/{len(self.runs)}"
            rows.insert(0, ("FAILED", rate, f"{name} is played", f"“{moment}” never came"))
        return rows

    def _row(self, number: int) -> Row:
        verdicts = [run.verdicts[number] for run in self.runs]
        judged = [verdict for verdict in verdicts if verdict.ok is not None]
        good = sum(verdict.ok is True for verdict in judged)
        mark = "-" if not judged else "ok" if good == len(judged) else "FAILED"
        rate = f"{good}/{len(judged)}" if judged else ""
        why = next((verdict.why for verdict in verdicts if verdict.ok is not True and verdict.why), "")
        if not why and (measured := [v.measured for v in verdicts if v.measured is not None]):
            why = f"{median(measured):.0f} ms" + (
                f", at most {max(measured):.0f}" if len(measured) > 1 else ""
            )
        return mark, rate, describe(self.loaded.scenario.expect[number]), why

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "file": str(self.loaded.path),
            "about": self.loaded.scenario.about,
            "passed": self.passed,
            "runs": [_run(run) for run in self.runs],
            "expectations": [
                {"result": mark, "rate": rate, "expected": expected, "found": why}
                for mark, rate, expected, why in self.rows()
            ],
        }


def _run(run: Run) -> dict[str, Any]:
    happened = run.journal.happened
    return {
        "passed": run.passed,
        "verdicts": [{"ok": v.ok, "why": v.why, "measured_ms": v.measured} for v in run.verdicts],
        "steps": {name: [s.begin, s.end] for name, s in happened.steps.items()},
        "answers": [[answer.begin, answer.end] for answer in happened.answers],
        "wakes": happened.wakes,
        "interruptions": happened.interruptions,
        "unheard": run.journal.unheard,
        "talk": run.journal.talk.as_json(),
    }


def report_of(results: list[Result]) -> dict[str, Any]:
    """All of it. Positions are samples at 16 kHz."""
    passed = all(result.passed for result in results)
    return {"format": FORMAT, "passed": passed, "tests": [result.as_json() for result in results]}
