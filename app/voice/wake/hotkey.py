"""Push-to-talk by a key that works whatever window is in front (pynput, LGPL-3, an extra)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib import import_module
from typing import Any

import structlog

from app.config.voice import HotkeySettings
from app.events.voice import PushToTalkEvent
from app.kernel.errors import BadSettings, MissingExtra, Unsupported
from app.kernel.lifecycle import Ready
from app.kernel.runtime import Runtime
from app.voice.wake.combination import Combination

log = structlog.get_logger("solo.hotkey")

OTHERWISE = "Push-to-talk goes without it: solo ptt start, or the API (POST /api/v1/ptt/start)."


class HotkeyService:
    """Publishes PushToTalkEvent when the talk key goes down and up (hold), or at every second press
    (toggle)."""

    def __init__(self, runtime: Runtime, settings: HotkeySettings) -> None:
        self._runtime = runtime
        self._settings = settings
        self._pressed = False

    async def run(self, ready: Ready) -> None:
        """Watch the keyboard until cancelled. Raises MissingExtra, Unsupported (no screen),
        BadSettings (no such key)."""
        keyboard = await self._runtime.pool.run(_keyboard)
        combination = Combination(_keys(keyboard, self._settings.key), self._changed)
        loop = asyncio.get_running_loop()

        def forward(call: Callable[[Any], None]) -> Callable[[Any], None]:
            def from_thread(key: Any) -> None:
                if key is not None:
                    _to_loop(loop, call, listener.canonical(key))

            return from_thread

        listener = keyboard.Listener(
            on_press=forward(combination.press), on_release=forward(combination.release)
        )
        listener.start()
        try:
            await self._runtime.pool.run(listener.wait)
            log.info("key_watched", key=self._settings.key, mode=self._settings.mode)
            ready()
            while listener.is_alive():
                await self._runtime.clock.sleep(1.0)
            raise Unsupported("The keyboard cannot be watched any more.", hint=OTHERWISE)
        finally:
            listener.stop()
            if self._pressed:
                self._publish(pressed=False)

    def _changed(self, down: bool) -> None:
        if self._settings.mode == "hold":
            self._publish(pressed=down)
        elif down:
            self._publish(pressed=not self._pressed)

    def _publish(self, *, pressed: bool) -> None:
        self._pressed = pressed
        self._runtime.bus.publish(PushToTalkEvent(pressed=pressed, source="hotkey"))


def _keyboard() -> Any:
    """pynput's keyboard, or why there is none."""
    try:
        return import_module("pynput.keyboard")
    except ModuleNotFoundError as error:
        raise MissingExtra(
            "The talk key needs the package pynput, which is not installed.",
            hint=f"Install it: ./scripts/setup_dev.sh --extra hotkey. {OTHERWISE}",
        ) from error
    except ImportError as error:  # what pynput says when there is no display to watch
        raise Unsupported("There is no screen whose keyboard could be watched.", hint=OTHERWISE) from error


def _keys(keyboard: Any, text: str) -> frozenset[Any]:
    """The keys of "<ctrl>+<alt>+s" as pynput reports them."""
    try:
        return frozenset(keyboard.HotKey.parse(text))
    except ValueError:
        raise BadSettings(
            f"The talk key {text!r} is not a combination of keys.",
            hint="Write it like <ctrl>+<alt>+s or <f9>.",
        ) from None


def _to_loop(loop: asyncio.AbstractEventLoop, call: Callable[[Any], None], key: Any) -> None:
    try:
        loop.call_soon_threadsafe(call, key)
    except RuntimeError:  # the loop is closed: Solo is leaving
        return
