"""A server that misbehaves: each way has its sentence. Real sockets on this machine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager

import anyio
import pytest
from pydantic import SecretStr

from app.config.llm import ServerSettings
from app.events.llm import ChatMessage
from app.kernel.errors import (
    BadSettings,
    Forbidden,
    Interrupted,
    NotFound,
    RateLimited,
    SoloError,
    TimedOut,
    Unavailable,
)
from app.llm.engines.openai_server import OpenAiServer
from app.llm.failures import NotTaken
from app.llm.port import Finished, Generation, Piece
from tests.contracts.test_llm_engines import make_spec

pytestmark = [pytest.mark.anyio, pytest.mark.real_time]

Writer = asyncio.StreamWriter
Reply = Callable[[Writer], Awaitable[None]]

MODELS = json.dumps({"object": "list", "data": [{"id": n, "object": "model"} for n in ("tiny", "large")]})


def whole(status: int, body: str, kind: str = "application/json") -> Reply:
    async def reply(writer: Writer) -> None:
        data = body.encode()
        writer.write(
            f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\n\r\n".encode()
        )
        writer.write(data)

    return reply


def failure(status: int, message: str) -> Reply:
    return whole(status, json.dumps({"error": {"message": message, "code": status}}))


def delta(text: str | None, finish: str | None = None) -> str:
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "tiny"}
    choice = {"index": 0, "delta": {"content": text} if text else {}, "finish_reason": finish}
    return f"data: {json.dumps(chunk | {'choices': [choice]})}\n\n"


def streamed(*events: str, pause: float = 0.0, broken: bool = False) -> Reply:
    """Server-sent events in chunks; broken: the connection is dropped before the last chunk."""

    async def reply(writer: Writer) -> None:
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        for event in events:
            data = event.encode()
            writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            await writer.drain()
            await asyncio.sleep(pause)
        if not broken:
            writer.write(b"0\r\n\r\n")

    return reply


async def silent(writer: Writer) -> None:
    await asyncio.sleep(30)


async def hang_up(writer: Writer) -> None:
    """Says nothing and closes."""


@asynccontextmanager
async def server(chat: Reply, models: Reply | None = None) -> AsyncGenerator[tuple[str, list[str]]]:
    """Its address, and the heads and bodies of what it was asked."""
    asked: list[str] = []
    models = models or whole(200, MODELS)

    async def serve(reader: asyncio.StreamReader, writer: Writer) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            size = next(
                (int(v.split(":")[1]) for v in head.lower().split("\r\n") if v.startswith("content-le")), 0
            )
            asked.append(head + (await reader.readexactly(size)).decode())
            await (models if head.startswith("GET") else chat)(writer)
            await writer.drain()
        except (ConnectionError, asyncio.CancelledError):
            asked.append("left")
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/v1", asked
    finally:
        listening.close()


@asynccontextmanager
async def client(url: str, model: str = "tiny", **changes: object) -> AsyncGenerator[OpenAiServer]:
    settings = ServerSettings(**({"url": url, "timeout_seconds": 0.5} | changes))  # type: ignore[arg-type]
    engine = OpenAiServer(make_spec(engine="openai", model=model, server=settings))
    try:
        await engine.load()
        yield engine
    finally:
        await engine.close()


HELLO = Generation((ChatMessage(role="user", content="Hello"),), 10, 0.5, seed=3, stop=("x",))


async def say(engine: OpenAiServer) -> tuple[str, Finished]:
    text, end = "", None
    async with aclosing(engine.generate(HELLO)) as steps:
        async for step in steps:
            if isinstance(step, Piece):
                text += step.text
            elif isinstance(step, Finished):
                end = step
    assert end is not None
    return text, end


async def test_an_answer_comes_with_what_it_cost() -> None:
    usage = {
        "prompt_tokens": 9,
        "completion_tokens": 2,
        "total_tokens": 11,
        "prompt_tokens_details": {"cached_tokens": 5},
    }
    last = {
        "id": "1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "tiny",
        "choices": [],
        "usage": usage,
    }
    events = (
        delta("Hel"),
        delta("lo"),
        delta(None, "length"),
        f"data: {json.dumps(last)}\n\n",
        "data: [DONE]\n\n",
    )
    async with server(streamed(*events)) as (url, asked), client(url, api_key=SecretStr("k3y")) as engine:
        assert await say(engine) == ("Hello", Finished("length", 9, 5, 2))
        body = json.loads(asked[-1].partition("\r\n\r\n")[2])
        assert (body["model"], body["seed"], body["stop"], body["max_tokens"]) == ("tiny", 3, ["x"], 10)
        assert "Bearer k3y" in asked[-1]


async def test_a_connection_that_was_closed_while_idle_is_opened_again() -> None:
    calls = 0

    async def closed_the_first_time(writer: Writer) -> None:
        nonlocal calls
        calls += 1
        if calls > 1:
            await streamed(delta("Hi"), delta(None, "stop"))(writer)

    async with server(closed_the_first_time) as (url, _), client(url) as engine:
        assert await say(engine) == ("Hi", Finished("stop"))
    assert calls == 2


async def test_a_server_that_keeps_hanging_up_is_asked_twice_and_no_more() -> None:
    async with server(hang_up) as (url, asked), client(url) as engine:
        with pytest.raises(Unavailable, match="hung up before it answered"):
            await say(engine)
    assert sum(one.startswith("POST") for one in asked) == 2


async def test_a_server_that_tells_no_cost_is_fine() -> None:
    async with (
        server(streamed(delta("Hi"), delta(None, "stop"), "data: [DONE]\n\n")) as (url, _),
        client(url) as it,
    ):
        assert await say(it) == ("Hi", Finished("stop"))


async def test_auto_takes_the_first_model_that_the_server_offers() -> None:
    async with server(hang_up) as (url, _), client(url, "auto") as engine:
        assert engine.capabilities.model == "tiny"


async def test_an_unknown_model_is_named_with_those_there_are() -> None:
    async with server(hang_up) as (url, _):
        with pytest.raises(NotFound, match="huge") as caught:
            async with client(url, "huge"):
                pass
    assert "tiny, large" in caught.value.hint


async def test_a_server_that_is_down_is_named_with_a_way_out() -> None:
    async with server(hang_up) as (url, _):
        pass
    with pytest.raises(Unavailable, match=url) as caught:
        async with client(url):
            pass
    assert "SOLO_LLM__SERVER__URL" in caught.value.hint


BROKEN = streamed(delta("Once upon"), delta(" a time"), broken=True)
UNFINISHED = streamed(delta("Once upon"), delta(" a time"))
ERROR_WITHIN = streamed(delta("Once"), 'data: {"error": {"message": "out of memory", "code": 500}}\n\n')


@pytest.mark.parametrize(
    ("chat", "kind", "word"),
    [
        (silent, TimedOut, "silent for 0.2 s"),
        (streamed(delta("Once"), delta("upon"), pause=2), TimedOut, "silent"),
        (BROKEN, Interrupted, "broke off"),
        (UNFINISHED, Interrupted, "broke off"),
        (ERROR_WITHIN, Interrupted, "out of memory"),
        (hang_up, Unavailable, "hung up before it answered"),
        (failure(401, "bad key"), Forbidden, "key"),
        (failure(404, "no model"), NotFound, "tiny"),
        (failure(400, "context is too long"), NotTaken, "context is too long"),
        (failure(429, "slow down"), RateLimited, "enough"),
        (failure(500, "boom"), Unavailable, "500"),
        (whole(200, "<html>Welcome!</html>", "text/html"), Unavailable, "does not speak as it should"),
        (streamed("data: {not json}\n\n"), Unavailable, "does not speak as it should"),
    ],
)
async def test_each_way_to_fail_has_its_sentence(chat: Reply, kind: type[SoloError], word: str) -> None:
    seconds = 0.2 if kind is TimedOut else 5.0
    async with server(chat) as (url, _), client(url, timeout_seconds=seconds) as engine:
        with anyio.fail_after(5), pytest.raises(kind, match=word) as caught:
            await say(engine)
        assert type(caught.value) is kind
        assert url in caught.value.message


@pytest.mark.parametrize(
    "body", ["<html></html>", "[]", '{"data": 5}', "null", "{", '{"data": [{"no": "id"}]}']
)
async def test_what_is_no_such_server_at_all_is_said_at_the_start(body: str) -> None:
    async with server(hang_up, whole(200, body)) as (url, _):
        with pytest.raises(SoloError) as caught:
            async with client(url, "auto"):
                pass
    assert url in caught.value.message


async def test_leaving_closes_the_connection() -> None:
    async with (
        server(streamed(*[delta("word ")] * 500, pause=0.01)) as (url, asked),
        client(url, timeout_seconds=5) as engine,
    ):
        async with aclosing(engine.generate(HELLO)) as steps:
            async for _ in steps:
                break
        with anyio.fail_after(3):
            while "left" not in asked:  # noqa: ASYNC110  (what the server saw is a list)
                await anyio.sleep(0.02)


@pytest.mark.parametrize("url", ["somewhere", "ftp://x/v1", "http://"])
async def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(BadSettings, match="address"):
        async with client(url):
            pass


@pytest.mark.parametrize("url", ["http://example.org/v1", "https://10.0.0.7/v1"])
async def test_offline_means_this_machine_only(url: str) -> None:
    engine = OpenAiServer(make_spec(engine="openai", server=ServerSettings(url=url), offline=True))
    with pytest.raises(Forbidden, match="offline"):
        await engine.load()
