"""The dashboard in a real browser, over a live API."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import httpx
import psutil
import pytest
from anyio import to_thread
from playwright.async_api import Page, async_playwright, expect

from app.config.settings import Settings
from app.kernel.errors import Busy
from app.kernel.runtime import Runtime
from app.ui.dashboard import launch
from app.ui.dashboard.service import DashboardService
from tests.real.house import TALK, living, settings_in

pytestmark = [pytest.mark.anyio, pytest.mark.real_time, pytest.mark.needs("chromium")]

PATIENCE_MS = 30_000
PICTURES = os.environ.get("SOLO_TEST_PICTURES")
"""A folder for screenshots, for people who want to look."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@asynccontextmanager
async def dashboard(settings: Settings) -> AsyncIterator[None]:
    async with anyio.create_task_group() as group:
        ready = anyio.Event()
        group.start_soon(DashboardService(Runtime.new(), settings).run, ready.set)
        with anyio.fail_after(60):
            await ready.wait()
        yield
        group.cancel_scope.cancel()


@asynccontextmanager
async def browser(settings: Settings, scheme: str = "light") -> AsyncIterator[Page]:
    arguments = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    async with async_playwright() as play:
        chromium = await play.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        page = await chromium.new_page(
            color_scheme="dark" if scheme == "dark" else "light", viewport={"width": 1280, "height": 1100}
        )
        page.set_default_timeout(PATIENCE_MS)
        await page.goto(f"http://127.0.0.1:{settings.dashboard.port}")
        yield page
        await chromium.close()


async def picture(page: Page, name: str) -> None:
    if PICTURES:
        await page.wait_for_timeout(1500)
        await page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


async def sees(page: Page, text: str) -> None:
    await expect(page.get_by_text(text).first).to_be_visible(timeout=PATIENCE_MS)


def start(command: list[str], env: dict[str, str] | None = None) -> subprocess.Popen[str]:
    """A process with pipes at its three ends."""
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=env)


async def answers(settings: Settings) -> None:
    """Wait until its server does."""
    async with httpx.AsyncClient(trust_env=False) as client:
        with anyio.fail_after(60):
            while True:
                with contextlib.suppress(httpx.HTTPError):
                    if (await client.get(f"{launch.url(settings)}/_stcore/health")).is_success:
                        return
                await anyio.sleep(0.1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path, port=free_port(), refresh_seconds=0.5)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_shows_services_numbers_stages_and_dialogues(settings: Settings, scheme: str) -> None:
    async with living(settings), dashboard(settings), browser(settings, scheme) as page:
        await sees(page, "The voice en_US-joe-medium is not here.")
        await sees(page, "database")
        await sees(page, "Tokens per second")
        await sees(page, "37.0")
        await sees(page, TALK[1][2])
        await sees(page, TALK[2][2])  # what was said is text, not markup
        chart = page.get_by_test_id("stVegaLiteChart")
        await expect(chart.locator("canvas, svg").first).to_be_visible(timeout=PATIENCE_MS)
        await picture(page, f"dashboard-{scheme}")
        assert await page.get_by_test_id("stException").count() == 0


async def test_what_is_typed_is_answered_among_the_dialogues(settings: Settings) -> None:
    async with living(settings), dashboard(settings), browser(settings) as page:
        box = page.get_by_placeholder("Ask Solo something")
        await box.fill("Is <i>this</i> heard?")
        await box.press("Enter")
        await sees(page, "You said: Is <i>this</i> heard?")
        await picture(page, "dashboard-asked")


async def test_it_stays_up_without_solo_and_comes_back_by_itself(settings: Settings) -> None:
    async with dashboard(settings), browser(settings) as page:
        await sees(page, "Solo is not running.")
        async with living(settings):
            await sees(page, "dialogue")
            await sees(page, "Services")
        await sees(page, "Solo is not running.")
        await picture(page, "dashboard-down")
        async with living(settings):
            await sees(page, TALK[1][2])


async def test_without_the_token_it_says_so(settings: Settings) -> None:
    async with living(settings), dashboard(settings):
        (settings.data_dir / "run" / "token").unlink()
        async with browser(settings) as page:
            await sees(page, "The token is missing")
            await sees(page, "Services")
            assert await page.get_by_text(TALK[1][2]).count() == 0


async def test_its_process_goes_with_the_service(settings: Settings) -> None:
    async with dashboard(settings):
        children = psutil.Process().children(recursive=True)
        assert any("app.ui.dashboard.child" in " ".join(child.cmdline()) for child in children)
    assert not any(child.is_running() and child.status() != "zombie" for child in children)


async def test_it_goes_even_when_solo_is_killed(settings: Settings) -> None:
    with start(launch.command(settings), env=launch.environment()) as solo:
        await answers(settings)
        assert solo.stdin is not None
        solo.stdin.close()  # what the system does with the pipes of a process that was killed
        assert await to_thread.run_sync(lambda: solo.wait(10)) == 0


async def test_the_command_shows_it_in_the_foreground(settings: Settings) -> None:
    port = str(settings.dashboard.port)
    command = [sys.executable, "-m", "app", "--data-dir", str(settings.data_dir), "dashboard", "--port", port]
    solo = start(command)
    await answers(settings)
    solo.send_signal(signal.SIGINT)
    said, complaints = await to_thread.run_sync(lambda: solo.communicate(timeout=20))
    assert f"http://127.0.0.1:{port}" in said
    assert (solo.returncode, complaints) == (0, "")


async def test_a_port_in_use_is_one_sentence(settings: Settings) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", settings.dashboard.port))
        other.listen()
        with pytest.raises(Busy, match=str(settings.dashboard.port)) as caught:
            await DashboardService(Runtime.new(), settings).run(lambda: None)
    assert "SOLO_DASHBOARD__PORT" in caught.value.hint
