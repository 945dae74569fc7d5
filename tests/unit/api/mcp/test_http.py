"""Who may come in at /mcp, and in which shape the others are told so."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.unit.api.scripted import House, MakeHouse

pytestmark = [pytest.mark.anyio, pytest.mark.real_time]

LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
ACCEPT = {"Accept": "application/json, text/event-stream"}


def refused(answer: httpx.Response, status: int, code: str) -> str:
    """The sentence of a refusal, which has JSON-RPC's shape."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert (body["jsonrpc"], body["id"]) == ("2.0", None)
    assert body["error"]["data"]["code"] == code
    return body["error"]["message"]


async def test_without_the_token_nothing_is_said(house: House) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        answer = await house.stranger(**headers).post("/mcp", json=LIST, headers=ACCEPT)
        assert "token" in refused(answer, 401, "unauthorized")
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}])
async def test_a_foreign_page_is_refused_even_with_the_token(house: House, headers: dict[str, str]) -> None:
    refused(await house.client.post("/mcp", json=LIST, headers=ACCEPT | headers), 403, "forbidden")


@pytest.mark.parametrize("host", ["localhost:8765", "LOCALHOST", "[::1]:8765", "127.0.0.1"])
async def test_whom_the_door_lets_in_the_library_lets_in(house: House, host: str) -> None:
    headers = ACCEPT | {"Host": host, "Origin": f"http://{host}"}
    answer = await house.client.post("/mcp", json=LIST, headers=headers)
    assert answer.status_code == 200
    assert "ask_solo" in answer.text


async def test_an_allowed_page_may_ask_from_its_browser(make_house: MakeHouse) -> None:
    page = {"Origin": "https://page.example"}
    async with make_house(allowed_origins=("https://page.example",)) as house:
        asked = await house.stranger().options("/mcp", headers=page)
        assert "mcp-protocol-version" in asked.headers["access-control-allow-headers"]
        answer = await house.client.post("/mcp", json=LIST, headers=ACCEPT | page)
        assert answer.headers["access-control-allow-origin"] == "https://page.example"


async def test_a_body_that_is_too_large_is_refused(house: House) -> None:
    async def pieces() -> Any:
        for _ in range(100):
            yield b" " * 10_000

    refused(await house.client.post("/mcp", json={"x": "y" * 1_000_000}, headers=ACCEPT), 413, "too_large")
    headers = ACCEPT | {"Content-Type": "application/json"}
    refused(await house.client.post("/mcp", content=pieces(), headers=headers), 413, "too_large")


async def test_only_json_is_taken_and_only_posts(house: House) -> None:
    headers = ACCEPT | {"Content-Type": "text/plain"}
    refused(await house.client.post("/mcp", content=b"{}", headers=headers), 415, "unsupported_media_type")
    for verb in ("GET", "DELETE"):
        refused(await house.client.request(verb, "/mcp", headers=ACCEPT), 405, "method_not_allowed")


@pytest.mark.parametrize("version", ["2025-06-18", "2026-07-28", "1999-01-01", ""])
async def test_rubbish_is_answered_in_json_rpcs_shape(house: House, version: str) -> None:
    headers = ACCEPT | {"Content-Type": "application/json"}
    headers |= {"MCP-Protocol-Version": version} if version else {}
    for body in (b"{", b"[]", b"17", b'{"jsonrpc": "2.0"}', b"[" * 50_000, b"\xff"):
        answer = await house.client.post("/mcp", content=body, headers=headers)
        assert 400 <= answer.status_code < 500
        assert answer.json()["error"]["code"] < 0
        assert "Traceback" not in answer.text


async def test_it_can_be_switched_off(make_house: MakeHouse) -> None:
    async with make_house(mcp=False) as house:
        answer = await house.client.post("/mcp", json=LIST, headers=ACCEPT)
        assert "SOLO_API__MCP=true" in refused(answer, 404, "not_found")
