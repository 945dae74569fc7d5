"""What /v1/audio/speech and /v1/audio/transcriptions promise."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest

from app.events.voice import SpeakEvent, TranscribeEvent
from app.kernel.errors import NotFound
from app.media.encoders import encoder
from app.media.packed import unpack
from app.media.wav import parse_wav
from app.media.wavwriter import format_wav
from tests.unit.api.openai.test_chat import chunks
from tests.unit.api.scripted import House, MakeHouse

pytestmark = [pytest.mark.anyio, pytest.mark.real_time]

SPEAK, HEAR = "/v1/audio/speech", "/v1/audio/transcriptions"
HELLO: dict[str, Any] = {"model": "tts-1", "voice": "alloy", "input": "Hello."}
WAV = format_wav(np.zeros(16_000, np.float32), 16_000)


async def spoken(house: House, **body: Any) -> Any:
    answer = await house.client.post(SPEAK, json=HELLO | body)
    assert answer.status_code == 200, answer.text
    assert len(house.deps.runtime.streams) == 0
    return answer


async def hear(house: House, data: bytes = WAV, **fields: Any) -> Any:
    return await house.client.post(
        HEAR, data={"model": "whisper-1"} | fields, files={"file": ("a.wav", data)}
    )


async def test_speech_is_a_wav_or_plain_samples_of_24_khz(house: House) -> None:
    wav = await spoken(house, response_format="wav")
    heard = parse_wav(wav.content)
    assert (wav.headers["content-type"], heard.rate) == ("audio/wav", 24_000)
    assert heard.seconds == pytest.approx(0.3, abs=0.005)
    pcm = await spoken(house, response_format="pcm")
    assert pcm.content == wav.content[44:]


@pytest.mark.parametrize(
    ("form", "kind"),
    [("mp3", "audio/mpeg"), ("opus", "audio/ogg"), ("aac", "audio/aac"), ("flac", "audio/flac")],
)
async def test_speech_is_packed_and_can_be_unpacked_again(house: House, form: str, kind: str) -> None:
    answer = await spoken(house, response_format=form)
    assert answer.headers["content-type"] == kind
    heard = np.concatenate(unpack(answer.content, 16_000, 10))
    assert len(heard) / 16_000 == pytest.approx(0.3, abs=0.15)
    assert np.abs(heard).max() > 0.1


async def test_speech_comes_as_events_where_that_is_wanted(house: House) -> None:
    answer = await spoken(house, response_format="pcm", stream_format="sse")
    *told, done = chunks(answer.text)
    assert {one["type"] for one in told} == {"speech.audio.delta"}
    assert sum(len(base64.b64decode(one["audio"])) for one in told) == pytest.approx(
        2 * 24_000 * 0.3, rel=0.02
    )
    assert done["type"] == "speech.audio.done"


@pytest.mark.parametrize(
    ("voice", "meant"), [("alloy", None), ({"id": "en_US-amy"}, "en_US-amy"), ("solo", None)]
)
async def test_a_voice_is_solos_own_or_one_by_name(house: House, voice: Any, meant: str | None) -> None:
    await spoken(house, voice=voice, speed=1.5, instructions="Cheerfully.", language="en")
    request = house.scripted.asked[0]
    assert isinstance(request, SpeakEvent)
    assert (request.voice, request.speed, request.language) == (meant, 1.5, "en")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"input": ""}, 400),
        ({"input": "..."}, 400),
        ({"input": "x" * 20_001}, 413),
        ({"response_format": "midi"}, 400),
        ({"speed": 9}, 400),
        ({"model": "other"}, 404),
        ({"nonsense": 1}, 400),
    ],
)
async def test_speech_that_cannot_be_had_is_one_sentence(
    house: House, body: dict[str, Any], status: int
) -> None:
    answer = await house.client.post(SPEAK, json=HELLO | body)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["message"].endswith(".")


async def test_a_failure_of_the_voice_has_a_status_of_its_own(house: House) -> None:
    house.scripted.fails = NotFound("There is no voice called 'x'.")
    assert (await house.client.post(SPEAK, json=HELLO | {"voice": "x"})).status_code == 404


async def test_a_recording_becomes_text(house: House) -> None:
    told = (await hear(house, language="en", prompt="Ada", temperature="0")).json()
    assert told == {"text": "hello", "usage": {"type": "duration", "seconds": 1}}
    request = house.scripted.asked[0]
    assert isinstance(request, TranscribeEvent)
    assert (request.language, request.hints, request.words) == ("en", ("Ada",), False)
    assert len(house.deps.runtime.streams) == 0
    assert (await hear(house, response_format="text")).text == "hello\n"


async def test_times_are_written_in_each_form_that_has_room_for_them(house: House) -> None:
    assert (await hear(house, response_format="srt")).text == "1\n00:00:00,100 --> 00:00:00,400\nhello\n\n"
    vtt = (await hear(house, response_format="vtt")).text
    assert vtt == "WEBVTT\n\n00:00:00.100 --> 00:00:00.400\nhello\n\n"
    form = {"response_format": "verbose_json", "timestamp_granularities[]": ["word", "segment"]}
    told = (await hear(house, **form)).json()
    assert told["words"] == [{"word": "hello", "start": 0.1, "end": 0.4}]
    assert (told["language"], told["duration"], told["segments"][0]["text"]) == ("english", 1.0, "hello")


async def test_a_transcript_comes_as_events_where_that_is_wanted(house: House) -> None:
    told = chunks((await hear(house, stream="true")).text)
    assert [one["type"] for one in told] == ["transcript.text.delta", "transcript.text.done"]


@pytest.mark.parametrize("form", ["mp3", "opus", "aac", "flac"])
async def test_recordings_of_other_kinds_are_heard(house: House, form: str) -> None:
    made = encoder(form, 16_000)
    data = made.feed(np.zeros(32_000, np.float32)) + made.end()
    told = (await hear(house, data, response_format="verbose_json")).json()
    assert told["duration"] == pytest.approx(2.0, abs=0.15)


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"model": "other"}, 404, "other"),
        ({"response_format": "diarized_json"}, 400, "response_format"),
        ({"timestamp_granularities[]": "letter"}, 400, "letter"),
        ({"nonsense": "1"}, 400, "nonsense"),
        ({"prompt": "x" * 70_000}, 400, "form"),
    ],
)
async def test_a_form_that_cannot_be_served_is_refused(
    house: House, fields: dict[str, Any], status: int, words: str
) -> None:
    answer = await hear(house, **fields)
    assert answer.status_code == status, answer.text
    assert words in answer.json()["error"]["message"]
    assert house.scripted.asked == []


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", 400),
        (b"not a recording at all", 400),
        (b"ID3" + bytes(100), 400),
        (b"fLaC" + b"\xff" * 5000, 400),
        (b"OggS" + b"\x00" * 5000, 400),
        (b"\x1aE\xdf\xa3" + b"\x42" * 5000, 400),
        (b"\x00\x00\x00\x20ftypM4A " + b"\xff" * 5000, 400),
        (WAV[:-20_000], 400),
    ],
)
async def test_files_that_are_no_recordings_are_one_sentence(house: House, data: bytes, status: int) -> None:
    answer = await hear(house, data)
    assert answer.status_code == status, answer.text
    assert len(house.deps.runtime.streams) == 0
    assert house.scripted.asked == []


async def test_a_small_file_may_not_unpack_to_hours(make_house: MakeHouse) -> None:
    made = encoder("flac", 24_000)
    data = made.feed(np.zeros(24_000 * 60, np.float32)) + made.end()
    assert len(data) < 100_000
    async with make_house(max_audio_seconds=30) as house:
        answer = await hear(house, data)
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


async def test_an_upload_is_bounded(make_house: MakeHouse) -> None:
    async with make_house(max_body_bytes=10_000) as house:
        assert (await hear(house, b"RIFF" + bytes(20_000))).status_code == 413
        json_body = await house.client.post(HEAR, json={"file": "x"})
        assert json_body.status_code == 415
        without = await house.client.post(HEAR, files={"other": ("a", b"x")})
        assert without.status_code == 400
