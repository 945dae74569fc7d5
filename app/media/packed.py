"""Recordings in other forms than WAV, as mono samples, by FFmpeg's libraries (PyAV).

FFmpeg knows hundreds of formats, some of which name other files and addresses to be read: so it is told
which of a few it is, by the first bytes, and reads from memory only.  How much there is to hear is counted
while it is unpacked, for a small file may unpack to days.  Blocking.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from app.kernel.errors import BadInput, MissingExtra, SoloError, TooLarge
from app.media.wav import Samples

MAGIC: Final = (
    (0, b"fLaC", "flac"),
    (0, b"OggS", "ogg"),
    (0, b"ID3", "mp3"),
    (0, b"\x1aE\xdf\xa3", "matroska"),
    (4, b"ftyp", "mov"),
)
"""Where the first bytes tell the format, and FFmpeg's name for it."""
KNOWN: Final = "WAV, MP3, FLAC, Ogg, WebM and MP4"


def looks_like(data: bytes) -> str | None:
    """FFmpeg's name for what this is; None: it is not known, or WAV."""
    for place, magic, name in MAGIC:
        if data[place : place + len(magic)] == magic:
            return name
    if len(data) > 1 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0:
        return "aac" if data[1] & 0xF6 == 0xF0 else "mp3"
    return None


def unpack(data: bytes, rate: int, longest: float) -> list[Samples]:
    """Blocks of mono float32 at `rate`. Raises BadInput, TooLarge (beyond `longest` seconds)."""
    name = looks_like(data)
    if name is None:
        raise BadInput(f"The file is no recording that Solo can read: {KNOWN}.")
    av = _library()
    blocks: list[Samples] = []
    heard = 0
    try:
        for block in _blocks(av, data, name, rate):
            heard += block.size
            if heard > longest * rate:
                raise TooLarge(
                    f"The recording is longer than {longest:g} s.", hint="Cut it into shorter files."
                )
            blocks.append(block)
    except (av.error.FFmpegError, ValueError, IndexError) as error:
        raise BadInput(f"The recording cannot be read as {name}: it is damaged.") from error
    if not heard:
        raise BadInput("The recording holds no sound.")
    return blocks


def _blocks(av: Any, data: bytes, name: str, rate: int) -> Iterator[Samples]:
    resampler = av.AudioResampler(format="flt", layout="mono", rate=rate)
    with av.open(io.BytesIO(data), "r", format=name) as file:
        if not file.streams.audio:
            raise BadInput("There is no sound in that file.")
        for frame in file.decode(audio=0):
            yield from (_samples(made) for made in resampler.resample(frame))
        yield from (_samples(made) for made in resampler.resample(None))


def _samples(frame: Any) -> Samples:
    return np.nan_to_num(np.asarray(frame.to_ndarray(), np.float32).reshape(-1), posinf=1.0, neginf=-1.0)


def _library() -> Any:
    try:
        import av
    except ModuleNotFoundError as error:
        missing: SoloError = MissingExtra(
            "Recordings other than WAV need the package av, which is not installed.",
            hint="Send a WAV, or install Solo again: ./scripts/setup_dev.sh",
        )
        raise missing from error
    return av
