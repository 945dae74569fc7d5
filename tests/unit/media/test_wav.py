"""WAV, from others and for others."""

from __future__ import annotations

import io
import struct
import wave
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.errors import BadInput, TooLarge
from app.media.wav import parse_wav
from app.media.wavwriter import ENDLESS, format_wav, to_pcm16, wav_header

TONE = (0.5 * np.sin(np.linspace(0, 60, 1600))).astype(np.float32)


def riff(tag: int, channels: int, rate: int, bits: int, sound: bytes, extra: bytes = b"") -> bytes:
    frame = channels * bits // 8
    fmt = struct.pack("<HHIIHH", tag, channels, rate, rate * frame, frame, bits) + extra
    body = b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", len(sound)) + sound
    return b"RIFF" + struct.pack("<I", len(body)) + body


def pcm24(samples: np.ndarray) -> bytes:
    wide = (samples * 8_388_607).astype("<i4")
    return b"".join(int(value).to_bytes(3, "little", signed=True) for value in wide)


@pytest.mark.parametrize(
    ("tag", "bits", "sound", "error"),
    [
        (1, 8, ((TONE * 127) + 128).round().astype("u1").tobytes(), 0.02),
        (1, 16, to_pcm16(TONE), 1e-3),
        (1, 24, pcm24(TONE), 1e-5),
        (1, 32, (TONE.astype(np.float64) * 2_147_483_647).astype("<i4").tobytes(), 1e-5),
        (3, 32, TONE.astype("<f4").tobytes(), 1e-7),
        (3, 64, TONE.astype("<f8").tobytes(), 1e-7),
    ],
)
def test_every_usual_encoding_is_read(tag: int, bits: int, sound: bytes, error: float) -> None:
    read = parse_wav(riff(tag, 1, 44_100, bits, sound))
    assert read.rate == 44_100
    assert read.samples.dtype == np.float32
    assert np.abs(read.samples - TONE).max() < error


def test_channels_are_mixed_to_one() -> None:
    both = np.stack([TONE, np.zeros_like(TONE)], axis=1).reshape(-1)
    read = parse_wav(riff(1, 2, 16_000, 16, to_pcm16(both)))
    assert np.abs(read.samples - TONE / 2).max() < 1e-3


def test_the_extensible_header_and_strange_chunks_are_read() -> None:
    extra = struct.pack("<HHIH", 22, 16, 4, 1) + b"\x00" * 14
    data = riff(0xFFFE, 1, 16_000, 16, to_pcm16(TONE), extra)
    listed = data[:12] + b"LIST" + struct.pack("<I", 3) + b"abc\x00" + data[12:]
    assert len(parse_wav(listed).samples) == len(TONE)


def test_what_is_written_is_read_by_others_and_by_us() -> None:
    data = format_wav(TONE, 22_050)
    with wave.open(io.BytesIO(data)) as other:
        assert (other.getframerate(), other.getnframes(), other.getsampwidth()) == (22_050, len(TONE), 2)
    assert np.abs(parse_wav(data).samples - TONE).max() < 1e-3


def test_a_stream_that_gave_no_length_is_read_to_its_end() -> None:
    data = wav_header(16_000) + to_pcm16(TONE)
    assert struct.unpack_from("<I", data, 40)[0] == ENDLESS
    assert len(parse_wav(data).samples) == len(TONE)


def test_what_is_too_loud_is_clipped() -> None:
    assert to_pcm16(np.array([2.0, -2.0], np.float32)) == struct.pack("<hh", 32767, -32767)


WRONG = {
    "empty": b"",
    "text": b"hello",
    "an mp3": b"ID3\x04" + b"\x00" * 100,
    "half a header": format_wav(TONE, 16_000)[:20],
    "no sound chunk": format_wav(TONE, 16_000)[:36],
    "cut off": format_wav(TONE, 16_000)[:900],
    "no samples": format_wav(TONE[:0], 16_000),
    "sound before format": b"RIFF\x00\x00\x00\x00WAVEdata\x04\x00\x00\x00abcd",
    "cut off sound before format": b"RIFF\x00\x00\x00\x00WAVEdata\xff\x00\x00\x00abcd",
    "a short format": b"RIFF\x00\x00\x00\x00WAVEfmt \x04\x00\x00\x00abcddata\x04\x00\x00\x00abcd",
    "mp3 inside": riff(0x55, 1, 16_000, 16, b"\x00" * 64),
    "12 bits": riff(1, 1, 16_000, 12, b"\x00" * 64),
    "no channels": riff(1, 0, 16_000, 16, b"\x00" * 64),
    "a thousand channels": riff(1, 1000, 16_000, 16, b"\x00" * 64),
    "no rate": riff(1, 1, 0, 16, b"\x00" * 64),
}


@pytest.mark.parametrize("what", WRONG)
def test_every_wrong_file_is_one_sentence_that_names_it(what: str) -> None:
    with pytest.raises(BadInput, match=r"^question\.wav ") as caught:
        parse_wav(WRONG[what], "question.wav")
    assert caught.value.message.endswith(".")
    assert "\n" not in str(caught.value)


def test_too_long_a_recording_is_refused_before_it_is_converted() -> None:
    with pytest.raises(TooLarge, match="15 min"):
        parse_wav(riff(1, 1, 4_000, 8, bytes(900 * 4_000)), longest=600)


@given(st.binary(max_size=200), st.integers(0, 100))
def test_no_bytes_make_it_fail_in_any_other_way(rubbish: bytes, at: int) -> None:
    good = format_wav(TONE[:40], 16_000)
    for data in (rubbish, good[:at] + rubbish + good[at:], b"RIFF\x00\x00\x00\x00WAVE" + rubbish):
        with suppress(BadInput, TooLarge):
            parse_wav(data)
