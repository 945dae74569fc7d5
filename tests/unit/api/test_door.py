"""Who may come in."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anyio
import httpx
import pytest

from tests.unit.api.scripted import TOKEN, House, MakeHouse, until

pytestmark = pytest.mark.anyio

ASK = "/api/v1/ask"
CODE = {401: "unauthorized", 403: "forbidden", 413: "too_large", 415: "unsupported_media_type"}


def refused(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert error["code"] == CODE[status]
    assert error["message"].endswith(".")
    return error["message"]


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil:8765", "", "[::2]"]
)
async def test_a_name_that_is_not_solos_is_refused(house: House, host: str) -> None:
    refused(await house.client.get("/status", headers={"Host": host}), 403)


@pytest.mark.parametrize("host", ["localhost:8765", "LOCALHOST", "[::1]:8765", "127.0.0.1"])
async def test_names_of_this_machine_are_taken(house: House, host: str) -> None:
    assert (await house.client.get("/status", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://localhost:3000", "null", "http://127.0.0.1", "https://127.0.0.1:8765"],
)
async def test_a_page_of_another_origin_is_refused_even_with_the_token(house: House, origin: str) -> None:
    refused(await house.client.post(ASK, json={"text": "x"}, headers={"Origin": origin}), 403)
    assert house.scripted.asked == []


async def test_an_image_on_a_foreign_page_cannot_make_solo_answer(house: House) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    refused(await house.stranger().get("/status", headers=headers), 403)


async def test_a_page_of_solos_own_origin_is_let_in(house: House) -> None:
    answer = await house.client.post(ASK, json={"text": "x"}, headers={"Origin": "http://127.0.0.1:8765"})
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers


async def test_an_origin_of_the_settings_is_let_in_and_may_read(make_house: MakeHouse) -> None:
    page = {"Origin": "https://page.example"}
    async with make_house(allowed_origins=("https://page.example",)) as house:
        asked = await house.stranger().options(ASK, headers=page)
        assert asked.status_code == 204
        answer = await house.client.post(ASK, json={"text": "x"}, headers=page)
        assert answer.headers["access-control-allow-origin"] == "https://page.example"
        refused(await house.stranger(**page).post(ASK, json={"text": "x"}), 401)


@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer é"]
)
async def test_without_the_token_nothing_is_said(house: House, value: str) -> None:
    headers = {"Authorization": value.encode("latin-1")}
    answer = await house.stranger().post(ASK, json={"text": "x"}, headers=headers)
    refused(answer, 401)
    assert answer.headers["www-authenticate"] == "Bearer"
    assert house.scripted.asked == []


async def test_a_token_in_the_address_does_not_count(house: House) -> None:
    refused(await house.stranger().get(f"/api/v1/dialogues?token={TOKEN}"), 401)


async def test_every_route_but_the_listed_ones_needs_the_token(house: House) -> None:
    paths = (await house.client.get("/openapi.json")).json()["paths"]
    open_to_all = {p for p in paths if not p.startswith(("/api/", "/v1/"))}
    assert open_to_all == {"/status", "/health/live", "/health/ready", "/metrics"}
    for path, verbs in paths.items():
        if path in open_to_all:
            continue
        for verb in verbs:
            answer = await house.stranger().request(verb.upper(), path)
            assert answer.status_code == 401
            assert answer.json()["error"]["code"] in ("unauthorized", "invalid_api_key")


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""]
)
async def test_a_form_is_not_taken(house: House, kind: str) -> None:
    refused(await house.client.post(ASK, content=b'{"text":"x"}', headers={"Content-Type": kind}), 415)


async def test_json_is_not_taken_for_a_recording(house: House) -> None:
    refused(await house.client.post("/api/v1/transcribe", json={"text": "x"}), 415)


async def test_a_body_that_says_it_is_too_large_is_refused(house: House) -> None:
    assert "bytes" in refused(await house.client.post(ASK, json={"text": "x" * 1_000_000}), 413)


async def test_a_body_that_turns_out_too_large_is_refused(house: House) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 10_000

    headers = {"Content-Type": "application/json"}
    refused(await house.client.post(ASK, content=pieces(), headers=headers), 413)


async def test_a_body_that_never_ends_is_given_up(make_house: MakeHouse) -> None:
    async def drip() -> AsyncIterator[bytes]:
        yield b'{"te'
        await anyio.sleep_forever()

    async with make_house(body_seconds=2) as house:
        answer = await house.client.post(ASK, content=drip(), headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (408, "slow_request")


async def test_more_requests_than_allowed_are_refused_for_the_moment(make_house: MakeHouse) -> None:
    async with make_house(max_requests=2) as house:
        house.scripted.hold = anyio.Event()
        async with anyio.create_task_group() as group:
            for _ in range(2):
                group.start_soon(lambda: house.client.post(ASK, json={"text": "x"}))
            await until(lambda: len(house.scripted.asked) == 2)
            answer = await house.client.get("/status")
            house.scripted.hold.set()
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


async def test_browsers_are_told_to_be_careful(house: House) -> None:
    for path in ("/status", "/nowhere"):
        headers = (await house.client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "server" not in headers
