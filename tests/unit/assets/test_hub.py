"""Hugging Face by its own client, against a small server that speaks its protocol."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from app.assets import reach
from app.assets.catalogue import HubSource, Source
from app.assets.progress import Step
from app.assets.pull import Puller
from app.assets.sources.hub import HubFetcher
from app.assets.sources.job import Fetcher, PullCancelled
from app.kernel.errors import BrokenFile, Unavailable
from tests.unit.assets.making import QuietServer, content, model

pytestmark = pytest.mark.real_time
REVISION = "0123456789abcdef0123456789abcdef01234567"
DATA = content(700_000)
SOURCE = {
    "kind": "hub",
    "repository": "someone/some-model",
    "revision": REVISION,
    "names": {"a.bin": "in/A.bin"},
}


@dataclass
class Hub:
    files: dict[str, bytes]
    address: str = ""
    break_after: list[int] = field(default_factory=list)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)


@contextmanager
def hub(files: dict[str, bytes]) -> Iterator[Hub]:
    state = Hub(files)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def _answer(self, *, body: bool) -> None:
            asked = self.headers.get("Range", "")
            state.asked.append((self.command, self.path, asked))
            state.tokens.append(self.headers.get("Authorization", ""))
            prefix = f"/someone/some-model/resolve/{REVISION}/"
            data = state.files.get(self.path.removeprefix(prefix)) if self.path.startswith(prefix) else None
            if data is None:
                self.send_response(404)
                self.send_header("Content-Length", "0")
                self.send_header("X-Error-Code", "EntryNotFound")
                self.end_headers()
                return
            start = int(asked.removeprefix("bytes=").split("-")[0]) if asked else 0
            self.send_response(206 if asked else 200)
            if asked:
                self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
            self.send_header("Content-Length", str(len(data) - start))
            self.send_header("X-Repo-Commit", REVISION)
            self.send_header("ETag", f'"{hashlib.sha256(data).hexdigest()}"')
            self.end_headers()
            if body:
                rest = data[start:]
                if state.break_after:
                    rest = rest[: state.break_after.pop(0)]
                self.wfile.write(rest)
                self.close_connection = len(rest) < len(data) - start

    server = QuietServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    state.address = f"http://127.0.0.1:{server.server_address[1]}"
    reach.forget()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
        reach.forget()


def puller(folder: Path, state: Hub, **more: Any) -> Puller:
    def fetcher(source: Source) -> Fetcher:
        assert isinstance(source, HubSource)
        return HubFetcher(source, endpoint=state.address)

    return Puller(folder, fetcher_for=fetcher, **more)


def test_a_file_comes_from_its_revision_under_our_name_and_without_an_account(tmp_path: Path) -> None:
    one = model({"a.bin": DATA}, [SOURCE])
    steps: list[Step] = []
    with hub({"in/A.bin": DATA}) as state:
        puller(tmp_path, state, observer=steps.append).pull([one])
        assert {path for _, path, _ in state.asked} == {f"/someone/some-model/resolve/{REVISION}/in/A.bin"}
        assert set(state.tokens) == {""}
    assert (tmp_path / one.files[0].path).read_bytes() == DATA
    assert max(step.done for step in steps if step.phase == "fetch") == len(DATA)
    assert not any((tmp_path / ".partial" / "tiny").rglob("*"))


def test_a_file_that_is_not_there_or_not_the_one_is_refused(tmp_path: Path) -> None:
    one = model({"a.bin": DATA}, [SOURCE])
    with hub({}) as state, pytest.raises(Unavailable, match=r"Hugging Face did not give a\.bin"):
        puller(tmp_path, state).pull([one])
    with hub({"in/A.bin": DATA[::-1]}) as state, pytest.raises(BrokenFile, match="not the catalogue's file"):
        puller(tmp_path, state).pull([one])
    assert not (tmp_path / one.path).exists()


def test_a_connection_that_breaks_off_is_resumed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data = content(13_000_000)
    one = model({"a.bin": data}, [SOURCE])
    with hub({"in/A.bin": data}) as state:
        state.break_after = [12_000_000]
        puller(tmp_path, state).pull([one])
        ranges = [asked for command, _, asked in state.asked if command == "GET"]
    assert ranges[0] == ""
    assert ranges[1].startswith("bytes=")
    assert (tmp_path / one.files[0].path).read_bytes() == data
    assert capfd.readouterr().err == "", "the client keeps its remarks to itself"


def test_being_called_off_stops_it_in_the_middle(tmp_path: Path) -> None:
    one = model({"a.bin": content(30_000_000)}, [SOURCE])
    cancel = threading.Event()

    def stop(step: Step) -> None:
        if step.phase == "fetch" and step.done:
            cancel.set()

    with hub({"in/A.bin": content(30_000_000)}) as state, pytest.raises(PullCancelled):
        puller(tmp_path, state, observer=stop, cancel=cancel).pull([one])
    assert not (tmp_path / one.path).exists()


def test_out_of_reach_is_said_in_a_moment(tmp_path: Path) -> None:
    one = model({"a.bin": DATA}, [SOURCE])
    with pytest.raises(Unavailable, match="Hugging Face cannot be reached"):
        puller(tmp_path, Hub({}, address="http://127.0.0.1:9")).pull([one])
    reach.forget()
