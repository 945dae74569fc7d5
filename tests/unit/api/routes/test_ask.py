"""What asking promises."""

from __future__ import annotations

import json
from typing import Any

import anyio
import pytest

from app.kernel.errors import NotFound, TurnCancelled, Unavailable
from tests.unit.api.scripted import House, MakeHouse, until

pytestmark = pytest.mark.anyio

ASK = "/api/v1/ask"


def events_of(text: str) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


async def test_a_question_is_answered(house: House) -> None:
    reply = (await house.client.post(ASK, json={"text": "Capital of France?", "dialogue": "d7"})).json()
    assert (reply["text"], reply["dialogue"], reply["finish"]) == ("Paris.", "d7", "stop")
    assert house.scripted.asked[0].channel == "api"
    assert reply["turn"] == house.scripted.asked[0].turn


async def test_an_answer_can_be_watched_while_it_is_written(house: House) -> None:
    answer = await house.client.post(ASK, json={"text": "x", "stream": True})
    assert answer.headers["content-type"].startswith("text/event-stream")
    *deltas, (last, reply) = events_of(answer.text)
    assert [data["text"] for _, data in deltas] == ["Par", "is", "."]
    assert (last, reply["text"]) == ("reply", "Paris.")


async def test_a_failure_before_the_first_word_has_a_status_of_its_own_even_in_a_stream(house: House) -> None:
    house.scripted.fails = Unavailable("The model is loading.", hint="Wait.")
    for stream in (False, True):
        answer = await house.client.post(ASK, json={"text": "x", "stream": stream})
        assert answer.status_code == 503
        assert answer.json() == {
            "error": {
                "code": "unavailable",
                "message": "The model is loading.",
                "hint": "Wait.",
            }
        }


async def test_a_failure_after_the_first_word_is_the_last_event(house: House) -> None:
    house.scripted.breaks = NotFound("The model went away.")
    answer = await house.client.post(ASK, json={"text": "x", "stream": True})
    assert [name for name, _ in events_of(answer.text)] == ["delta", "error"]


@pytest.mark.parametrize("stream", [True, False])
async def test_an_unforeseen_mistake_is_a_500_without_its_text(house: House, stream: bool) -> None:
    house.scripted.fails = KeyError("a secret word")
    answer = await house.client.post(ASK, json={"text": "x", "stream": stream})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json()["error"]["code"] == "bug"


async def hang_up(house: House, path: str, body: dict[str, Any]) -> None:
    """Ask by bare ASGI and leave while the owner is at work."""
    sent, gone = [], anyio.Event()
    inbox = [{"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}]

    async def receive() -> dict[str, Any]:
        if inbox:
            return inbox.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = {**house.client.headers, "host": "127.0.0.1:8765", "content-type": "application/json"}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
    }
    async with anyio.create_task_group() as group:
        group.start_soon(house.app, scope, receive, send)
        await until(lambda: house.scripted.asked)
        gone.set()


@pytest.mark.parametrize("stream", [True, False])
async def test_hanging_up_cancels_the_turn(house: House, stream: bool) -> None:
    house.scripted.hold = anyio.Event()
    with anyio.fail_after(5):
        await hang_up(house, ASK, {"text": "x", "stream": stream})
        await until(lambda: house.scripted.ended)
    assert house.scripted.ended == [house.scripted.asked[0].turn]


async def test_a_turn_that_was_called_off_says_so(house: House) -> None:
    house.scripted.fails = TurnCancelled()
    answer = await house.client.post(ASK, json={"text": "x"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "cancelled")


async def test_an_answer_that_takes_too_long_is_given_up(make_house: MakeHouse) -> None:
    async with make_house(timeout_seconds=3) as house:
        house.scripted.hold = anyio.Event()
        answer = await house.client.post(ASK, json={"text": "x"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (504, "timed_out")


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"", 415, "JSON"),
        (b"{", 422, "not JSON"),
        (b"\xff\xfe{}", 422, "not JSON"),
        (b'{"text": "\xe9"}', 422, "UTF-8"),
        (b'{"text": "\\ud800"}', 422, "text"),
        (b"[]", 422, "object"),
        (b"null", 422, "object"),
        (b'"x"', 422, "object"),
        (b"NaN", 422, "object"),
        (b"{}", 422, "'text' is missing"),
        (b'{"text": ""}', 422, "'text' is wrong"),
        (b'{"text": 5}', 422, "'text' is wrong"),
        (b'{"text": "x", "txet": 1}', 422, "no field 'txet'"),
        (b'{"text": "x", "dialogue": ""}', 422, "'dialogue' is wrong"),
        (b"[" * 100_000, 422, "JSON"),
        (json.dumps({"text": "x" * 20_001}).encode(), 413, "20001 characters"),
        (b'{"text": "' + b"x" * 1_000_000 + b'"}', 413, "larger"),
    ],
)
async def test_odd_bodies_get_one_sentence(house: House, body: bytes, status: int, words: str) -> None:
    headers = {"Content-Type": "application/json"} if body else {"Content-Type": "text/plain"}
    answer = await house.client.post(ASK, content=body or b" ", headers=headers)
    error = answer.json()["error"]
    assert answer.status_code == status, answer.text
    assert words in error["message"]
    assert len(error["message"]) < 200
    assert house.scripted.asked == []


async def test_pages_and_verbs_that_do_not_exist_are_named(house: House) -> None:
    nowhere, wrong = await house.client.get("/api/v1/aks"), await house.client.get(ASK)
    assert (nowhere.status_code, nowhere.json()["error"]["code"]) == (404, "not_found")
    assert "/api/v1/aks" in nowhere.json()["error"]["message"]
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (405, "method_not_allowed")
    assert "POST" in wrong.json()["error"]["hint"]
