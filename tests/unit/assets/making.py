"""Small models, packages, GGUFs and a web server that breaks off, for the tests of assets."""

from __future__ import annotations

import hashlib
import os
import struct
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from app.assets.catalogue import Model, ModelFile


def content(size: int, seed: int = 0) -> bytes:
    block = hashlib.sha256(bytes([seed])).digest()
    return (block * (size // len(block) + 1))[:size]


def model(files: dict[str, bytes], sources: list[dict[str, Any]], name: str = "tiny", **more: Any) -> Model:
    """A model whose files lie in the folder llm/<name> and hold these bytes."""
    entries = [
        ModelFile(path=f"llm/{name}/{file}", size=len(data), sha256=hashlib.sha256(data).hexdigest())
        for file, data in files.items()
    ]
    given = {"kind": "llm", "purpose": "tests", "licence": "MIT", "licence_url": "", "verified": True}
    given |= {"origin": "made here", "path": f"llm/{name}", **more}
    return Model.model_validate(given | {"name": name, "files": entries, "sources": sources})


def wheel(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


FAKE_PYTHON = """#!{python} -IS
import pathlib, shutil, sys, time
shelf = pathlib.Path({shelf!r})
package = sys.argv[-1]
target = pathlib.Path(sys.argv[sys.argv.index("--dest") + 1])
(shelf / "asked.txt").open("a").write(package + "\\n")
words = shelf / (package + ".words")
if words.exists():
    print(words.read_text())
    sys.exit(1)
if (shelf / (package + ".slow")).exists():
    (shelf / (package + ".slow")).open("w").close()
    time.sleep(60)
found = shelf / (package + ".whl")
shutil.copy(found, target / "some_package-1-py3-none-any.whl")
"""


@dataclass
class Shelf:
    """A folder of packages and a `python` whose pip knows only them."""

    folder: Path

    def put(self, package: str, members: dict[str, bytes]) -> None:
        wheel(self.folder / f"{package}.whl", members)

    def fail(self, package: str, words: str) -> None:
        (self.folder / f"{package}.words").write_text(words)

    def slow(self, package: str) -> None:
        """Fetching it begins, which can be waited for, and takes a minute."""
        assert self.python
        os.mkfifo(self.folder / f"{package}.slow")

    def begun(self, package: str) -> None:
        """Return when a slow one is being fetched."""
        (self.folder / f"{package}.slow").read_text()

    def quick(self, package: str) -> None:
        (self.folder / f"{package}.slow").unlink()

    @property
    def asked(self) -> list[str]:
        path = self.folder / "asked.txt"
        return path.read_text().split() if path.exists() else []

    @property
    def python(self) -> str:
        if sys.platform == "win32":
            pytest.skip("a script stands for pip here, and Windows does not start scripts")
        path = self.folder / "python"
        if not path.exists():
            path.write_text(FAKE_PYTHON.format(python=sys.executable, shelf=str(self.folder)))
            path.chmod(0o755)
        return str(path)


class QuietServer(ThreadingHTTPServer):
    """Says nothing when the other side hangs up."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


@dataclass
class Web:
    """What the server gives, and how it misbehaves."""

    files: dict[str, bytes]
    break_after: list[int] = field(default_factory=list)
    etag: str = '"one"'
    ranges: list[str] = field(default_factory=list)
    status: int = 200
    address: str = ""


@contextmanager
def served(files: dict[str, bytes]) -> Iterator[Web]:
    """A web server on loopback with ranges and ETags; `break_after` holds, for one request after the other,
    after how many bytes the connection is cut."""
    web = Web(files)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

        def do_GET(self) -> None:
            data = web.files.get(self.path.lstrip("/"))
            if data is None or web.status != 200:
                self.send_error(404 if data is None else web.status)
                return
            asked = self.headers.get("Range", "")
            web.ranges.append(asked)
            start = 0
            if asked and self.headers.get("If-Range") == web.etag:
                start = int(asked.removeprefix("bytes=").rstrip("-"))
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
            else:
                self.send_response(200)
            self.send_header("Content-Length", str(len(data) - start))
            self.send_header("ETag", web.etag)
            self.end_headers()
            rest = data[start:]
            if web.break_after:
                rest = rest[: web.break_after.pop(0)]
            self.wfile.write(rest)
            self.close_connection = len(rest) < len(data) - start

    server = QuietServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    web.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


REVISION = "0123456789abcdef0123456789abcdef01234567"


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
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def _text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


def gguf(tensors: int = 3, tokens: int = 50, tail: int = 0, version: int = 3) -> bytes:
    """A GGUF with a name, a list of tokens, and tensors of 64 32-bit numbers each."""
    pairs = [
        _text("general.name") + struct.pack("<I", 8) + _text("Tiny"),
        _text("tiny.context_length") + struct.pack("<II", 4, 2048),
        _text("tokens") + struct.pack("<IIQ", 9, 8, tokens) + b"".join(_text(f"t{n}") for n in range(tokens)),
        _text("scores") + struct.pack("<IIQ", 9, 6, tokens) + b"\0" * 4 * tokens,
    ]
    table = [_text(f"blk.{n}") + struct.pack("<IQIQ", 1, 64, 0, 256 * n) for n in range(tensors)]
    head = b"GGUF" + struct.pack("<IQQ", version, tensors, len(pairs)) + b"".join(pairs) + b"".join(table)
    head += b"\0" * (-len(head) % 32)
    return head + b"\1" * 256 * tensors + b"\0" * tail
