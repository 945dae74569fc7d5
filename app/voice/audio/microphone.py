"""A microphone by PortAudio: 16 kHz mono where the device gives that, else its own form converted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import anyio
import numpy as np

from app.kernel.streams import Policy, Stream
from app.voice.audio.devices import Device
from app.voice.audio.frames import FRAME, RATE, Samples
from app.voice.audio.portaudio import accepts, find, in_thread, lost, start, stop
from app.voice.audio.resample import Resampler, to_mono

BLOCK_MS = 4
"""The device is asked for so much at a time: what is heard waits half as long in it on the average …"""
LATENCY = 0.04
"""… and so many seconds lie safe in it while nobody takes them."""
GATHERED_MS = 8
"""Blocks are handed on together; at 16 kHz as a whole frame, so that it is complete when its last
sample is heard."""
BLOCKS_KEPT = 250
"""Two seconds or more may wait before the oldest is dropped."""
SILENT_SECONDS = 3.0
"""A device that gives nothing for so long is gone, whatever the system says."""


@dataclass(frozen=True, slots=True)
class _Form:
    rate: int
    channels: int


class Microphone:
    """wanted: number, name or part of a name; empty for the system's default."""

    def __init__(self, wanted: str = "") -> None:
        self._wanted = wanted
        self.name = wanted or "the default microphone"
        self.dropped = 0

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[AsyncIterator[Samples]]:
        """Blocks of 32 ms; of 8 to be converted. Raises NotFound, MissingExtra, DeviceLost."""
        device = await in_thread(lambda: find(self._wanted, "microphone"))
        self.name = device.name
        blocks: Stream[Samples] = Stream(BLOCKS_KEPT, Policy.DROP_OLDEST, name="microphone")
        loop = asyncio.get_running_loop()
        form, stream = await in_thread(lambda: _start(device, blocks, loop))
        try:
            yield self._converted(device, blocks, form)
        finally:
            blocks.abandon()
            self.dropped += blocks.dropped
            with anyio.CancelScope(shield=True):
                await in_thread(lambda: stop(stream))

    async def _converted(
        self, device: Device, blocks: Stream[Samples], form: _Form
    ) -> AsyncIterator[Samples]:
        converter = Resampler(form.rate, RATE)
        iterator = aiter(blocks)
        while True:
            try:
                async with asyncio.timeout(SILENT_SECONDS):
                    block = await anext(iterator)
            except TimeoutError:
                raise lost(device, "microphone") from None
            samples = converter.process(to_mono(block))
            if len(samples):
                yield samples


def _start(device: Device, blocks: Stream[Samples], loop: asyncio.AbstractEventLoop) -> tuple[_Form, Any]:
    form = _form(device)
    enough = FRAME if form.rate == RATE else form.rate * GATHERED_MS // 1000
    gathered: list[Samples] = []

    def heard(data: Any, frames: int, time: Any, status: Any) -> None:
        gathered.append(np.array(data, np.float32))
        if sum(map(len, gathered)) >= enough:
            _to_loop(loop, blocks.offer, np.concatenate(gathered))
            gathered.clear()

    def ended() -> None:
        _to_loop(loop, blocks.close, lost(device, "microphone"))

    stream = start(
        lambda library: library.InputStream(
            device=device.number,
            samplerate=form.rate,
            channels=form.channels,
            dtype="float32",
            blocksize=form.rate * BLOCK_MS // 1000,
            latency=LATENCY,
            callback=heard,
            finished_callback=ended,
        ),
        device,
        "microphone",
    )
    return form, stream


def _form(device: Device) -> _Form:
    """16 kHz mono if the device gives it, else its own rate and as few channels as it can."""
    for form in (_Form(RATE, 1), _Form(device.rate, 1)):
        if accepts(device, "microphone", form.rate, form.channels):
            return form
    return _Form(device.rate, device.inputs)


def _to_loop(loop: asyncio.AbstractEventLoop, call: Callable[..., Any], *args: Any) -> None:
    """From PortAudio's thread; after the end of the loop it vanishes."""
    try:
        loop.call_soon_threadsafe(call, *args)
    except RuntimeError:  # the loop is closed: nobody listens any more
        return
