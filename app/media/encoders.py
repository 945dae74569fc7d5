"""Speech as MP3, Opus, AAC or FLAC, made while it grows, by FFmpeg's libraries (PyAV); and as plain samples.

Blocking: the packed ones take a hundredth of the time that the sound lasts.
"""

from __future__ import annotations

from typing import Any, Final, Protocol

import numpy as np
import soxr

from app.kernel.errors import MissingExtra, Unsupported
from app.media.wav import Samples
from app.media.wavwriter import to_int16, to_pcm16, wav_header

RATE: Final = 24_000
"""Samples per second of all that is made here: Opus takes few others, and OpenAI's `pcm` has this one."""
PACKED: Final[dict[str, tuple[str, str, dict[str, str], str]]] = {
    "mp3": ("mp3", "libmp3lame", {"write_xing": "0", "id3v2_version": "0"}, "audio/mpeg"),
    "opus": ("ogg", "libopus", {"page_duration": "100000"}, "audio/ogg"),
    "aac": ("adts", "aac", {}, "audio/aac"),
    "flac": ("flac", "flac", {}, "audio/flac"),
}
"""Name → FFmpeg's container and codec, the container's options, and the media type."""
PLAIN: Final = {"wav": "audio/wav", "pcm": "audio/pcm"}
BITS_PER_SECOND: Final = 64_000


class Encoder(Protocol):
    """Takes mono samples and gives bytes as they become ready."""

    def feed(self, samples: Samples) -> bytes:
        """What is ready with these."""
        ...

    def end(self) -> bytes:
        """What is still to come."""
        ...


def media_type(name: str) -> str:
    """The media type of a format."""
    return PLAIN[name] if name in PLAIN else PACKED[name][3]


def encoder(name: str, rate: int) -> Encoder:
    """For samples of that rate. Raises MissingExtra, Unsupported when this machine cannot make the format."""
    return Plain(rate, header=name == "wav") if name in PLAIN else Packed(name, rate)


class Plain:
    """16 bit, with a WAV header that gives no length, or without one."""

    def __init__(self, rate: int, *, header: bool) -> None:
        self._resampler = _Resampler(rate)
        self._before = wav_header(RATE) if header else b""

    def feed(self, samples: Samples) -> bytes:
        before, self._before = self._before, b""
        return before + to_pcm16(self._resampler.feed(samples))

    def end(self) -> bytes:
        return self._before + to_pcm16(self._resampler.end())


class Packed:
    """By FFmpeg."""

    def __init__(self, name: str, rate: int) -> None:
        av = _library()
        container, codec, options, _ = PACKED[name]
        self._av = av
        self._resampler = _Resampler(rate)
        self._made = _Made()
        self._at = 0
        try:
            options = {**options, "flush_packets": "1"}
            self._file = av.open(self._made, "w", format=container, container_options=options)
            self._stream = self._file.add_stream(codec, rate=RATE, layout="mono")
            if name != "flac":
                self._stream.bit_rate = BITS_PER_SECOND
        except (av.error.FFmpegError, ValueError) as error:
            raise Unsupported(f"The FFmpeg of this installation cannot make {name}.") from error

    def feed(self, samples: Samples) -> bytes:
        self._encode(self._resampler.feed(samples))
        return self._made.take()

    def end(self) -> bytes:
        self._encode(self._resampler.end())
        self._file.mux(self._stream.encode(None))
        self._file.close()
        return self._made.take()

    def _encode(self, samples: Samples) -> None:
        if not samples.size:
            return
        frame = self._av.AudioFrame.from_ndarray(to_int16(samples)[None], format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE, self._at
        self._at += samples.size
        self._file.mux(self._stream.encode(frame))


class _Made:
    """The file that FFmpeg believes it writes; there is no going back in it."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


class _Resampler:
    """To RATE."""

    def __init__(self, rate: int) -> None:
        self._stream = None if rate == RATE else soxr.ResampleStream(rate, RATE, 1, dtype="float32")

    def feed(self, samples: Samples, *, last: bool = False) -> Samples:
        if self._stream is None:
            return samples
        return np.asarray(self._stream.resample_chunk(samples, last=last), np.float32)

    def end(self) -> Samples:
        return self.feed(np.zeros(0, np.float32), last=True)


def _library() -> Any:
    try:
        import av
    except ModuleNotFoundError as error:
        raise MissingExtra(
            "Packed sound needs the package av, which is not installed.",
            hint="Ask for wav or pcm, or install Solo again: ./scripts/setup_dev.sh",
        ) from error
    return av
