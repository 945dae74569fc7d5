"""What a terminal shows while models come: bars for people, plain lines for logs, nothing for programs."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Self

from app.assets.progress import Observer, Step, silent
from app.assets.space import human

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

PLAIN_STEP = 25
"""A plain line at every so many per cent."""


class Quiet:
    """Shows nothing; the shape of a view."""

    observe: Observer = staticmethod(silent)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the terminal as it was."""


class Plain(Quiet):
    """Lines on standard error: what comes, from where, and every quarter of it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: dict[tuple[str, str], int] = {}
        self.observe = self._observe

    def _observe(self, step: Step) -> None:
        with self._lock:
            line = self._line(step)
            if line:
                sys.stderr.write(f"{step.model}: {line}\n")
                sys.stderr.flush()

    def _line(self, step: Step) -> str:
        if step.phase not in ("fetch", "check"):
            return words(step)
        percent = 100 * step.done // max(1, step.total) // PLAIN_STEP * PLAIN_STEP
        key = (step.model, step.phase)
        if step.phase == "check" or percent <= self._told.get(key, 0):
            return ""
        self._told[key] = percent
        return f"{percent} % of {human(step.total)}"


class Bars(Quiet):
    """A bar for each model that comes, and lines above them for what is worth reading.

    Begins with the first step that shows something, so that a pull with nothing to do stays quick.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tasks: dict[str, TaskID] = {}
        self._started: Progress | None = None
        self.observe = self._observe

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._started is not None:
            self._started.stop()

    def _observe(self, step: Step) -> None:
        with self._lock:
            if step.phase == "present":
                return
            if self._started is None:
                self._started = _progress()
                self._started.start()
            if step.phase in ("fetch", "check", "done"):
                self._advance(self._started, step)
            if step.phase not in ("fetch", "check"):
                self._started.console.print(f"{step.model}: {words(step)}", markup=False, soft_wrap=True)

    def _advance(self, progress: Progress, step: Step) -> None:
        if step.model not in self._tasks:
            self._tasks[step.model] = progress.add_task(step.model, total=step.total)
        described = f"{step.model} (checking)" if step.phase == "check" else step.model
        progress.update(self._tasks[step.model], completed=step.done, total=step.total, description=described)


def words(step: Step) -> str:
    """A step in words; empty for what is not worth a line."""
    match step.phase:
        case "origin":
            return step.text
        case "source":
            return f"from {step.text}"
        case "failed_source":
            return f"not from there: {step.text}"
        case "done":
            return f"here and checked, {human(step.total)}"
        case _:
            return ""


def view(*, json: bool) -> Quiet:
    """The view for this terminal."""
    if json:
        return Quiet()
    return Bars() if sys.stderr.isatty() else Plain()


def _progress() -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True, highlight=False),
        transient=True,
    )
