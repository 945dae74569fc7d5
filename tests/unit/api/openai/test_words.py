"""What /v1/completions, /v1/models and /v1/embeddings promise."""

from __future__ import annotations

import base64
import struct
from typing import Any

import pytest

from app.events.llm import EmbedEvent
from tests.unit.api.openai.test_chat import chunks
from tests.unit.api.scripted import House

pytestmark = pytest.mark.anyio

GO_ON, MODELS, EMBED = "/v1/completions", "/v1/models", "/v1/embeddings"


async def test_a_prompt_is_gone_on_with(house: House) -> None:
    told = (await house.client.post(GO_ON, json={"model": "solo", "prompt": "Say", "max_tokens": 5})).json()
    assert (told["object"], told["choices"][0]["text"]) == ("text_completion", "Paris.")
    assert told["usage"]["total_tokens"] == 10
    request = house.scripted.asked[0]
    assert ([m.content for m in request.messages], request.max_tokens) == (["Say"], 5)


async def test_several_prompts_have_several_answers_in_order(house: House) -> None:
    body = {"prompt": ["One", "Two"], "n": 2, "echo": True}
    told = (await house.client.post(GO_ON, json=body)).json()
    assert [one["text"] for one in told["choices"]] == ["OneParis."] * 2 + ["TwoParis."] * 2
    assert (told["usage"]["prompt_tokens"], told["usage"]["completion_tokens"]) == (14, 12)


async def test_text_comes_as_a_stream(house: House) -> None:
    body = {"prompt": "Say", "stream": True, "echo": True, "stream_options": {"include_usage": True}}
    *told, usage, done = chunks((await house.client.post(GO_ON, json=body)).text)
    assert [one["choices"][0]["text"] for one in told] == ["Say", "Par", "is", ".", ""]
    assert told[-1]["choices"][0]["finish_reason"] == "stop"
    assert (usage["usage"]["total_tokens"], done) == (10, "[DONE]")


async def test_probabilities_have_the_old_shape(house: House) -> None:
    told = (await house.client.post(GO_ON, json={"prompt": "Say", "logprobs": 2})).json()
    logprobs = told["choices"][0]["logprobs"]
    assert logprobs["tokens"] == ["Par", "is", "."]
    assert logprobs["text_offset"] == [0, 3, 5]
    assert logprobs["top_logprobs"][0] == {"Par": -0.5, "x": -1.5}


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"prompt": [1, 2]}, "prompt"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": []}, "prompt"),
        ({"prompt": ["x"] * 17}, "prompt"),
        ({"prompt": "x", "best_of": 3}, "best_of"),
        ({"prompt": "x", "suffix": "y"}, "suffix"),
    ],
)
async def test_what_a_completion_cannot_be_is_refused(house: House, body: dict[str, Any], param: str) -> None:
    answer = await house.client.post(GO_ON, json=body)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


async def test_every_model_is_listed_and_can_be_looked_up(house: House) -> None:
    told = (await house.client.get(MODELS)).json()
    names = [one["id"] for one in told["data"]]
    assert (told["object"], names[0], names[-2:]) == ("list", "solo", ["local:qwen", "cloud:big"])
    assert {type(one["created"]) for one in told["data"]} == {int}
    for name in ("local:qwen", "qwen", "solo", "solo:analysis"):
        one = (await house.client.get(f"{MODELS}/{name}")).json()
        assert one["object"] == "model"
    nothing = await house.client.get(f"{MODELS}/of/nobody")
    assert (nothing.status_code, nothing.json()["error"]["code"]) == (404, "model_not_found")


@pytest.mark.real_time
async def test_texts_become_vectors_as_numbers_or_base64(house: House) -> None:
    body: dict[str, Any] = {"model": "text-embedding-3-small", "input": ["a", "b"]}
    told = (await house.client.post(EMBED, json=body)).json()
    assert [one["embedding"] for one in told["data"]] == [[0.6, 0.8]] * 2
    assert (told["model"], told["usage"]["prompt_tokens"]) == ("scripted-vectors", 2)
    packed = (await house.client.post(EMBED, json=body | {"encoding_format": "base64"})).json()
    numbers = struct.unpack("<2f", base64.b64decode(packed["data"][1]["embedding"]))
    assert numbers == pytest.approx((0.6, 0.8))


@pytest.mark.real_time
async def test_a_question_is_told_from_a_passage(house: House) -> None:
    await house.client.post(EMBED, json={"input": "why?", "input_type": "query"})
    assert house.scripted.asked == [EmbedEvent(texts=("why?",), query=True)]


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        ({"input": [[1, 2]]}, 400, "input"),
        ({"input": ["a", ""]}, 400, "input"),
        ({"input": "a", "dimensions": 3}, 400, "dimensions"),
        ({"input": "a", "model": "another"}, 404, "model"),
        ({"input": ["a"] * 2049}, 400, "input"),
    ],
)
async def test_vectors_that_cannot_be_had_are_refused(
    house: House, body: dict[str, Any], status: int, param: str
) -> None:
    answer = await house.client.post(EMBED, json=body)
    assert (answer.status_code, answer.json()["error"]["param"]) == (status, param)
