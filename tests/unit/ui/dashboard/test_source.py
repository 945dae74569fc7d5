"""Where the page's numbers come from, and what it says when there are none."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from app.ui.dashboard.source import Missing, Source


class Server(HTTPServer):
    answer: tuple[int, bytes] = (200, b"{}")
    seen: tuple[str, str] = ("", "")


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.seen = (self.path, self.headers.get("Authorization", ""))
        status, body = self.server.answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Tests are quiet."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Source]:
    (tmp_path / "run").mkdir()
    source = Source(tmp_path)
    yield source
    source.close()


def point(folder: Path, port: int) -> None:
    (folder / "run" / "address.json").write_text(json.dumps({"url": f"http://127.0.0.1:{port}"}))


def why(found: object) -> str:
    assert isinstance(found, Missing)
    return f"{found.why} {found.hint}"


@pytest.mark.parametrize(
    "rubbish", [None, b"", b"{", b"[]", b"{}", b"\xff", b'{"url": "no url"}', b'{"url": 5}']
)
def test_without_an_address_solo_is_not_running(
    source: Source, tmp_path: Path, rubbish: bytes | None
) -> None:
    if rubbish is not None:
        (tmp_path / "run" / "address.json").write_bytes(rubbish)
    assert "Solo is not running" in why(source.status())


def test_an_address_that_nobody_listens_at_is_said(source: Source, tmp_path: Path) -> None:
    with socket.socket() as gone:
        gone.bind(("127.0.0.1", 0))
        point(tmp_path, gone.getsockname()[1])
        assert "Solo is not running any more." in why(source.status())


@pytest.mark.parametrize("body", [b"{}", b"<html>", b'{"version": 1}'])
def test_something_else_at_that_address_is_said(
    source: Source, tmp_path: Path, server: Server, body: bytes
) -> None:
    point(tmp_path, server.server_port)
    server.answer = (200, body)
    assert "another version" in why(source.status())


def test_a_refusal_is_shown_in_solos_words(source: Source, tmp_path: Path, server: Server) -> None:
    point(tmp_path, server.server_port)
    (tmp_path / "run" / "token").write_text("old")
    server.answer = (401, b'{"error": {"code": "unauthorized", "message": "Not it.", "hint": "Look again."}}')
    assert why(source.dialogues()) == "Not it. Look again."


def test_dialogues_are_asked_for_with_the_token_and_status_without(
    source: Source, tmp_path: Path, server: Server
) -> None:
    point(tmp_path, server.server_port)
    assert "token is missing" in why(source.dialogues())
    (tmp_path / "run" / "token").write_text("abc\n")
    server.answer = (200, b'{"messages": []}')
    assert not isinstance(source.dialogues(5), Missing)
    assert server.seen == ("/api/v1/dialogues?limit=5", "Bearer abc")
    source.status()
    assert server.seen == ("/status", "")
