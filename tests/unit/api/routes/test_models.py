"""What Solo's own routes for models promise: models, generate, and chat over a WebSocket."""

from __future__ import annotations

import json
from typing import Any

import anyio
import pytest

from app.events.dialogue import UserSaidEvent
from app.events.llm import LLMRequestEvent
from app.kernel.errors import Unavailable
from tests.unit.api.routes.test_ask import events_of, hang_up
from tests.unit.api.scripted import House, MakeHouse, until
from tests.unit.api.sockets import KEY, Socket, connected

pytestmark = pytest.mark.anyio

MODELS, GENERATE, CHAT = "/api/v1/models", "/api/v1/generate", "/api/v1/chat"


async def test_models_and_roles_are_listed(house: House) -> None:
    told = (await house.client.get(MODELS)).json()
    assert [one["name"] for one in told["models"]] == ["local:qwen", "cloud:big"]
    assert told["models"][1]["price"] == [1.0, 2.0]
    assert told["roles"] == [{"role": "generation", "targets": ["local:qwen"], "chosen": False}]


async def test_another_model_is_chosen_or_the_reason_told(house: House) -> None:
    body = {"role": "analysis", "model": "cloud:big"}
    told = (await house.client.post(f"{MODELS}/choose", json=body)).json()
    assert told == {"role": "analysis", "targets": ["cloud:big"], "chosen": True}
    unknown = await house.client.post(f"{MODELS}/choose", json={"model": "x"})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize("action", ["load", "unload", "reload"])
async def test_a_model_is_loaded_and_unloaded_by_name(house: House, action: str) -> None:
    told = (await house.client.post(f"{MODELS}/{action}", json={"model": "local:qwen"})).json()
    assert (told["model"], told["loaded"]) == ("local:qwen", action != "unload")
    assert house.scripted.asked[-1].action == action
    assert (await house.client.post(f"{MODELS}/{action}", json={})).status_code == 200
    unknown = await house.client.post(f"{MODELS}/{action}", json={"model": "x"})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "not_found")


async def test_a_model_alone_answers_a_prompt_or_messages(house: House) -> None:
    schema = {"type": "object"}
    body: dict[str, Any] = {"prompt": "Hi", "model": "local:qwen", "seed": 1, "answer_schema": schema}
    told = (await house.client.post(GENERATE, json=body)).json()
    assert (told["text"], told["provider"], told["completion_tokens"]) == ("Paris.", "local", 3)
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]
    await house.client.post(GENERATE, json={"messages": messages, "temperature": 0.1})
    one, two = house.scripted.asked
    assert (one.messages[0].content, one.model, one.seed, one.shape.kind) == ("Hi", "local:qwen", 1, "schema")
    assert ([m.role for m in two.messages], two.temperature) == (["system", "user"], 0.1)


async def test_it_can_be_watched_while_it_is_written(house: House) -> None:
    answer = await house.client.post(GENERATE, json={"prompt": "Hi", "stream": True})
    told = events_of(answer.text)
    assert [name for name, _ in told] == ["queued", "delta", "delta", "delta", "done"]
    assert told[-1][1]["text"] == "Paris."


@pytest.mark.parametrize("body", [{}, {"prompt": "a", "messages": [{"role": "user", "content": "b"}]}])
async def test_one_of_prompt_and_messages_is_needed(house: House, body: dict[str, Any]) -> None:
    answer = await house.client.post(GENERATE, json=body)
    assert answer.status_code == 422
    assert "`messages`" in answer.json()["error"]["message"]


async def test_a_long_prompt_has_a_limit_of_its_own(make_house: MakeHouse) -> None:
    async with make_house(max_text_chars=100, max_prompt_chars=50_000) as house:
        assert (await house.client.post(GENERATE, json={"prompt": "x" * 40_000})).status_code == 200
        assert (await house.client.post(GENERATE, json={"prompt": "x" * 50_001})).status_code == 413


@pytest.mark.parametrize("path", [GENERATE, "/v1/chat/completions", "/v1/completions"])
@pytest.mark.parametrize("stream", [True, False])
async def test_hanging_up_ends_the_generation(house: House, path: str, stream: bool) -> None:
    house.scripted.hold = anyio.Event()
    body: dict[str, Any] = {"prompt": "Hi", "stream": stream}
    if path.startswith("/v1/chat"):
        body = {"messages": [{"role": "user", "content": "Hi"}], "stream": stream, "n": 2}
    with anyio.fail_after(5):
        await hang_up(house, path, body)
        await until(lambda: house.scripted.ended)


# -- the WebSocket ---------------------------------------------------------------------------------


def told(socket: Socket) -> list[dict[str, Any]]:
    return [json.loads(text) for text in socket.texts]


async def test_solo_and_a_model_answer_over_one_socket(house: House) -> None:
    async with connected(house, KEY, path=CHAT) as socket:
        socket.say('{"type": "ask", "id": "a", "text": "Hello", "dialogue": "d9"}')
        socket.say('{"type": "generate", "id": "b", "prompt": "Hello", "model": "local:qwen"}')
        await until(lambda: sum(one["type"] == "done" for one in told(socket)) == 2)
    for key in ("a", "b"):
        deltas = [one["text"] for one in told(socket) if one.get("id") == key and one["type"] == "delta"]
        assert deltas == ["Par", "is", "."]
    ends = {one["id"]: one["reply"] for one in told(socket) if one["type"] == "done"}
    assert ends["a"]["dialogue"] == "d9"
    assert [(ends[key]["provider"], ends[key]["prompt_tokens"]) for key in ("a", "b")] == [("local", 7)] * 2
    assert {type(one) for one in house.scripted.asked} == {UserSaidEvent, LLMRequestEvent}
    assert told(socket)[0] == {"type": "hello"}


async def test_one_of_several_can_be_called_off(house: House) -> None:
    house.scripted.hold = anyio.Event()
    async with connected(house, KEY, path=CHAT) as socket:
        for key in ("a", "b"):
            socket.say(json.dumps({"type": "generate", "id": key, "prompt": "x", "dialogue": key}))
        await until(lambda: len(house.scripted.asked) == 2)
        socket.say('{"type": "cancel", "id": "a"}')
        await until(lambda: house.scripted.ended)
        house.scripted.hold.set()
        await until(lambda: any(one["type"] == "done" for one in told(socket)))
    ends = {one["id"]: one for one in told(socket) if one["type"] in ("done", "error")}
    assert ends["a"]["error"]["code"] == "cancelled"
    assert ends["b"]["type"] == "done"


async def test_hanging_up_the_socket_ends_everything(house: House) -> None:
    house.scripted.hold = anyio.Event()
    async with connected(house, KEY, path=CHAT) as socket:
        socket.say('{"type": "ask", "id": "a", "text": "Hello"}')
        await until(lambda: house.scripted.asked)
        socket.leave()
        await until(lambda: house.scripted.ended)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("{", "bad_input", "json"),
        ('{"type": "dance", "id": "a"}', "bad_input", "type"),
        ('{"type": "ask", "id": "a"}', "bad_input", "text"),
        ('{"type": "ask", "id": "a", "text": "x", "nonsense": 1}', "bad_input", "nonsense"),
        ('{"type": "generate", "id": "a"}', "bad_input", "`messages`"),
        ('{"type": "cancel", "id": "a"}', "not_found", "'a'"),
        (json.dumps({"type": "ask", "id": "a", "text": "x" * 20_001}), "too_large", "20001"),
    ],
)
async def test_odd_messages_get_one_sentence_and_the_socket_stays(
    house: House, text: str, code: str, words: str
) -> None:
    async with connected(house, KEY, path=CHAT) as socket:
        socket.say(text)
        await until(lambda: len(told(socket)) == 2)
        error = told(socket)[1]["error"]
        assert error["code"] == code
        assert words in error["message"]
        socket.say('{"type": "ask", "id": "z", "text": "Hello"}')
        await until(lambda: any(one["type"] == "done" for one in told(socket)))


async def test_a_client_may_wait_for_so_many_answers_only(house: House) -> None:
    house.scripted.hold = anyio.Event()
    async with connected(house, KEY, path=CHAT) as socket:
        for number in range(9):
            socket.say(json.dumps({"type": "ask", "id": str(number), "text": "x"}))
        socket.say('{"type": "ask", "id": "0", "text": "x"}')
        await until(lambda: sum(one["type"] == "error" for one in told(socket)) == 2)
        assert {one["error"]["code"] for one in told(socket) if one["type"] == "error"} == {"busy"}
        assert len(house.scripted.asked) == 8


async def test_a_failure_is_told_under_its_id(house: House) -> None:
    house.scripted.fails = Unavailable("It loads.", hint="Wait.")
    async with connected(house, KEY, path=CHAT) as socket:
        socket.say('{"type": "ask", "id": "a", "text": "x"}')
        await until(lambda: len(told(socket)) == 2)
    assert told(socket)[1] == {
        "type": "error",
        "id": "a",
        "error": {"code": "unavailable", "message": "It loads.", "hint": "Wait."},
    }


async def test_a_socket_without_the_token_is_closed(house: House) -> None:
    async with connected(house, {"authorization": "Bearer wrong"}, path=CHAT) as socket:
        await until(lambda: socket.closed)
    assert socket.closed == (1008, "This needs Solo's token.")
