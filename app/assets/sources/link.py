"""From a URL, going on in the middle of a file where it broke off."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from app.assets import reach
from app.assets.catalogue import LinkSource, ModelFile
from app.assets.sources.job import Job
from app.kernel.errors import BrokenFile, Interrupted, Unavailable

ATTEMPTS = 4
"""How often in a row a transfer may break off without a single byte gained before it is given up."""
TIMEOUT = httpx.Timeout(15.0, connect=3.0)
_PARTIAL, _WHOLE, _BEYOND_END = 206, 200, 416


class LinkFetcher:
    """HTTP with ranges. A file that changed on the server meanwhile is begun again."""

    def __init__(self, source: LinkSource) -> None:
        self._url = source.url

    def extra_bytes(self, job: Job) -> int:
        return 0

    def fetch(self, job: Job) -> None:
        reach.require(self._url, httpx.URL(self._url).host)
        if len(job.files) > 1 and not self._url.endswith("/"):
            raise Unavailable(f"{self._url} is one file, but {job.model.name} has {len(job.files)}.")
        before = 0
        with httpx.Client(timeout=TIMEOUT, follow_redirects=True, max_redirects=5) as client, job.slots:
            for file in job.files:
                url = self._url + file.name if self._url.endswith("/") else self._url
                _File(client, job, file, url, before).fetch()
                before += file.size

    def clean(self, job: Job) -> None:
        for file in job.files:
            (job.staging / f"{file.name}.link.part").unlink(missing_ok=True)
            (job.staging / f"{file.name}.link.json").unlink(missing_ok=True)


class _File:
    """One file on its way."""

    def __init__(self, client: httpx.Client, job: Job, file: ModelFile, url: str, before: int) -> None:
        self._client, self._job, self._file, self._url, self._before = client, job, file, url, before
        self._part = job.staging / f"{file.name}.link.part"
        self._note = job.staging / f"{file.name}.link.json"

    def fetch(self) -> None:
        target = self._job.staging / self._file.name
        if target.is_file() and target.stat().st_size == self._file.size:
            return
        if self._have():
            self._job.resumed = True
        fruitless = 0
        while self._have() < self._file.size:
            had = self._have()
            try:
                self._request(had)
            except (httpx.TransportError, Interrupted) as error:
                fruitless = 0 if self._have() > had else fruitless + 1
                if fruitless >= ATTEMPTS:
                    raise Interrupted(f"{self._url} broke off again and again ({error}).") from error
        self._part.replace(target)
        self._note.unlink(missing_ok=True)

    def _have(self) -> int:
        with suppress(OSError):
            return self._part.stat().st_size
        return 0

    def _validator(self) -> str:
        with suppress(OSError, ValueError, KeyError, TypeError):
            known: Any = json.loads(self._note.read_text("utf-8"))
            if known["url"] == self._url:
                return str(known["validator"])
        return ""

    def _request(self, have: int) -> None:
        headers = {"Accept-Encoding": "identity"}
        validator = self._validator()
        if have and validator:
            headers |= {"Range": f"bytes={have}-", "If-Range": validator}
        self._job.check()
        with self._client.stream("GET", self._url, headers=headers) as answer:
            status = answer.status_code
            if status == _BEYOND_END:
                self._part.unlink(missing_ok=True)
                raise Interrupted("the server has fewer bytes than were asked for")
            if status not in (_WHOLE, _PARTIAL):
                raise Unavailable(f"{self._url} answered {status} {answer.reason_phrase}.")
            goes_on = status == _PARTIAL and answer.headers.get("Content-Range", "").startswith(
                f"bytes {have}-"
            )
            if status == _PARTIAL and not goes_on:
                raise Unavailable(f"{self._url} answered with another piece than was asked for.")
            self._remember(answer)
            self._write(answer, have if goes_on else 0)

    def _remember(self, answer: httpx.Response) -> None:
        etag = answer.headers.get("ETag", "")
        validator = etag if etag and not etag.startswith("W/") else answer.headers.get("Last-Modified", "")
        self._note.write_text(json.dumps({"url": self._url, "validator": validator}), "utf-8")

    def _write(self, answer: httpx.Response, start: int) -> None:
        with _opened(self._part, start) as part:
            for chunk in answer.iter_raw():
                self._job.check()
                part.write(chunk)
                if part.tell() > self._file.size:
                    raise BrokenFile(
                        f"{self._url} is longer than the {self._file.size:,} bytes it should be."
                    )
                self._job.told(self._before + part.tell())
        if self._have() < self._file.size:
            raise Interrupted("the connection was closed early")


def _opened(path: Path, start: int) -> Any:
    file = path.open("r+b" if start else "wb")
    file.seek(start)
    file.truncate(start)
    return file
