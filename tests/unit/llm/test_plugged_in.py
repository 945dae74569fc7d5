"""The provider of the documents: built as a package, found by its entry points, and asked."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import tomllib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from app.config.llm import LlmSettings
from app.kernel.errors import Forbidden, NotFound
from app.llm.engines.table import build
from app.llm.port import LanguageModel
from app.llm.providers.shelf import provider, provider_names
from app.llm.targets import find_target, price_of
from tests.conftest import ROOT
from tests.contracts.test_llm_engines import run, say

pytestmark = [pytest.mark.anyio, pytest.mark.real_time]

EXAMPLE = ROOT / "docs" / "examples" / "solo-acme"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """What pip makes of the folder: its module, and its metadata beside it."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    shutil.copy(EXAMPLE / "solo_acme.py", tmp_path)
    info = tmp_path / f"solo_acme-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: solo-acme\nVersion: {project['version']}\n")
    points = [
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in table.items())
        for group, table in project["entry-points"].items()
    ]
    (info / "entry_points.txt").write_text("\n".join(points))
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    provider.cache_clear()
    sys.modules.pop("solo_acme", None)


@pytest.fixture
async def acme() -> AsyncIterator[tuple[str, list[str]]]:
    """Acme's own server, and what it was asked."""
    asked: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        size = int(head.lower().partition("content-length: ")[2].partition("\r\n")[0])
        asked.append(head + (await reader.readexactly(size)).decode())
        right = "x-acme-key: k3y" in head.lower()
        text = b"One line.\nAnd another.\n" if right else b""
        status = "200 OK" if right else "401 No"
        writer.write(f"HTTP/1.1 {status}\r\ncontent-length: {len(text)}\r\n\r\n".encode() + text)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked
    server.close()


def settings(url: str, key: str = "k3y") -> LlmSettings:
    return LlmSettings.model_validate({"providers": {"other": {"acme": {"url": url, "api_key": key}}}})


async def engine(url: str, key: str = "k3y") -> LanguageModel:
    made = build(find_target("acme:rocket-1", settings(url, key)))
    await made.load()
    return made


@pytest.mark.usefixtures("installed")
class TestAcme:
    def test_it_is_found_by_its_name(self) -> None:
        assert "acme" in provider_names()
        spec = find_target("acme", settings("http://127.0.0.1:9"))
        assert (spec.engine, spec.model, spec.context) == ("acme", "rocket-1", 8192)
        assert price_of(spec, 1_000_000, 0, 1_000_000) == 3.0

    async def test_it_answers(self, acme: tuple[str, list[str]]) -> None:
        url, asked = acme
        model = await engine(url)
        text, end = await run(model, say("Fly!", max_tokens=5))
        await model.close()
        assert text == "One line.\nAnd another.\n"
        assert (end.finish, end.completion_tokens) == ("stop", 2)
        body = json.loads(asked[0].partition("\r\n\r\n")[2])
        assert body == {"text": "Fly!", "model": "rocket-1", "most": 5}

    async def test_what_is_wrong_with_it_is_a_sentence_as_with_any_other(
        self, acme: tuple[str, list[str]]
    ) -> None:
        model = await engine(acme[0], "wrong")
        with pytest.raises(Forbidden, match=r"Acme at .* does not accept Solo's key") as caught:
            await run(model, say("Fly!"))
        await model.close()
        assert "SOLO_LLM__PROVIDERS__OTHER" in caught.value.hint
        with pytest.raises(Forbidden, match="wants a key"):
            await engine(acme[0], "")


def test_without_its_package_it_is_not_there() -> None:
    with pytest.raises(NotFound, match="acme"):
        find_target("acme:rocket-1", LlmSettings())


def test_the_example_is_short() -> None:
    lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in EXAMPLE.glob("*.*"))
    assert lines <= 60
    assert f"```python\n{(EXAMPLE / 'solo_acme.py').read_text(encoding='utf-8')}```" in (
        ROOT / "docs" / "providers.md"
    ).read_text(encoding="utf-8")
