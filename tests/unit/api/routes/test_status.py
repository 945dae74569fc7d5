"""What anyone on this machine may know."""

from __future__ import annotations

import anyio
import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.events.dialogue import TurnEndedEvent
from app.events.system import ReadyEvent, Span, TurnTracedEvent
from app.events.voice import AudioDeviceEvent, EchoEvent
from app.kernel.lifecycle import ServiceStatus
from tests.unit.api.scripted import House

pytestmark = pytest.mark.anyio


def happen(house: House) -> None:
    publish = house.deps.runtime.bus.publish
    publish(ReadyEvent(seconds=1.5))
    publish(AudioDeviceEvent(role="microphone", state="ready", device="USB Mic"))
    publish(
        TurnTracedEvent(
            turn="t1",
            channel="voice",
            total_ms=900,
            spans=(Span(name="speech", start_ms=0, end_ms=400), Span(name="think", start_ms=400, end_ms=900)),
        )
    )
    publish(
        TurnEndedEvent(
            turn="t1",
            channel="voice",
            dialogue="d1",
            user_text="my secret question",
            reply_text="my secret answer",
            finish="stop",
            completion_tokens=7,
            tokens_per_second=31.5,
        )
    )


async def test_status_counts_without_a_token_and_without_words(house: House) -> None:
    mistake = "Solo made a mistake (KeyError: 'my secret word')."
    house.services.append(ServiceStatus("llm", "degraded", mistake, 2, mistake))
    house.services.append(ServiceStatus("stt", "ready", since=house.deps.runtime.clock.monotonic() - 5))
    happen(house)
    await anyio.sleep(0.1)
    answer = await house.stranger().get("/status")
    status = answer.json()
    assert "secret" not in answer.text
    assert status["services"][0]["last_error"] == "Solo made a mistake (KeyError)."
    assert status["services"][1]["uptime_seconds"] == pytest.approx(5.1)
    assert status["llm"]["tokens_per_second"] == 31.5
    assert status["turns"]["ended"] == {"stop": 1}
    assert [span["name"] for span in status["turns"]["last"][0]["spans"]] == ["speech", "think"]
    assert status["voice"]["devices"][0]["device"] == "USB Mic"
    assert status["bus"]["published"] >= 4
    assert status["system"]["memory_total"] > 0


async def test_the_board_keeps_the_last_twenty_turns(house: House) -> None:
    publish = house.deps.runtime.bus.publish
    for number in range(25):
        publish(TurnTracedEvent(turn=f"t{number}", channel="api", spans=(), total_ms=1))
    await anyio.sleep(0.1)
    turns = (await house.client.get("/status")).json()["turns"]["last"]
    assert [turn["turn"] for turn in turns] == [f"t{n}" for n in range(5, 25)]


async def test_it_is_alive_before_it_is_ready(house: House) -> None:
    assert (await house.stranger().get("/health/live")).json()["status"] == "alive"
    house.services.append(ServiceStatus("stt", "starting"))
    answer = await house.stranger().get("/health/ready")
    assert (answer.status_code, answer.json()["waiting"]) == (503, ["stt"])


async def test_it_is_ready_while_only_lesser_services_are_down(house: House) -> None:
    house.deps.runtime.bus.publish(ReadyEvent(seconds=1))
    house.services.append(ServiceStatus("tts", "degraded", "There is no voice."))
    await anyio.sleep(0.1)
    answer = await house.stranger().get("/health/ready")
    assert (answer.status_code, answer.json()["degraded"]) == (200, {"tts": "There is no voice."})


async def test_it_is_not_ready_while_something_essential_is_down(house: House) -> None:
    house.deps.runtime.bus.publish(ReadyEvent(seconds=1))
    house.services.append(ServiceStatus("llm", "degraded", "The model file is cut off."))
    await anyio.sleep(0.1)
    answer = await house.stranger().get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["degraded"] == {"llm": "The model file is cut off."}


async def test_metrics_are_what_prometheus_reads(house: House) -> None:
    house.services.append(ServiceStatus("llm", "ready", restarts=2, since=0.0))
    happen(house)
    await anyio.sleep(0.1)
    text = (await house.stranger().get("/metrics")).text
    samples = {
        (s.name, tuple(sorted(s.labels.items()))): s.value
        for family in text_string_to_metric_families(text)
        for s in family.samples
    }
    assert samples["solo_turns_total", (("channel", "voice"), ("finish", "stop"))] == 1
    assert samples["solo_completion_tokens_total", ()] == 7
    assert samples["solo_service_restarts_total", (("service", "llm"),)] == 2
    assert samples["solo_service_state", (("service", "llm"), ("state", "ready"))] == 1
    assert samples["solo_span_seconds_count", (("channel", "voice"), ("span", "think"))] == 1
    assert samples["solo_ready", ()] == 1
    assert "secret" not in text


async def test_openapi_tells_of_every_route_and_of_failures(house: House) -> None:
    schema = (await house.client.get("/openapi.json")).json()
    for path, verbs in schema["paths"].items():
        for verb, operation in verbs.items():
            assert operation["summary"], path
            shape = operation["responses"]["default"]["content"]["application/json"]["schema"]
            assert shape["$ref"].endswith("ErrorReport"), (verb, path)
    assert "audio/wav" in schema["paths"]["/api/v1/transcribe"]["post"]["requestBody"]["content"]


async def test_status_says_how_the_taking_out_of_solos_own_voice_stands(house: House) -> None:
    assert (await house.stranger().get("/status")).json()["voice"]["echo"] is None
    reason = "What the loudspeaker plays cannot be followed."
    house.deps.runtime.bus.publish(
        EchoEvent(engine="kalman", state="degraded", reason=reason, attenuation_db=24.0, delay_ms=61.0)
    )
    await anyio.sleep(0.1)
    echo = (await house.stranger().get("/status")).json()["voice"]["echo"]
    assert echo == {
        "engine": "kalman",
        "state": "degraded",
        "reason": reason,
        "attenuation_db": 24.0,
        "delay_ms": 61.0,
    }
