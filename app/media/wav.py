"""WAV, read: whatever its rate, width and channels, as mono samples.

Understood are integers of 8, 16, 24 and 32 bit and floats of 32 and 64 bit, with one or more
channels, in plain or extensible headers (Microsoft's "Multiple Channel Audio Data and WAVE
Files").  Everything else is refused with one sentence.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Self, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from app.kernel.errors import BadInput, Forbidden, NotFound, SoloError, TooLarge

Samples: TypeAlias = NDArray[np.float32]
"""Mono, -1 to 1."""

PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
STREAMED: Final = 0x7FFFF000
"""Sizes from here on are written by programs that do not know the length beforehand."""
OTHERS: Final = {
    b"fLaC": "FLAC",
    b"OggS": "Ogg",
    b"ID3": "MP3",
    b"RF64": "RF64",
    b"FORM": "AIFF",
    b"RIFX": "RIFX",
}
BLOCK: Final = 16_384
CONVERT: Final = "Convert it: ffmpeg -i FILE -ac 1 -ar 16000 converted.wav"


@dataclass(frozen=True, slots=True)
class Format:
    """What a WAV file holds. frames: samples per channel; `data`: where they begin, in bytes."""

    rate: int
    channels: int
    bits: int
    is_float: bool
    frames: int
    data: int

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of all channels."""
        return self.channels * self.bits // 8

    @property
    def seconds(self) -> float:
        """Length."""
        return self.frames / self.rate


@dataclass(frozen=True, slots=True, eq=False)
class Wav:
    """A recording, mixed to one channel, at its own rate."""

    samples: Samples
    rate: int

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / self.rate


class WavReader:
    """An open WAV file; a context manager.

    Raises NotFound, Forbidden or BadInput, each with a sentence that names the file.
    """

    def __init__(self, source: Path | BinaryIO, *, name: str = "") -> None:
        self.name = name or (source.name if isinstance(source, Path) else "the audio")
        self._file = _open(source) if isinstance(source, Path) else source
        try:
            self.format = _read_header(self._file, self.name)
        except SoloError:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; idempotent."""
        self._file.close()

    def require(self, longest: float) -> None:
        """Raise TooLarge when it has more seconds than that."""
        if self.format.seconds > longest:
            raise TooLarge(
                f"{self.name} is {_duration(self.format.seconds)} long; the limit is {_duration(longest)}.",
                hint="Cut it into shorter files.",
            )

    def blocks(self, frames: int = BLOCK) -> Iterator[Samples]:
        """Mono at the file's own rate, that many samples at a time."""
        left = self.format.frames
        self._file.seek(self.format.data)
        while left > 0:
            raw = self._file.read(min(frames, left) * self.format.frame_bytes)
            if not raw:
                return
            block = _decode(raw, self.format)
            left -= len(block)
            yield _mono(block)


def parse_wav(data: bytes, name: str = "The recording", *, longest: float | None = None) -> Wav:
    """A whole WAV; `name` begins the sentence of every error.

    Raises BadInput, and TooLarge (more than `longest` seconds; found out from the header, before
    anything is converted).
    """
    with WavReader(io.BytesIO(data), name=name) as reader:
        if longest is not None:
            reader.require(longest)
        return Wav(np.concatenate(list(reader.blocks())), reader.format.rate)


# -- the header ----------------------------------------------------------------------------------


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}.") from None
    except IsADirectoryError:
        raise BadInput(f"{path} is a folder, not a WAV file.") from None
    except PermissionError:
        raise Forbidden(f"{path} may not be read by you.") from None
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} cannot be read: {error}.") from error


def _read_header(file: BinaryIO, name: str) -> Format:
    head = file.read(12)
    if not head:
        raise BadInput(f"{name} is empty: it has not a single byte.")
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        raise _not_wav(head, name)
    found: tuple[int, int, int, bool] | None = None
    while True:
        chunk = file.read(8)
        if len(chunk) < 8:
            missing = "sound" if found else "header"
            raise BadInput(f"{name} is cut off: its {missing} is missing.")
        kind, size = chunk[:4], struct.unpack("<I", chunk[4:])[0]
        if kind == b"data":
            if found is None:
                raise BadInput(f"{name} is damaged: it does not say what its sound is made of.")
            return _with_data(file, name, found, size)
        if kind == b"fmt ":
            found = _read_format(file.read(size), name)
            file.seek(size & 1, os.SEEK_CUR)
        else:
            file.seek(size + (size & 1), os.SEEK_CUR)


def _not_wav(head: bytes, name: str) -> BadInput:
    known = next((kind for magic, kind in OTHERS.items() if head.startswith(magic)), "")
    if not known and head[:1] == b"\xff" and len(head) > 1 and head[1] & 0xE0 == 0xE0:
        known = "MP3"
    looks = f"; it looks like {known}" if known else ""
    return BadInput(
        f"{name} is not a WAV file{looks}.",
        hint=CONVERT,
    )


def _read_format(chunk: bytes, name: str) -> tuple[int, int, int, bool]:
    """Rate, channels, bits, whether they are floats."""
    if len(chunk) < 16:
        raise BadInput(f"{name} is damaged: its header is cut off.")
    tag, channels, rate, _, _, bits = struct.unpack("<HHIIHH", chunk[:16])
    if tag == EXTENSIBLE and len(chunk) >= 26:
        tag = struct.unpack("<H", chunk[24:26])[0]
    known = (tag == PCM and bits in (8, 16, 24, 32)) or (tag == FLOAT and bits in (32, 64))
    if not known:
        raise BadInput(
            f"{name} holds sound in a form that Solo cannot read (format {tag}, {bits} bit).",
            hint=CONVERT,
        )
    if not 1 <= channels <= 64 or not 1000 <= rate <= 768_000:
        raise BadInput(f"{name} is damaged: it claims {channels} channels at {rate} Hz.")
    return rate, channels, bits, tag == FLOAT


def _with_data(file: BinaryIO, name: str, found: tuple[int, int, int, bool], size: int) -> Format:
    rate, channels, bits, is_float = found
    start = file.tell()
    there = file.seek(0, os.SEEK_END) - start
    frame = channels * bits // 8
    if size == 0:  # a stream whose length was never filled in
        size = there
    if size > there and size < STREAMED:
        raise BadInput(
            f"{name} is cut off: it should hold {size / frame / rate:.2f} s of sound, "
            f"but only {there / frame / rate:.2f} s are there."
        )
    frames = min(size, there) // frame
    if frames == 0:
        raise BadInput(f"{name} holds no sound: it is 0 s long.")
    return Format(rate, channels, bits, is_float, frames, start)


# -- the samples ---------------------------------------------------------------------------------


def _decode(raw: bytes, form: Format) -> Samples:
    raw = raw[: len(raw) - len(raw) % form.frame_bytes]
    if form.is_float:
        flat = np.frombuffer(raw, "<f4" if form.bits == 32 else "<f8").astype(np.float32)
        flat = np.clip(np.nan_to_num(flat, posinf=1.0, neginf=-1.0), -1.0, 1.0)
    elif form.bits == 8:
        flat = (np.frombuffer(raw, np.uint8).astype(np.float32) - 128) / 128
    elif form.bits == 24:
        padded = np.zeros((len(raw) // 3, 4), np.uint8)
        padded[:, 1:] = np.frombuffer(raw, np.uint8).reshape(-1, 3)
        flat = padded.reshape(-1).view("<i4").astype(np.float32) / 2**31
    else:
        kind = "<i2" if form.bits == 16 else "<i4"
        flat = np.frombuffer(raw, kind).astype(np.float32) / 2 ** (form.bits - 1)
    return cast(Samples, flat.reshape(-1, form.channels))


def _mono(block: Samples) -> Samples:
    return block[:, 0] if block.shape[1] == 1 else block.mean(axis=1, dtype=np.float32)


def _duration(seconds: float) -> str:
    if seconds >= 7200:
        return f"{seconds / 3600:.1f} h"
    whole = round(seconds)
    return f"{whole // 60} min" if whole >= 120 and whole % 60 == 0 else f"{seconds:.0f} s"
