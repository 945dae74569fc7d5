import struct
import wave
from pathlib import Path

import numpy as np
import pytest

from app.kernel.errors import BadInput, NotFound, SoloError, TooLarge
from app.media.wav import WavReader
from app.media.wavwriter import write_wav
from app.voice.audio.frames import RATE, Samples
from app.voice.audio.wavfile import read_wav


def tone(rate: int, seconds: float = 1.0) -> Samples:
    return (0.5 * np.sin(np.arange(round(rate * seconds)) * (2 * np.pi * 440 / rate))).astype(np.float32)


def header(
    data: bytes, *, tag: int = 1, channels: int = 1, rate: int = RATE, bits: int = 16, extra: bytes = b""
) -> bytes:
    frame = channels * bits // 8
    form = struct.pack("<HHIIHH", tag, channels, rate, rate * frame, frame, bits) + extra
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"LIST\x03\x00\x00\x00abc\x00"
    body += b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def extensible(tag: int) -> bytes:
    return struct.pack("<HHI", 22, 0, 0) + struct.pack("<H", tag) + bytes(14)


@pytest.mark.parametrize("rate", [8000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_any_rate_and_channels_become_16_khz_mono(tmp_path: Path, rate: int, channels: int) -> None:
    with wave.open(str(tmp_path / "x.wav"), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.repeat((tone(rate) * 32767).astype("<i2"), channels).tobytes())
    heard = read_wav(tmp_path / "x.wav")
    assert len(heard) == pytest.approx(RATE, abs=2)
    assert np.abs(heard[1000:15_000] - tone(RATE)[1000:15_000]).max() < 0.01


@pytest.mark.parametrize(
    ("tag", "bits", "encode"),
    [
        (1, 8, lambda x: ((x * 127) + 128).astype(np.uint8).tobytes()),
        (1, 16, lambda x: (x * 32767).astype("<i2").tobytes()),
        (1, 24, lambda x: (x * (2**31 - 1)).astype("<i4").view(np.uint8).reshape(-1, 4)[:, 1:].tobytes()),
        (1, 32, lambda x: (x.astype(np.float64) * (2**31 - 1)).astype("<i4").tobytes()),
        (3, 32, lambda x: x.astype("<f4").tobytes()),
        (3, 64, lambda x: x.astype("<f8").tobytes()),
    ],
)
@pytest.mark.parametrize("extended", [False, True])
def test_every_width_is_understood(tmp_path: Path, tag: int, bits: int, encode, extended: bool) -> None:  # noqa: ANN001
    data = encode(tone(RATE))
    made = (
        header(data, tag=0xFFFE, bits=bits, extra=extensible(tag))
        if extended
        else header(data, tag=tag, bits=bits)
    )
    (tmp_path / "x.wav").write_bytes(made)
    assert np.abs(read_wav(tmp_path / "x.wav") - tone(RATE)).max() < 0.02


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"RIFF", "is not a WAV file"),
        (b"This is a letter, not a sound.", "is not a WAV file"),
        (b"\xff\xfb\x90\x00" + bytes(100), "looks like MP3"),
        (b"fLaC" + bytes(100), "looks like FLAC"),
        (header(b"")[:30], "is damaged|is cut off"),
        (header(b""), "holds no sound"),
        (header(bytes(32_000))[:-16_000], r"is cut off: it should hold 1\.00 s of sound, but only 0\.50 s"),
        (header(bytes(100), tag=6, bits=8), r"cannot read \(format 6, 8 bit\)"),
        (header(bytes(100), channels=0), "is damaged"),
        (header(bytes(100), rate=3), "is damaged"),
        (b"RIFF\x04\x00\x00\x00WAVE", "is cut off: its header is missing"),
        (b"RIFF\x04\x00\x00\x00WAVEdata\x04\x00\x00\x00abcd", "does not say what its sound is made of"),
    ],
)
def test_a_wrong_file_is_refused_with_one_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "x.wav").write_bytes(content)
    with pytest.raises(BadInput, match=sentence) as caught:
        read_wav(tmp_path / "x.wav")
    assert caught.value.message.startswith("x.wav ")
    assert caught.value.message.endswith(".")


def test_what_is_not_there_and_what_is_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no file .*nothing\.wav"):
        read_wav(tmp_path / "nothing.wav")
    with pytest.raises(BadInput, match="is a folder"):
        read_wav(tmp_path)


def test_ten_hours_are_refused_without_reading_them(tmp_path: Path) -> None:
    seconds = 36_000
    start = header(b"")[:-4] + struct.pack("<I", seconds * RATE * 2)
    with (tmp_path / "x.wav").open("wb") as file:
        file.write(start)
        file.truncate(len(start) + seconds * RATE * 2)  # a sparse file: no disk is used
    with pytest.raises(TooLarge, match=r"x\.wav is 10\.0 h long; the limit is 60 min"):
        read_wav(tmp_path / "x.wav")
    with WavReader(tmp_path / "x.wav") as reader:
        assert reader.format.seconds == seconds
        assert len(next(reader.blocks())) == 16_384


def test_a_length_that_nobody_knew_beforehand_is_what_is_there(tmp_path: Path) -> None:
    made = header(bytes(3200))
    at = made.index(b"data") + 4
    (tmp_path / "x.wav").write_bytes(made[:at] + b"\xff\xff\xff\xff" + made[at + 4 :])
    assert len(read_wav(tmp_path / "x.wav")) == 1600


def test_numbers_that_are_none_become_silence(tmp_path: Path) -> None:
    strange = np.array([np.nan, np.inf, -np.inf, 3.0, 0.5], "<f4")
    (tmp_path / "x.wav").write_bytes(header(strange.tobytes(), tag=3, bits=32))
    assert read_wav(tmp_path / "x.wav").tolist() == [0.0, 1.0, -1.0, 1.0, 0.5]


def test_what_is_written_is_read_again_and_loud_sound_is_clipped(tmp_path: Path) -> None:
    write_wav(tmp_path / "x.wav", np.array([0.0, 0.5, 2.0, -2.0], np.float32))
    assert np.abs(read_wav(tmp_path / "x.wav") - np.array([0, 0.5, 1, -1])).max() < 1e-4


def test_a_folder_that_is_not_there_cannot_be_written_to(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no folder"):
        write_wav(tmp_path / "nowhere" / "x.wav", np.zeros(1, np.float32))


@pytest.mark.parametrize("cut", range(0, 44, 5))
def test_a_header_cut_anywhere_is_a_sentence(tmp_path: Path, cut: int) -> None:
    (tmp_path / "x.wav").write_bytes(header(bytes(100))[:cut])
    with pytest.raises(SoloError):
        read_wav(tmp_path / "x.wav")
