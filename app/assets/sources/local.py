"""From a file or folder on this machine."""

from __future__ import annotations

from pathlib import Path

from app.assets.catalogue import LocalSource, ModelFile
from app.assets.sources.job import Job
from app.kernel.errors import BadInput, NotFound

CHUNK = 1 << 20


class LocalFetcher:
    """Copies; the original stays as it is."""

    def __init__(self, source: LocalSource) -> None:
        self._path = Path(source.path).expanduser()

    def extra_bytes(self, job: Job) -> int:
        return 0

    def fetch(self, job: Job) -> None:
        before = 0
        for file in job.files:
            self._copy(job, self._original(job, file), job.staging / file.name, before)
            before += file.size

    def clean(self, job: Job) -> None:
        """Nothing is kept half done."""

    def _original(self, job: Job, file: ModelFile) -> Path:
        path = self._path / file.name if self._path.is_dir() else self._path
        if path == self._path and len(job.files) > 1:
            raise BadInput(
                f"{job.model.name} consists of {len(job.files)} files, but {path} is one.",
                hint=f"Give the folder that holds {', '.join(item.name for item in job.files)}.",
            )
        if not path.is_file():
            raise NotFound(f"There is no file {path}.")
        if path.stat().st_size != file.size:
            raise BadInput(
                f"{path} is not the {file.name} of {job.model.name}: it has {path.stat().st_size:,} bytes "
                f"instead of {file.size:,}."
            )
        return path

    def _copy(self, job: Job, original: Path, target: Path, before: int) -> None:
        partial = target.with_name(f"{target.name}.local.part")
        with original.open("rb") as source, partial.open("wb") as copy:
            while chunk := source.read(CHUNK):
                job.check()
                copy.write(chunk)
                job.told(before + copy.tell())
        partial.replace(target)
