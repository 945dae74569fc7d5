"""From Hugging Face, by its own client, which goes on with half-done files by itself."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from app.assets import reach, space
from app.assets.catalogue import HubSource, ModelFile
from app.assets.sources.job import Job
from app.kernel.errors import Unavailable

ETAG_SECONDS = 5.0


class HubFetcher:
    """No account: a token that lies on the machine is not sent.

    endpoint: another address than the client's own (a mirror that speaks the same protocol).
    """

    def __init__(self, source: HubSource, endpoint: str = "") -> None:
        self._source = source
        self._endpoint = endpoint

    def extra_bytes(self, job: Job) -> int:
        return 0

    def fetch(self, job: Job) -> None:
        from huggingface_hub import constants

        endpoint = self._endpoint or constants.ENDPOINT
        reach.require(endpoint, "Hugging Face")
        folder = job.staging / "hub"
        job.resumed = folder.exists()
        before = 0
        with job.slots:
            for file in job.files:
                target = job.staging / file.name
                if not (target.is_file() and target.stat().st_size == file.size):
                    self._download(job, file, folder, endpoint, before).replace(target)
                before += file.size
                job.told(before)

    def clean(self, job: Job) -> None:
        shutil.rmtree(job.staging / "hub", ignore_errors=True)

    def _download(self, job: Job, file: ModelFile, folder: Path, endpoint: str, before: int) -> Path:
        from huggingface_hub import errors, hf_hub_download
        from huggingface_hub.utils import logging

        logging.set_verbosity_error()  # what matters reaches the person as a SoloError
        try:
            return Path(
                hf_hub_download(
                    self._source.repository,
                    self._source.names.get(file.name, file.name),
                    revision=self._source.revision,
                    local_dir=folder,
                    etag_timeout=ETAG_SECONDS,
                    token=False,
                    endpoint=endpoint,
                    tqdm_class=_bar(job, before),
                )
            )
        except failures(errors) as error:
            if isinstance(error, PermissionError) or (isinstance(error, OSError) and space.is_full(error)):
                raise  # this machine's trouble, not the hub's
            if isinstance(error, errors.LocalEntryNotFoundError | ConnectionError):
                reach.lost_host(endpoint)
            why = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise Unavailable(f"Hugging Face did not give {file.name}: {why[:200]}.") from error


def failures(errors: Any) -> tuple[type[Exception], ...]:
    """What the client raises. Its HTTP library has changed from version to version; the root of that
    library's errors is found as a base of the client's own."""
    http = tuple(base for base in errors.HfHubHTTPError.__bases__ if issubclass(base, Exception))
    xet = getattr(errors, "XetDownloadError", errors.HfHubHTTPError)
    return (*http, xet, OSError, ValueError, RuntimeError)


def _bar(job: Job, before: int) -> Any:
    """A class that the client takes for a progress bar: it counts, and stops when called off."""
    from tqdm import tqdm

    class Bar(tqdm):  # pyright: ignore[reportMissingTypeArgument]
        def __init__(self, *args: Any, **options: Any) -> None:
            options.pop("name", None)
            options["disable"] = True
            self._count = int(options.get("initial") or 0)
            super().__init__(*args, **options)

        def update(self, n: float | None = 1) -> bool | None:
            job.check()
            self._count += int(n or 0)
            job.told(before + self._count)
            return None

    return Bar
