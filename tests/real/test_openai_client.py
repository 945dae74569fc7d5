"""The documented examples of the official `openai` client, unchanged, against a real Solo.

Each example stands as it does in OpenAI's documentation: it knows neither an address nor a key, which the
client reads from its environment, and it names OpenAI's models, which the settings give to Solo's.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import numpy as np
import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel

from app.events.base import Answer
from app.events.llm import LLMRequestEvent, LLMResponseEvent, LLMTokenEvent, ToolCall
from app.media.packed import unpack
from app.media.wav import parse_wav
from tests.real.openai_house import Open, house_beside, settings_of

pytestmark = [pytest.mark.real_time, pytest.mark.needs("models")]

SENSIBLE = "qwen2.5-coder-0.5b-instruct"
THEIRS = {"gpt-4o": "solo", "gpt-4o-mini": "solo", "gpt-3.5-turbo-instruct": "solo"}


@pytest.fixture(scope="module")
def solo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    settings = settings_of(tmp_path_factory.mktemp("data"), SENSIBLE, model_names=THEIRS)
    with house_beside(settings, "llm", "embedding", "stt", "tts") as it:
        yield it


@pytest.fixture(autouse=True)
def _environment(solo: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", f"{solo.url}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", solo.token)


@pytest.fixture
def client() -> Iterator[OpenAI]:
    with OpenAI(timeout=90, max_retries=0) as client:
        yield client


def test_a_chat(client: OpenAI) -> None:
    completion = client.chat.completions.create(
        model="gpt-4o",
        messages=[
            {"role": "developer", "content": "Talk like a pirate."},
            {"role": "user", "content": "How do I check if a Python object is an instance of a class?"},
        ],
        max_completion_tokens=40,
    )
    assert completion.choices[0].message.content
    assert completion.choices[0].finish_reason in ("length", "stop")
    assert completion.usage is not None
    assert 0 < completion.usage.completion_tokens <= 40


def test_a_stream(client: OpenAI) -> None:
    stream = client.chat.completions.create(
        model="gpt-4o",
        messages=[{"role": "user", "content": "Say 'double bubble bath' ten times fast."}],
        stream=True,
        stream_options={"include_usage": True},
        max_tokens=30,
    )
    chunks = list(stream)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text.strip()
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-1].usage is not None
    assert len(chunks) >= 3


def test_the_clients_own_helper_for_streams(client: OpenAI) -> None:
    with client.chat.completions.stream(
        model="gpt-4o",
        messages=[{"role": "user", "content": "Count to five."}],
        max_tokens=200,
        temperature=0,  # The helper takes an answer that was cut off for an error.
    ) as stream:
        kinds = {event.type for event in stream}
        final = stream.get_final_completion()
    assert {"chunk", "content.delta", "content.done"} <= kinds
    assert final.choices[0].message.content


def test_an_asynchronous_client_and_one_that_leaves(solo: Open) -> None:
    async def main() -> None:
        async with AsyncOpenAI() as client:
            stream = await client.chat.completions.create(
                model="gpt-4o",
                messages=[{"role": "user", "content": "Count from one to two thousand in words."}],
                stream=True,
            )
            async for _ in stream:
                break
            await stream.close()

    anyio.run(main)
    began = time.monotonic()
    while solo.runtime.bus._owners[LLMRequestEvent].calls:
        assert time.monotonic() - began < 5, "the generation goes on"
        time.sleep(0.05)


def test_tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a scripted model, behind the real door: the small one asks for tools in prose."""
    tools: Any = [
        {
            "type": "function",
            "function": {
                "name": "get_weather",
                "description": "Get current temperature for a given location.",
                "parameters": {
                    "type": "object",
                    "properties": {
                        "location": {
                            "type": "string",
                            "description": "City and country e.g. Bogotá, Colombia",
                        }
                    },
                    "required": ["location"],
                    "additionalProperties": False,
                },
                "strict": True,
            },
        }
    ]
    messages: list[Any] = [{"role": "user", "content": "What is the weather like in Paris today?"}]
    with house_beside(settings_of(tmp_path, SENSIBLE), scripted=calls_a_tool) as it:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{it.url}/v1")
        client = OpenAI(api_key=it.token)
        completion = client.chat.completions.create(
            model="solo", messages=messages, tools=tools, tool_choice="required"
        )
        message = completion.choices[0].message
        assert completion.choices[0].finish_reason == "tool_calls"
        assert message.tool_calls
        call: Any = message.tool_calls[0]
        assert json.loads(call.function.arguments) == {"location": "Paris"}

        messages.append(message)
        messages.append({"role": "tool", "tool_call_id": call.id, "content": "14 degrees"})
        with client.chat.completions.stream(model="solo", messages=messages, tools=tools) as stream:
            final = stream.get_final_completion()
        assert final.choices[0].message.content == "You told me: 14 degrees"
        with client.chat.completions.stream(model="solo", messages=messages[:1], tools=tools) as stream:
            names = [one.type for one in stream]
            final = stream.get_final_completion()
        assert "tool_calls.function.arguments.done" in names
        assert final.choices[0].finish_reason == "tool_calls"
        client.close()


async def calls_a_tool(request: LLMRequestEvent) -> AsyncGenerator[Answer, None]:
    """Asks for the weather, and says what it was told."""
    last = request.messages[-1]
    if last.role == "tool":
        text = f"You told me: {last.content}"
        yield LLMTokenEvent(text=text)
        yield LLMResponseEvent(text=text, finish="stop", model="scripted")
        return
    call = ToolCall(id="call_1", name=request.tools[0].name, arguments='{"location": "Paris"}')
    yield LLMResponseEvent(text="", finish="tool_calls", model="scripted", tool_calls=(call,))


def test_structured_outputs(client: OpenAI) -> None:
    class CalendarEvent(BaseModel):
        name: str
        date: str
        participants: list[str]

    completion = client.chat.completions.parse(
        model="gpt-4o",
        messages=[
            {"role": "system", "content": "Extract the event information."},
            {"role": "user", "content": "Alice and Bob are going to a science fair on Friday."},
        ],
        response_format=CalendarEvent,
        temperature=0,
    )
    event = completion.choices[0].message.parsed
    assert event is not None
    assert all(isinstance(name, str) for name in event.participants)


def test_json_mode_probabilities_several_answers_and_a_stop(client: OpenAI) -> None:
    said: Any = [{"role": "user", "content": "Answer in JSON: which colour is the sky?"}]
    form: Any = {"type": "json_object"}
    answer = client.chat.completions.create(
        model="gpt-4o", messages=said, response_format=form, n=2, max_tokens=200
    )
    assert len(answer.choices) == 2
    assert all(isinstance(json.loads(one.message.content or ""), dict) for one in answer.choices)
    said = [{"role": "user", "content": "Say: one two three four"}]
    answer = client.chat.completions.create(
        model="gpt-4o", messages=said, logprobs=True, top_logprobs=2, temperature=0, stop="three", seed=1
    )
    assert "three" not in (answer.choices[0].message.content or "")
    logprobs = answer.choices[0].logprobs
    assert logprobs is not None
    assert logprobs.content
    assert len(logprobs.content[0].top_logprobs) == 2


def test_a_completion(client: OpenAI) -> None:
    answer = client.completions.create(
        model="gpt-3.5-turbo-instruct", prompt="Say this is a test", max_tokens=7, temperature=0
    )
    assert answer.choices[0].text
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 7


def test_models(client: OpenAI) -> None:
    names = [model.id for model in client.models.list()]
    assert names[0] == "solo"
    assert any(SENSIBLE in name for name in names)
    assert client.models.retrieve("gpt-4o").owned_by == "solo"


def test_embeddings(client: OpenAI) -> None:
    inputs = ["The food was delicious and the waiter...", "A tasty meal with good service", "Compilers"]
    response = client.embeddings.create(model="text-embedding-3-small", input=inputs, encoding_format="float")
    base64 = client.embeddings.create(model="text-embedding-3-small", input=inputs)
    one, alike, other = (np.array(item.embedding) for item in response.data)
    assert one @ alike > one @ other
    assert np.allclose(one, base64.data[0].embedding, atol=1e-6)


def test_speech_and_what_is_heard_of_it(client: OpenAI, tmp_path: Path) -> None:
    speech_file_path = tmp_path / "speech.mp3"
    with client.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts",
        voice="coral",
        input="Today is a wonderful day to build something people love!",
        instructions="Speak in a cheerful and positive tone.",
    ) as response:
        response.stream_to_file(speech_file_path)
    assert 2 < len(np.concatenate(unpack(speech_file_path.read_bytes(), 16_000, 60))) / 16_000 < 6

    with speech_file_path.open("rb") as audio_file:
        transcription = client.audio.transcriptions.create(model="gpt-4o-transcribe", file=audio_file)
    assert "wonderful day" in transcription.text

    with speech_file_path.open("rb") as audio_file:
        verbose = client.audio.transcriptions.create(
            file=audio_file,
            model="whisper-1",
            response_format="verbose_json",
            timestamp_granularities=["word", "segment"],
        )
    assert verbose.words
    assert verbose.segments
    starts = [word.start for word in verbose.words]
    assert starts == sorted(starts)
    assert verbose.words[-1].end <= verbose.duration
    assert "wonderful" in " ".join(word.word for word in verbose.words)

    with speech_file_path.open("rb") as audio_file:
        srt: Any = client.audio.transcriptions.create(
            file=audio_file, model="whisper-1", response_format="srt"
        )
    assert srt.startswith("1\n00:00:0")


def test_speech_is_faster_when_that_is_wanted(client: OpenAI) -> None:
    lengths = [
        parse_wav(
            client.audio.speech.create(
                model="tts-1",
                voice="alloy",
                input="The river runs down to the sea, past the old mill and the bridge where we met.",
                response_format="wav",
                speed=speed,
            ).read()
        ).seconds
        for speed in (1.0, 2.0)
    ]
    assert lengths[1] < 0.7 * lengths[0]


def test_failures_are_the_clients_own_exceptions(client: OpenAI, solo: Open) -> None:
    said: Any = [{"role": "user", "content": "Hello"}]
    with pytest.raises(openai.AuthenticationError) as unauthorized, OpenAI(api_key="wrong") as stranger:
        stranger.models.list()
    assert unauthorized.value.code == "invalid_api_key"
    with pytest.raises(openai.NotFoundError, match="no model") as nowhere:
        client.chat.completions.create(model="gpt-9", messages=said)
    assert nowhere.value.code == "model_not_found"
    with pytest.raises(openai.BadRequestError, match="logit_bias") as refused:
        client.chat.completions.create(model="gpt-4o", messages=said, logit_bias={"1": 1})
    assert refused.value.param == "logit_bias"
    long: Any = [{"role": "user", "content": "river " * 20_000}]
    with pytest.raises(openai.BadRequestError, match="tokens"):
        client.chat.completions.create(model="gpt-4o", messages=long)
    with pytest.raises(openai.PermissionDeniedError):
        OpenAI(default_headers={"Origin": "https://evil.example"}).models.list()
    with pytest.raises(openai.BadRequestError, match="JSON"):
        client.post("/chat/completions", cast_to=httpx.Response, body="{", options={})
