"""The tools of MCP servers that were made with the official package."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import psutil
import pytest
import structlog

from app.config.tools import McpServer
from app.kernel.errors import Forbidden, NotFound, PermanentError, Unavailable
from app.skills.tools.mcp.wanted import Pace
from tests.conftest import ROOT
from tests.real.mcp_child import KEY, ME, PATIENCE, House, free_port, honest, running, until

pytestmark = [pytest.mark.anyio, pytest.mark.real_time]


def pid_of(about: str) -> int:
    return int(about.split()[0])


async def test_a_program_s_tools_are_called_and_its_log_is_bounded_and_without_its_keys(
    tmp_path: Path,
) -> None:
    server = honest(tmp_path, env={"HOUSE_KEY": KEY}, confirm="always")
    with structlog.testing.capture_logs() as lines:
        await _listed_and_called(server)
    said = [line for line in lines if line["event"] == "mcp_server_said"]
    assert 1 <= len(said) <= 100
    assert all(len(line["text"]) <= 300 and line["log_level"] == "debug" for line in said)
    assert KEY not in repr(lines)
    assert "\x1b" not in "".join(line["text"] for line in said)


async def _listed_and_called(server: McpServer) -> None:
    async with running(server) as house:
        tools = {name: tool for name, (tool, _) in house.toolbox.tools().items()}
        assert house.now().tools == len(tools)
        assert "house_under_stand_it" in tools
        echo, weather = tools["house_echo"], tools["house_weather"]
        assert (echo.source, echo.effects, echo.outside, echo.confirm) == ("house", "none", True, True)
        assert echo.description == "Say it again."
        assert json.loads(echo.parameters)["required"] == ["text"]
        assert weather.effects == "world"

        assert await house.call("echo", text="Grüße, 世界 🌍\nzweite Zeile") == "Grüße, 世界 🌍\nzweite Zeile"
        assert json.loads(await house.call("weather", city="Rom")) == {
            "city": "Rom",
            "sky": "clear",
            "degrees": 21,
        }
        assert await house.call("picture") == "The garden:\n[an image, image/png, 20 kB]"
        assert await house.call("under_stand_it") == "the one with a dot"
        about = await house.call("about")
        assert "['HOUSE_KEY']" in about
        with pytest.raises(PermanentError, match="no such lamp: kitchen") as failure:
            await house.call("fail", how="kitchen")
        assert KEY not in str(failure.value)
        with pytest.raises(PermanentError):  # Solo has no model to lend
            await house.call("nosy")
        assert await house.call("shout", megabytes=20) == "shouted"
        assert psutil.pid_exists(pid_of(about))
    assert not psutil.pid_exists(pid_of(about))
    assert not house.names()
    assert house.now().state == "away"


async def test_a_call_that_is_left_ends_at_once_and_the_server_is_told(tmp_path: Path) -> None:
    async with running(honest(tmp_path)) as house, anyio.create_task_group() as group:
        group.start_soon(lambda: house.call("hang", name="a"))
        group.start_soon(lambda: house.call("hang", name="b"))
        await until(lambda: (tmp_path / "a.begun").exists() and (tmp_path / "b.begun").exists())
        assert await house.call("echo", text="beside them") == "beside them"
        group.cancel_scope.cancel()
        with anyio.CancelScope(shield=True):
            await until(lambda: (tmp_path / "a.called_off").exists() and (tmp_path / "b.called_off").exists())


async def test_a_server_that_dies_in_a_call_is_a_failure_of_that_call_and_comes_back(tmp_path: Path) -> None:
    async with running(honest(tmp_path)) as house:
        first = pid_of(await house.call("about"))
        source = house.toolbox.tools()["house_die"][1]
        failures: list[BaseException] = []

        async def fails(tool: str, **arguments: str) -> None:
            try:
                await source.call(tool, arguments, ME)
            except Unavailable as error:
                failures.append(error)

        with anyio.fail_after(PATIENCE):
            async with anyio.create_task_group() as group:
                group.start_soon(lambda: fails("house_hang", name="a"))
                await until(lambda: (tmp_path / "a.begun").exists())
                group.start_soon(lambda: fails("house_die"))
        assert [str(f) for f in failures] == ["The MCP server house is away."] * 2
        await until(lambda: house.now().state == "away")
        assert "has ended (exit status 3)" in house.now().reason
        await until(lambda: house.now().state == "connected")
        assert pid_of(await house.call("about")) != first
        with pytest.raises(Unavailable):
            await source.call("house_echo", {"text": "to the old one"}, ME)


async def test_a_server_of_the_newest_protocol_is_used_the_same_and_says_when_it_has_new_tools(
    tmp_path: Path,
) -> None:
    async with running(honest(tmp_path, "newest")) as house:
        assert await house.call("echo", text="Hi") == "Hi"
        assert await house.call("grow", name="more") == "grown"
        assert "house_more" not in house.names()

        async def told() -> bool:
            await house.call("tell")
            return "house_more" in house.names()

        with anyio.fail_after(PATIENCE):
            while not await told():  # noqa: ASYNC110  (as in `until`)
                await anyio.sleep(0.02)
        assert await house.call("more") == "new"
        assert house.now().tools == len(house.names())


@asynccontextmanager
async def over_http(folder: Path, port: int) -> AsyncIterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "tests.real.mcp_server", "http", str(folder), str(port)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, stdout=quiet, stderr=quiet) as child:  # noqa: ASYNC220
        try:
            yield child
        finally:
            child.kill()


async def test_a_server_over_http_is_used_the_same_and_comes_back(tmp_path: Path) -> None:
    port = free_port()
    server = McpServer.model_validate(
        {"url": f"http://127.0.0.1:{port}/mcp", "headers": {"Authorization": f"Bearer {KEY}"}}
    )
    pace = Pace(beat=0.2)
    async with running(server, pace=pace, up=False) as house:
        await until(lambda: house.now().state == "away")  # before it is there
        assert "Nobody answers" in house.now().reason
        async with over_http(tmp_path, port) as child:
            await until(lambda: house.now().state == "connected")
            assert await house.call("echo", text="über HTTP") == "über HTTP"
            with pytest.raises(PermanentError, match="no such lamp"):
                await house.call("fail", how="x")
            await _left(house, tmp_path)
            await house.call("grow", name="more")
            await house.call("tell")
            await until(lambda: "house_more" in house.names())
            source = house.toolbox.tools()["house_hang"][1]
            async with anyio.create_task_group() as group:
                group.start_soon(_killed, child, tmp_path / "b.begun")
                with anyio.fail_after(PATIENCE), pytest.raises(Unavailable):
                    await source.call("house_hang", {"name": "b"}, ME)
        await until(lambda: house.now().state == "away")
        async with over_http(tmp_path, port):
            await until(lambda: house.now().state == "connected")
            assert await house.call("echo", text="again") == "again"


async def _left(house: House, folder: Path) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(lambda: house.call("hang", name="a"))
        await until(lambda: (folder / "a.begun").exists())
        group.cancel_scope.cancel()
    await until(lambda: (folder / "a.called_off").exists())


async def _killed(child: subprocess.Popen[bytes], mark: Path) -> None:
    await until(mark.exists)
    child.send_signal(signal.SIGKILL)


@pytest.mark.parametrize(
    ("server", "offline", "kind", "words"),
    [
        ({"url": "https://mcp.example.org/x"}, True, Forbidden, "stay offline"),
        ({"url": "http://mcp.example.org/x", "headers": {"Key": KEY}}, False, Forbidden, "everybody to read"),
        ({"command": "no-such-program", "env": {"HOUSE_KEY": KEY}}, False, NotFound, "'no-such-program'"),
    ],
)
async def test_what_cannot_be_or_must_not_be_reached_is_a_sentence(
    server: dict[str, object], offline: bool, kind: type[Exception], words: str
) -> None:
    async with running(McpServer.model_validate(server), offline=offline, up=False) as house:
        await until(lambda: house.supervisor.error_of("mcp.house") is not None)
        error = house.supervisor.error_of("mcp.house")
        assert isinstance(error, kind)
        assert words in str(error)
        assert KEY not in str(error)
        await until(lambda: house.now().state == "away")
        assert words in house.now().reason
