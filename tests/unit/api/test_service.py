"""The door as it really listens, and the client that finds it."""

from __future__ import annotations

import os
import signal
import socket
import stat
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import anyio
import httpx
import numpy as np
import pytest
from anyio import to_thread
from websockets.asyncio.client import connect

from app.api.address import address_file, own_token, read_address, read_token, token_file
from app.api.client import SoloClient
from app.api.collector import Collector
from app.api.schemas import AskReply
from app.api.service import ApiService, listen
from app.config.api import ApiSettings
from app.config.settings import Settings
from app.events.voice import AttentionEvent
from app.kernel.errors import BadInput, BadSettings, Busy, NotFound, TooLarge, Unavailable
from app.kernel.runtime import Runtime
from app.media.wav import parse_wav
from app.media.wavwriter import format_wav
from tests.unit.api.scripted import Scripted, until

pytestmark = [pytest.mark.anyio, pytest.mark.real_time]

T = TypeVar("T")


async def away(call: Callable[..., T], *args: Any, **named: Any) -> T:
    """The client is for programs without a loop: call it from a thread."""
    return await to_thread.run_sync(partial(call, *args, **named))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, api=ApiSettings(port=0))


@asynccontextmanager
async def serving(runtime: Runtime, settings: Settings) -> AsyncIterator[Scripted]:
    scripted = Scripted(runtime)
    collector = Collector(runtime, settings, list)
    async with scripted.serving(), anyio.create_task_group() as group:
        ready = anyio.Event()
        group.start_soon(ApiService(runtime, settings, collector).run, ready.set)
        await ready.wait()
        yield scripted
        group.cancel_scope.cancel()


@asynccontextmanager
async def found(settings: Settings) -> AsyncIterator[SoloClient]:
    client = await away(SoloClient.find, settings)
    assert client is not None
    with client:
        yield client


async def test_it_is_ready_when_it_listens_and_leaves_the_signals_alone(
    runtime: Runtime, settings: Settings
) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    async with serving(runtime, settings):
        address = read_address(settings.data_dir)
        assert address is not None
        socket.create_connection(("127.0.0.1", address.port)).close()
        assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
    assert not address_file(settings.data_dir).exists()


@pytest.mark.skipif(os.name != "posix", reason="file modes")
async def test_the_token_is_made_once_and_is_the_owners_alone(settings: Settings) -> None:
    token, path = own_token(settings.data_dir), token_file(settings.data_dir)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    assert own_token(settings.data_dir) == token
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("rubbish", [b"", b"short", b"\xff" * 50])
async def test_a_damaged_token_file_is_made_anew(settings: Settings, rubbish: bytes) -> None:
    own_token(settings.data_dir)
    token_file(settings.data_dir).write_bytes(rubbish)
    assert read_token(settings.data_dir) is None
    assert len(own_token(settings.data_dir)) >= 32


async def test_a_port_in_use_is_one_sentence(runtime: Runtime, settings: Settings) -> None:
    with listen(settings.api) as other:
        port = other.getsockname()[1]
        taken = settings.model_copy(update={"api": ApiSettings(port=port)})
        service = ApiService(runtime, taken, Collector(runtime, taken, list))
        with pytest.raises(Busy, match=f"Port {port}") as caught:
            await service.run(lambda: None)
    assert f"SOLO_API__PORT={port + 1}" in caught.value.hint
    assert not address_file(settings.data_dir).exists()


@pytest.mark.parametrize("host", ["not a host", "256.256.256.256", "192.0.2.1", "x" * 300])
async def test_an_address_that_is_not_ours_is_one_sentence(host: str) -> None:
    with pytest.raises(BadSettings, match="no address"):
        listen(ApiSettings(host=host, port=0))


async def test_stopping_does_not_wait_for_those_who_watch_without_end(
    runtime: Runtime, settings: Settings
) -> None:
    began = float("inf")
    async with httpx.AsyncClient(trust_env=False) as client:
        async with serving(runtime, settings):
            address, token = read_address(settings.data_dir), read_token(settings.data_dir)
            assert address is not None
            headers = {"Authorization": f"Bearer {token}"}
            request = client.build_request("GET", address.url + "/api/v1/events", headers=headers)
            watched = await client.send(request, stream=True)
            where = address.url.replace("http", "ws") + "/api/v1/events"
            socket = await connect(where, additional_headers=headers, proxy=None)
            assert await socket.recv() == '{"type": "hello"}'
            runtime.bus.publish(AttentionEvent(state="listening"))
            assert "AttentionEvent" in await socket.recv()
            began = time.monotonic()
        assert time.monotonic() - began < 3
        assert "AttentionEvent" in (await watched.aread()).decode()
        await socket.wait_closed()
        assert (socket.close_code, socket.close_reason) == (1001, "Solo is stopping.")


@pytest.mark.parametrize("stream", [True, False])
async def test_stopping_does_not_wait_for_an_answer_that_never_comes(
    runtime: Runtime, settings: Settings, stream: bool
) -> None:
    def ask(client: SoloClient) -> None:
        with pytest.raises(Unavailable, match="Solo is stopping"):
            list(client.ask_stream("x")) if stream else client.ask("x")

    async with AsyncExitStack() as stack, anyio.create_task_group() as group:
        async with serving(runtime, settings) as scripted:
            scripted.hold = anyio.Event()
            client = await stack.enter_async_context(found(settings))
            group.start_soon(away, ask, client)
            await until(lambda: scripted.asked)
            began = time.monotonic()
        assert time.monotonic() - began < 2


async def test_the_client_does_everything(runtime: Runtime, settings: Settings) -> None:
    async with serving(runtime, settings):
        async with found(settings) as client:
            assert (await away(client.ask, "x", dialogue="d9")).dialogue == "d9"
            *deltas, reply = await away(lambda: list(client.ask_stream("x")))
            assert deltas == ["Par", "is", "."]
            assert isinstance(reply, AskReply)
            speech = parse_wav(await away(client.say, "Hello."))
            assert (speech.rate, len(speech.samples)) == (22_050, 6615)
            assert (await away(client.play, "Hello.")).pieces == 3
            heard = await away(client.transcribe, format_wav(np.zeros(16_000, np.float32), 16_000))
            assert (heard.text, heard.seconds) == ("hello", 1.0)
            assert (await away(client.ptt, "start")).pressed
            await away(client.stop)
            assert (await away(client.status)).pid == os.getpid()
            assert (await away(client.memory_search, "sister")).memories[0].id == "m1"
            assert await away(client.memory_forget, ["m1"]) == 1
            assert (await away(client.dialogues)).messages[0].content == "hi"


async def test_the_client_raises_what_the_server_named(runtime: Runtime, settings: Settings) -> None:
    async with serving(runtime, settings) as scripted:
        async with found(settings) as client:
            with pytest.raises(BadInput, match="not a WAV"):
                await away(client.transcribe, b"no")
            with pytest.raises(TooLarge, match="larger"):
                await away(client.ask, "x" * 1_000_000)
            scripted.fails = NotFound("There is no voice called 'x'.", hint="Did you mean y?")
            with pytest.raises(NotFound, match="no voice") as caught:
                await away(client.say, "hi")
            assert caught.value.hint == "Did you mean y?"
            scripted.fails, scripted.breaks = None, Unavailable("The model went away.")
            with pytest.raises(Unavailable, match="went away"):
                await away(lambda: list(client.ask_stream("x")))


async def test_closing_a_streamed_answer_cancels_its_turn(runtime: Runtime, settings: Settings) -> None:
    async with serving(runtime, settings) as scripted:
        scripted.reply = ("word ",) * 100_000
        async with found(settings) as client:

            def first_word() -> None:
                pieces = client.ask_stream("x")
                assert next(pieces) == "word "
                pieces.close()  # type: ignore[attr-defined]

            await away(first_word)
            await until(lambda: scripted.ended)


async def test_the_client_watches(runtime: Runtime, settings: Settings) -> None:
    async with serving(runtime, settings), anyio.create_task_group() as group:
        async with found(settings) as client:
            seen: list[str] = []

            def watch() -> None:
                for envelope in client.events(["AttentionEvent"]):
                    seen.append(envelope.type)
                    return

            group.start_soon(away, watch)
            await until(lambda: "facts:api.events" in runtime.bus.counters())
            runtime.bus.publish(AttentionEvent(state="listening"))
            await until(lambda: seen)


async def test_nothing_is_found_where_nothing_runs(runtime: Runtime, settings: Settings) -> None:
    assert await away(SoloClient.find, settings) is None
    async with serving(runtime, settings):
        left_behind = address_file(settings.data_dir).read_bytes()
        async with found(settings):
            pass
    address_file(settings.data_dir).write_bytes(left_behind)  # as after a crash, the process number reused
    assert await away(SoloClient.find, settings) is None
    address_file(settings.data_dir).write_bytes(b"{")
    assert await away(SoloClient.find, settings) is None


async def test_a_client_of_a_solo_that_has_gone_says_so(runtime: Runtime, settings: Settings) -> None:
    async with AsyncExitStack() as stack:
        async with serving(runtime, settings):
            client = await stack.enter_async_context(found(settings))
        with pytest.raises(Unavailable, match="cannot be reached"):
            await away(client.ask, "x")


async def test_raw_rubbish_on_the_port_does_no_harm(runtime: Runtime, settings: Settings) -> None:
    async with serving(runtime, settings):
        address = read_address(settings.data_dir)
        assert address is not None
        for rubbish in (
            b"\x00\xff" * 500,
            b"GET",
            b"POST /api/v1/ask HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        ):
            async with await anyio.connect_tcp("127.0.0.1", address.port) as stream:
                await stream.send(rubbish)
        async with found(settings) as client:
            assert (await away(client.ask, "x")).text == "Paris."
