"""Pulling models: the sources in their order, checked by sha256, installed whole or not at all.

What is on its way lies in `.partial/NAME` inside the models folder, so that a pull that was stopped, or
broke off, goes on where it was, and the last step is a rename on the same disk.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.assets import space, state
from app.assets.catalogue import LinkSource, LocalSource, Model, ModelFile, Source, load
from app.assets.lock import only_one
from app.assets.progress import Observer, Phase, Step, silent
from app.assets.sources.engines import ENGINES, NEEDS_NETWORK
from app.assets.sources.job import Fetcher, Job, PullCancelled
from app.kernel import plugins
from app.kernel.errors import (
    BrokenFile,
    NoSpace,
    PermanentError,
    SoloError,
    TransientError,
    Unavailable,
    UserError,
)

MODELS_AT_ONCE = 3


@dataclass(frozen=True, slots=True)
class Pulled:
    """What came of one model. source: empty when it was there already. size: bytes on disk."""

    name: str
    source: str
    size: int


def fetcher_for(source: Source) -> Fetcher:
    """What fetches from a source of this kind."""
    return plugins.load("assets", ENGINES, source.kind, what="kind of source")(source)


class Puller:
    """Pulls models into a folder.

    models_dir: where they live. offline: open no connection. observer: told of every step, from any
    thread. downloads: how many may run at once. cancel: set it to call everything off; what has come
    stays. python: whose pip is asked for packages. fetcher_for: from a source in the catalogue to what
    fetches from it.
    """

    def __init__(
        self,
        models_dir: Path,
        *,
        offline: bool = False,
        observer: Observer = silent,
        downloads: int = 4,
        cancel: threading.Event | None = None,
        python: str = sys.executable,
        fetcher_for: Callable[[Source], Fetcher] = fetcher_for,
    ) -> None:
        self._dir = models_dir
        self._offline = offline
        self._observer = observer
        self._slots = threading.BoundedSemaphore(downloads)
        self._cancel = cancel or threading.Event()
        self._python = python
        self._fetcher_for = fetcher_for

    def pull(self, models: Sequence[Model], *, again: bool = False, given: str = "") -> list[Pulled]:
        """Have these models in the folder, complete and checked; blocks until then.

        again: read what is there instead of trusting the marker. given: a URL, file or folder to take
        the (single) model from instead of its own sources.  Raises the first failure as a SoloError;
        PullCancelled (also for Ctrl-C) leaves what has come.
        """
        wanted = [(model, self._wanted(model, again)) for model in models]
        self._check_room([(model, files) for model, files in wanted if files], given)
        with ThreadPoolExecutor(MODELS_AT_ONCE, thread_name_prefix="pull") as pool:
            futures = [pool.submit(self._one, model, files, given) for model, files in wanted]
            try:
                self._wait(futures)
            except BaseException as error:
                self._cancel.set()
                pool.shutdown(wait=True, cancel_futures=True)
                if isinstance(error, KeyboardInterrupt):
                    raise PullCancelled from None
                raise
        return [future.result() for future in futures]

    def _wait(self, futures: list[Future[Pulled]]) -> None:
        """Until all are through; short waits, so that Ctrl-C is heard everywhere.

        A model that fails does not take the others with it, but a full disk or a cancellation does.
        """
        left = set(futures)
        failures: list[BaseException] = []
        while left:
            done, left = wait(left, timeout=0.2, return_when=FIRST_COMPLETED)
            for error in (future.exception() for future in done):
                if error is not None and not isinstance(error, TransientError | PermanentError | UserError):
                    raise error
                if isinstance(error, NoSpace):
                    raise error
                failures += [error] if error is not None else []
        if failures:
            raise failures[0]

    def _wanted(self, model: Model, again: bool) -> tuple[ModelFile, ...]:
        """The files that are absent or not what they should be."""
        if not again and state.marked(self._dir, model):
            return ()
        broken = tuple(file for file in model.files if not self._good(model, file))
        if not broken:
            state.mark(self._dir, model)
        return broken

    def _good(self, model: Model, file: ModelFile) -> bool:
        path = self._dir / file.path
        if not path.is_file() or path.stat().st_size != file.size:
            return False
        self._tell(model, "check", 0, file.size)
        return state.digest(path) == file.sha256

    def _check_room(self, wanted: list[tuple[Model, tuple[ModelFile, ...]]], given: str) -> None:
        needed, extra = 0, 0
        for model, files in wanted:
            needed += sum(file.size for file in files) - self._staged_bytes(model)
            extra += max(
                fetcher.extra_bytes(self._job(model, files)) for _, fetcher in self._sources(model, given)
            )
        if wanted:
            names = ", ".join(model.name for model, _ in wanted)
            space.require(self._dir, max(0, needed) + min(extra, 2 * needed), names)

    def _staged_bytes(self, model: Model) -> int:
        folder = self._staging(model)
        if not folder.is_dir():
            return 0
        return sum(_on_disk(path) for path in folder.rglob("*") if path.is_file())

    def _staging(self, model: Model) -> Path:
        return self._dir / ".partial" / model.name

    def _job(self, model: Model, files: tuple[ModelFile, ...]) -> Job:
        total = sum(file.size for file in files)

        def told(done: int) -> None:
            self._tell(model, "fetch", done, total)

        return Job(model, files, self._staging(model), told, self._cancel, self._slots, self._python)

    def _sources(self, model: Model, given: str) -> list[tuple[Source, Fetcher]]:
        sources: Sequence[Source] = (_given(given),) if given else model.sources
        return [(source, self._fetcher_for(source)) for source in sources]

    def _one(self, model: Model, files: tuple[ModelFile, ...], given: str) -> Pulled:
        if not files:
            self._tell(model, "present", model.size, model.size)
            return Pulled(model.name, "", model.size)
        self._tell(model, "origin", 0, model.size, model.origin_line)
        job = self._job(model, files)
        try:
            job.staging.mkdir(parents=True, exist_ok=True)
            with only_one(job.staging.parent / f"{model.name}.lock", model.name):
                label = self._from_any(job, given)
                self._install(job)
            shutil.rmtree(job.staging, ignore_errors=True)
        except OSError as error:
            raise self._translate(error) from error
        self._tell(model, "done", model.size, model.size, label)
        return Pulled(model.name, label, model.size)

    def _from_any(self, job: Job, given: str) -> str:
        """Fetch from the first source that works; its label."""
        failures: list[SoloError] = []
        for source, fetcher in self._sources(job.model, given):
            job.check()
            if self._offline and source.kind in NEEDS_NETWORK:
                continue
            self._tell(job.model, "source", 0, job.total, source.label)
            try:
                self._from_one(job, fetcher, source.label)
            except (NoSpace, UserError, PullCancelled):
                raise
            except (TransientError, PermanentError) as error:
                failures.append(error)
                self._tell(job.model, "failed_source", 0, job.total, str(error))
            else:
                return source.label
        raise _none_left(job.model, failures)

    def _from_one(self, job: Job, fetcher: Fetcher, label: str) -> None:
        """Fetch and compare; what was resumed and turns out wrong is fetched once more from the start."""
        for attempt in (1, 2):
            fetcher.fetch(job)
            wrong = self._wrong(job)
            if wrong is None:
                return
            fetcher.clean(job)
            for file in job.files:
                (job.staging / file.name).unlink(missing_ok=True)
            if not job.resumed or attempt == 2:
                raise BrokenFile(
                    f"What came as {wrong.name} of {job.model.name} is not the catalogue's file "
                    f"(its sha256 differs), and was thrown away. Source: {label}."
                )

    def _wrong(self, job: Job) -> ModelFile | None:
        before = 0
        for file in job.files:
            base = before

            def told(done: int, base: int = base) -> None:
                job.check()
                self._tell(job.model, "check", base + done, job.total)

            path = job.staging / file.name
            if path.stat().st_size != file.size or state.digest(path, told) != file.sha256:
                return file
            before += file.size
        return None

    def _install(self, job: Job) -> None:
        """To disk for certain, then into place; the marker last."""
        state.unmark(self._dir, job.model)
        for file in job.files:
            staged, target = job.staging / file.name, self._dir / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            with staged.open("rb+") as opened:
                os.fsync(opened.fileno())
            staged.replace(target)
        state.mark(self._dir, job.model)

    def _translate(self, error: OSError) -> SoloError:
        if space.is_full(error):
            return space.full(self._dir)
        if isinstance(error, PermissionError):
            return UserError(
                f"The models folder {self._dir} may not be written.",
                hint="Set SOLO_MODELS_DIR to a folder of your own.",
            )
        return Unavailable(f"The models folder {self._dir} cannot be used: {error.strerror or error}.")

    def _tell(self, model: Model, phase: Phase, done: int = 0, total: int = 0, text: str = "") -> None:
        self._observer(Step(model.name, phase, done, total, text))


def _on_disk(path: Path) -> int:
    """Bytes that a file takes up; one that has grown from its end has holes that take up none."""
    status = path.stat()
    return min(status.st_size, 512 * getattr(status, "st_blocks", 1 << 40))


def _given(text: str) -> LinkSource | LocalSource:
    if text.startswith(("http://", "https://")):
        return LinkSource(kind="link", url=text)
    return LocalSource(kind="local", path=text)


def _none_left(model: Model, failures: list[SoloError]) -> SoloError:
    if not failures:
        return Unavailable(
            f"Solo is set to stay offline, so {model.name} cannot be pulled.",
            hint=f"Set SOLO_OFFLINE=false, or give the file: solo models pull {model.name} --from FILE",
        )
    if len(failures) == 1:
        return failures[0]
    reasons = " ".join(failure.message for failure in failures)
    kind = BrokenFile if isinstance(failures[-1], BrokenFile) else Unavailable
    return kind(f"{model.name} could not be pulled from any of its {len(failures)} sources: {reasons}")


def pull(models_dir: Path, names: Sequence[str], **options: Any) -> list[Pulled]:
    """Pull by name; `options` are Puller's. NotFound for an unknown name, before anything is fetched."""
    models = [load().find(name) for name in dict.fromkeys(names)]
    return Puller(models_dir, **options).pull(models)
