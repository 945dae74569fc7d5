"""WAV, read and written: bytes in, samples out, and back.

RIFF/WAVE as described in Microsoft's "Multiple Channel Audio Data and WAVE Files": PCM of 8, 16, 24
and 32 bits and IEEE floats of 32 and 64 bits, any number of channels (mixed to one), plain or
`WAVE_FORMAT_EXTENSIBLE`.  Whatever else is called .wav is refused with one sentence.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.kernel.errors import BadInput, TooLarge

Samples: TypeAlias = NDArray[np.float32]
"""Mono, -1 to 1."""

PCM: Final = 1
FLOAT: Final = 3
EXTENSIBLE: Final = 0xFFFE
ENDLESS: Final = 0xFFFF_FFFF
"""What a stream writes as its length when it does not know it."""
RATES: Final = range(4_000, 384_001)
MOST_CHANNELS: Final = 32


@dataclass(frozen=True, slots=True)
class WavFormat:
    """What the `fmt ` chunk says. rate: samples per second; bits: of one sample of one channel."""

    tag: int
    channels: int
    rate: int
    bits: int

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of all channels."""
        return self.channels * self.bits // 8


@dataclass(frozen=True, slots=True, eq=False)
class Wav:
    """A recording, mixed to one channel, at its own rate."""

    samples: Samples
    rate: int

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / self.rate


def parse_wav(data: bytes, name: str = "The recording", *, longest: float | None = None) -> Wav:
    """Read a whole WAV.

    name begins the sentence of every error. Raises BadInput (not a WAV, damaged, cut off, empty,
    an encoding that is not read) and TooLarge (more than `longest` seconds; found out from the
    header, before anything is converted).
    """
    layout, sound = _chunks(data, name)
    frames = len(sound) // layout.frame_bytes
    if frames == 0:
        raise BadInput(f"{name} is a WAV without any sound in it.")
    seconds = frames / layout.rate
    if longest is not None and seconds > longest:
        raise TooLarge(f"{name} is {seconds:.0f} s long; the limit is {longest:.0f} s.")
    mono = _mono(sound[: frames * layout.frame_bytes], layout)
    if not np.isfinite(mono).all():
        raise BadInput(f"{name} holds numbers that are no sound (NaN or infinity).")
    return Wav(mono, layout.rate)


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


def to_pcm16(samples: Samples) -> bytes:
    """Little-endian 16-bit PCM; what is louder than 1 is clipped."""
    return (np.clip(samples, -1.0, 1.0) * 32767.0).round().astype("<i2").tobytes()


def _chunks(data: bytes, name: str) -> tuple[WavFormat, memoryview]:
    if not data:
        raise BadInput(f"{name} is empty.")
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise BadInput(f"{name} is not a WAV file.", hint="Convert it: ffmpeg -i FILE -ar 16000 -ac 1 x.wav")
    layout: WavFormat | None = None
    position = 12
    while position + 8 <= len(data):
        kind, size = struct.unpack_from("<4sI", data, position)
        position += 8
        if kind == b"data":
            return _require_format(layout, name), _sound(data, position, size, layout, name)
        if position + size > len(data):
            break
        if kind == b"fmt ":
            layout = _format(data[position : position + size], name)
        position += size + (size & 1)
    raise BadInput(f"{name} is a WAV that was cut off before its sound begins.")


def _require_format(layout: WavFormat | None, name: str) -> WavFormat:
    if layout is None:
        raise BadInput(f"{name} is a damaged WAV: it does not say how its sound is written down.")
    return layout


def _sound(data: bytes, start: int, size: int, layout: WavFormat | None, name: str) -> memoryview:
    there = len(data) - start
    # Streams give no length (all ones, or nothing): their sound goes on to the end.
    if size == ENDLESS or (size == 0 and there > 0):
        return memoryview(data)[start:]
    if size > there:
        seconds = _require_format(layout, name)
        had, meant = (n / seconds.frame_bytes / seconds.rate for n in (there, size))
        raise BadInput(f"{name} is cut off: it holds {had:.1f} s of the {meant:.1f} s that it promises.")
    return memoryview(data)[start : start + size]


def _format(chunk: bytes, name: str) -> WavFormat:
    if len(chunk) < 16:
        raise BadInput(f"{name} is a damaged WAV: its format is {len(chunk)} bytes long instead of 16.")
    tag, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", chunk)
    if tag == EXTENSIBLE and len(chunk) >= 26:
        (tag,) = struct.unpack_from("<H", chunk, 24)
    if (tag, bits) not in _READERS:
        raise BadInput(
            f"{name} is a WAV whose sound Solo cannot read (format {tag}, {bits} bits).",
            hint="Convert it: ffmpeg -i FILE -c:a pcm_s16le x.wav",
        )
    if not 1 <= channels <= MOST_CHANNELS or rate not in RATES:
        raise BadInput(f"{name} is a damaged WAV: {channels} channels at {rate} Hz.")
    return WavFormat(tag, channels, rate, bits)


def _mono(sound: memoryview, layout: WavFormat) -> Samples:
    kind, scale, offset = _READERS[layout.tag, layout.bits]
    if layout.bits == 24:
        triples = np.frombuffer(sound, np.uint8).reshape(-1, 3)
        wide = np.zeros((len(triples), 4), np.uint8)
        wide[:, 1:] = triples
        raw = wide.view("<i4").reshape(-1)
    else:
        raw = np.frombuffer(sound, kind)
    values = raw.astype(np.float32)
    if offset:
        values -= offset
    if scale != 1.0:
        values /= scale
    return values if layout.channels == 1 else values.reshape(-1, layout.channels).mean(axis=1)


_READERS: Final[dict[tuple[int, int], tuple[str, float, float]]] = {
    (PCM, 8): ("u1", 128.0, 128.0),
    (PCM, 16): ("<i2", 32_768.0, 0.0),
    (PCM, 24): ("<i4", 2_147_483_648.0, 0.0),
    (PCM, 32): ("<i4", 2_147_483_648.0, 0.0),
    (FLOAT, 32): ("<f4", 1.0, 0.0),
    (FLOAT, 64): ("<f8", 1.0, 0.0),
}
"""(format, bits) → numpy type, full scale, and what stands for silence."""
