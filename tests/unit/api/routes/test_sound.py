"""What speaking and hearing over HTTP promise."""

from __future__ import annotations

import io
import wave
from typing import Any, Literal

import anyio
import numpy as np
import pytest

from app.config.voice import VoiceSettings
from app.events.voice import AudioDeviceEvent, PushToTalkEvent, StopSpeakingEvent
from app.kernel.errors import NotFound
from app.media.wav import parse_wav
from app.media.wavwriter import format_wav
from tests.unit.api.scripted import House

pytestmark = pytest.mark.anyio

SAY, HEAR = "/api/v1/say", "/api/v1/transcribe"


def wav(seconds: float = 1.0, rate: int = 16_000) -> bytes:
    return format_wav(np.zeros(int(seconds * rate), np.float32), rate)


async def test_speech_comes_as_a_wav(house: House) -> None:
    answer = await house.client.post(SAY, json={"text": "Hello."})
    assert answer.headers["content-type"] == "audio/wav"
    heard = parse_wav(answer.content)
    assert (heard.rate, len(heard.samples)) == (22_050, 3 * 2205)
    with wave.open(io.BytesIO(answer.content)) as read:  # what others make of the endless header
        assert (read.getframerate(), read.getnchannels(), read.getsampwidth()) == (22_050, 1, 2)
    assert len(house.deps.runtime.streams) == 0


async def test_speech_on_the_loudspeaker_is_counted(house: House) -> None:
    reply = (await house.client.post(SAY, json={"text": "Hello.", "play": True})).json()
    assert (reply["pieces"], reply["seconds"]) == (3, 0.3)
    assert house.scripted.asked[0].sink == "speaker"


async def test_an_unknown_voice_is_a_404_and_no_broken_wav(house: House) -> None:
    house.scripted.fails = NotFound("There is no voice called 'x'.")
    answer = await house.client.post(SAY, json={"text": "Hello.", "voice": "x"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert len(house.deps.runtime.streams) == 0


@pytest.mark.real_time
@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100])
async def test_a_recording_of_any_rate_is_transcribed(house: House, rate: int) -> None:
    answer = await house.client.post(HEAR, content=wav(2, rate), headers={"Content-Type": "audio/wav"})
    assert answer.json() == {"text": "hello", "language": "en", "seconds": 2.0, "took_ms": 1.0, "reason": ""}
    assert len(house.deps.runtime.streams) == 0


@pytest.mark.real_time
@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"", 422, "empty"),
        (b"ID3 not a wav at all", 422, "not a WAV"),
        (wav()[:30], 422, "cut off"),
        (wav()[:2000], 422, "cut off"),
        (wav(0), 422, "holds no sound"),
        (wav(601, 4_000), 413, "601 s"),
    ],
)
async def test_a_wrong_recording_is_one_sentence(house: House, body: bytes, status: int, words: str) -> None:
    answer = await house.client.post(HEAR, content=body, headers={"Content-Type": "audio/wav"})
    assert answer.status_code == status, answer.text
    assert words in answer.json()["error"]["message"]


async def test_the_talk_key_and_the_stop_become_events(house: House) -> None:
    with house.deps.runtime.bus.subscribe(PushToTalkEvent, StopSpeakingEvent, name="t") as events:
        assert (await house.client.post("/api/v1/ptt/start")).json() == {"pressed": True}
        assert (await house.client.post("/api/v1/ptt/stop")).json() == {"pressed": False}
        await house.client.post("/api/v1/stop")
        seen = [(await events.next()).event for _ in range(3)]
    assert [getattr(event, "pressed", None) for event in seen] == [True, False, None]


async def test_the_talk_key_without_voice_says_why_not(house: House) -> None:
    deaf = house.deps.settings.model_copy(update={"voice": VoiceSettings(enabled=False)})
    object.__setattr__(house.deps, "settings", deaf)
    answer = await house.client.post("/api/v1/ptt/start")
    assert answer.status_code == 503
    assert "SOLO_VOICE__ENABLED" in answer.json()["error"]["hint"]


async def test_what_has_no_word_in_it_cannot_be_said(house: House) -> None:
    answer = await house.client.post(SAY, json={"text": "..."})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "bad_input")


@pytest.mark.parametrize(
    ("role", "path", "body"),
    [("speaker", SAY, {"text": "Hello.", "play": True}), ("microphone", "/api/v1/ptt/start", None)],
)
async def test_a_device_that_is_away_is_said(
    house: House, role: Literal["speaker", "microphone"], path: str, body: dict[str, Any] | None
) -> None:
    lost = AudioDeviceEvent(role=role, state="lost", device="USB", reason="The device USB went away.")
    house.deps.runtime.bus.publish(lost)
    await anyio.sleep(0.1)
    answer = await house.client.post(path, json=body)
    assert answer.status_code == 503
    assert answer.json()["error"]["message"] == "The device USB went away."
    assert house.scripted.asked == []
