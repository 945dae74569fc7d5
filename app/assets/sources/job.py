"""What every source is handed, and how it is told to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from app.assets.catalogue import Model, ModelFile
from app.kernel.errors import Kind, SoloError


class PullCancelled(SoloError):
    """Pulling was called off; what has come stays and is used next time."""

    kind = Kind.TRANSIENT
    code = "cancelled"
    status = 409
    exit_code = 130


@dataclass(slots=True)
class Job:
    """Files of one model to be fetched.

    staging: an own folder; a source leaves each file there under its own name, complete, and keeps
    what is half done there too, so that it can go on next time.  told: bytes that have come, of all
    files together, at any time from any thread.  slots: how many downloads may run at once, shared by
    all jobs.  resumed: set by a source that went on with something half done.
    """

    model: Model
    files: tuple[ModelFile, ...]
    staging: Path
    told: Callable[[int], None]
    cancel: threading.Event
    slots: threading.Semaphore
    python: str
    resumed: bool = field(default=False)

    @property
    def total(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    def check(self) -> None:
        """Raise PullCancelled when it has been called off."""
        if self.cancel.is_set():
            raise PullCancelled


class Fetcher(Protocol):
    """A kind of source. Raises SoloError subclasses; Unavailable when it cannot be reached."""

    def extra_bytes(self, job: Job) -> int:
        """Room needed for a while, beyond the files themselves."""
        ...

    def fetch(self, job: Job) -> None:
        """Leave every file of the job complete in its staging folder."""
        ...

    def clean(self, job: Job) -> None:
        """Throw away what is half done, because it turned out to be wrong."""
        ...
