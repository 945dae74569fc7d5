"""WAV, written: 16 bit, mono; as a file that grows, whole, or as a stream without a known end."""

from __future__ import annotations

import errno
import struct
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from app.kernel.errors import BadInput, Forbidden, NoSpace, NotFound, SoloError
from app.media.wav import PCM, Samples

ENDLESS: Final = 0xFFFF_FFFF
"""What a stream writes as its length when it does not know it."""


class WavWriter:
    """A WAV file of 16 bit mono that grows; a context manager. Raises NotFound, Forbidden, NoSpace,
    BadInput."""

    def __init__(self, path: Path, rate: int) -> None:
        self._path = path
        self._rate = rate
        self.written = 0
        try:
            self._file = path.open("wb")
            self._file.write(wav_header(rate, 0))
        except OSError as error:
            raise _write_error(path, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def write(self, samples: Samples) -> None:
        """Append mono samples; beyond ±1 they are clipped."""
        try:
            self._file.write(to_pcm16(samples))
        except OSError as error:
            raise _write_error(self._path, error) from error
        self.written += len(samples)

    def close(self) -> None:
        """Write the lengths into the header; idempotent."""
        if self._file.closed:
            return
        try:
            with self._file:
                self._file.seek(0)
                sound = 2 * self.written
                self._file.write(wav_header(self._rate, sound if sound < ENDLESS - 36 else None))
        except OSError as error:
            raise _write_error(self._path, error) from error


def write_wav(path: Path, samples: Samples, rate: int = 16_000) -> None:
    """All of it, as 16 bit mono. Raises as WavWriter does."""
    with WavWriter(path, rate) as writer:
        writer.write(samples)


def to_int16(samples: Samples) -> NDArray[np.int16]:
    """±1 becomes ±32767; what is beyond is clipped."""
    return (np.clip(samples, -1.0, 1.0) * 32767).round().astype("<i2")


def to_pcm16(samples: Samples) -> bytes:
    """The same as bytes, little-endian."""
    return to_int16(samples).tobytes()


def format_wav(samples: Samples, rate: int) -> bytes:
    """The same as a 16-bit mono WAV."""
    sound = to_pcm16(samples)
    return wav_header(rate, len(sound)) + sound


def wav_header(rate: int, sound_bytes: int | None = None) -> bytes:
    """The 44 bytes in front of 16-bit mono PCM; without a length: of a stream that will end some day."""
    length = ENDLESS if sound_bytes is None else sound_bytes
    riff = ENDLESS if sound_bytes is None else sound_bytes + 36
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        riff,
        b"WAVE",
        b"fmt ",
        16,
        PCM,
        1,
        rate,
        rate * 2,
        2,
        16,
        b"data",
        length,
    )


def _write_error(path: Path, error: OSError) -> SoloError:
    if error.errno == errno.ENOSPC:
        return NoSpace(f"The disk is full: {path} could not be written.")
    if isinstance(error, FileNotFoundError):
        return NotFound(f"There is no folder {path.parent}.")
    if isinstance(error, PermissionError):
        return Forbidden(f"{path} may not be written by you.")
    return BadInput(f"{path} cannot be written: {error.strerror or error}.")
