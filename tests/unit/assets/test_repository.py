"""Models of the hub that are in no catalogue, against a small server that speaks its protocol."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.assets.catalogue import HubSource, Source
from app.assets.pull import Puller
from app.assets.repository import choose, offers, search
from app.assets.sources.hub import HubFetcher
from app.assets.sources.job import Fetcher
from app.kernel.errors import BadInput, BrokenFile, NotFound, Unavailable
from tests.unit.assets.ggufs import gguf
from tests.unit.assets.making import REVISION, QuietServer, hub

pytestmark = pytest.mark.real_time
DATA = gguf()


def sibling(name: str, data: bytes = DATA, **more: Any) -> dict[str, Any]:
    lfs = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 130}
    return {"rfilename": name, "size": len(data), "blobId": "1", "lfs": lfs, **more}


def repository(*files: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "someone/some-model",
        "sha": REVISION,
        "tags": ["gguf", "license:mit"],
        "siblings": list(files),
    }


@contextmanager
def api(answers: dict[str, Any], asked: list[str] | None = None) -> Generator[str]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if asked is not None:
                asked.append(self.path)
            answer = answers.get(path)
            answer_ = {"error": "Repository not found"} if answer is None else answer
            body = answer if isinstance(answer, bytes) else json.dumps(answer_).encode()
            self.send_response(404 if answer is None else 200)
            if answer is None:
                self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = QuietServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


HERE = "/api/models/someone/some-model"


def test_a_search_asks_for_gguf_and_shows_what_is_pulled_most() -> None:
    listed = [
        {"id": "a/b", "downloads": 5, "likes": 1, "tags": ["license:apache-2.0"], "gated": "manual"},
        {"id": "../../etc/passwd", "downloads": 4, "likes": 0, "tags": []},
    ]
    asked: list[str] = []
    with api({"/api/models": listed}, asked) as address:
        found = search("smol lm", endpoint=address)
    assert [(one.repository, one.downloads, one.licence, one.gated) for one in found] == [
        ("a/b", 5, "apache-2.0", True)
    ]
    query = parse_qs(urlsplit(asked[0]).query)
    assert (query["search"], query["filter"], query["limit"]) == (["smol lm"], ["gguf"], ["20"])


def test_files_become_models_with_the_hashes_of_the_hub() -> None:
    files = [
        sibling("Some-7B-Q4_K_M.gguf"),
        sibling("in/Some-7B-Q8_0-00001-of-00002.gguf", DATA * 2),
        sibling("in/Some-7B-Q8_0-00002-of-00002.gguf"),
        sibling("Half-Q8_0-00001-of-00002.gguf"),
        sibling("../../outside-Q4_0.gguf"),
        sibling("no-hash-Q4_0.gguf", lfs=None),
        {"rfilename": "README.md"},
    ]
    with api({HERE: repository(*files)}) as address:
        found = offers("someone/some-model", endpoint=address)
    assert [(one.quantization, len(one.model.files)) for one in found] == [("Q4_K_M", 1), ("Q8_0", 2)]
    model = found[1].model
    assert (model.licence, model.verified) == ("mit", False)
    assert model.path == "llm/someone--some-model/Some-7B-Q8_0-00001-of-00002.gguf"
    assert isinstance(model.sources[0], HubSource)
    assert model.sources[0].revision == REVISION
    assert choose(found, "q4_k_m", "x").quantization == "Q4_K_M"
    assert choose(found, "", "x").quantization == "Q4_K_M"
    assert choose(found, "Some-7B-Q8_0.gguf", "x").model == model
    with pytest.raises(NotFound, match=r"has no 'Q2_K'\. There are: Q4_K_M, Q8_0"):
        choose(found, "Q2_K", "x")


def test_one_without_a_usual_choice_asks_which() -> None:
    with api({HERE: repository(sibling("a-Q8_0.gguf"), sibling("a-Q6_K.gguf"))}) as address:
        found = offers("someone/some-model", endpoint=address)
    with pytest.raises(BadInput, match="Which one"):
        choose(found, "", "someone/some-model")


@pytest.mark.parametrize("answer", [b"<html>", b'{"id": 5}', b"[]", b'{"siblings": [{"rfilename": 3}]}', b""])
def test_an_answer_of_another_form_is_one_sentence(answer: bytes) -> None:
    with api({HERE: answer}) as address, pytest.raises((Unavailable, NotFound)):
        offers("someone/some-model", endpoint=address)


def test_what_is_not_there_and_what_is_no_name_is_said() -> None:
    with api({}) as address, pytest.raises(NotFound, match="no such repository"):
        offers("someone/some-model", endpoint=address)
    for name in ("noslash", "../etc", "a/b/c", "a/" + "b" * 200):
        with pytest.raises(BadInput, match="no name of a repository"):
            offers(name)
    with pytest.raises(Unavailable, match="stay offline"):
        search("x", offline=True)
    with pytest.raises(BadInput, match="Search for what"):
        search("  ")


def test_what_was_found_is_pulled_and_compared(tmp_path: Path) -> None:
    with api({HERE: repository(sibling("in/A-Q4_0.gguf"))}) as address:
        [offer] = offers("someone/some-model", endpoint=address)

    def pull(files: dict[str, bytes], folder: Path) -> Path:
        with hub(files) as state:
            endpoint = state.address

            def fetcher(source: Source) -> Fetcher:
                assert isinstance(source, HubSource)
                return HubFetcher(source, endpoint=endpoint)

            Puller(folder, fetcher_for=fetcher).pull([offer.model])
        return folder / offer.model.path

    assert pull({"in/A-Q4_0.gguf": DATA}, tmp_path / "good").read_bytes() == DATA
    with pytest.raises(BrokenFile, match="sha256 differs"):
        pull({"in/A-Q4_0.gguf": DATA[::-1]}, tmp_path / "bad")
