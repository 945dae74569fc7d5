"""What /v1/chat/completions promises."""

from __future__ import annotations

import json
from typing import Any

import anyio
import pytest

from app.events.llm import LLMRequestEvent, ToolCall
from app.kernel.errors import BadInput, Forbidden, NotFound, RateLimited, TimedOut, Unavailable, Unsupported
from tests.unit.api.scripted import House, MakeHouse, until

pytestmark = pytest.mark.anyio

CHAT = "/v1/chat/completions"
HELLO: dict[str, Any] = {"model": "solo", "messages": [{"role": "user", "content": "Hello"}]}
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}


def chunks(text: str) -> list[Any]:
    """The data of each event; [DONE] as it is."""
    found = [line.removeprefix("data: ") for line in text.split("\n\n") if line]
    return [one if one == "[DONE]" else json.loads(one) for one in found]


async def asked(house: House, **body: Any) -> LLMRequestEvent:
    answer = await house.client.post(CHAT, json=HELLO | body)
    assert answer.status_code == 200, answer.text
    return next(one for one in house.scripted.asked if isinstance(one, LLMRequestEvent))


async def refused(house: House, **body: Any) -> dict[str, Any]:
    answer = await house.client.post(CHAT, json=HELLO | body)
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["type"] == "invalid_request_error"
    assert house.scripted.asked == []
    return error


async def test_messages_are_answered_in_openais_shape(house: House) -> None:
    told = (await house.client.post(CHAT, json=HELLO)).json()
    assert told["object"] == "chat.completion"
    assert told["id"].startswith("chatcmpl-")
    assert told["model"] == "local:qwen"
    assert told["choices"] == [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Paris.", "refusal": None},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ]
    assert told["usage"] == {
        "prompt_tokens": 7,
        "completion_tokens": 3,
        "total_tokens": 10,
        "prompt_tokens_details": {"cached_tokens": 2},
    }


async def test_a_stream_is_role_pieces_reason_and_done(house: House) -> None:
    answer = await house.client.post(CHAT, json=HELLO | {"stream": True})
    assert answer.headers["content-type"].startswith("text/event-stream")
    *told, done = chunks(answer.text)
    assert done == "[DONE]"
    assert {(one["object"], one["id"], one["model"]) for one in told} == {
        ("chat.completion.chunk", told[0]["id"], "solo")
    }
    assert told[0]["choices"][0]["delta"] == {"role": "assistant", "content": "", "refusal": None}
    assert [one["choices"][0]["delta"].get("content") for one in told[1:-1]] == ["Par", "is", "."]
    assert [one["choices"][0]["finish_reason"] for one in told] == [None, None, None, None, "stop"]
    assert all("usage" not in one for one in told)


async def test_the_last_chunk_of_a_stream_tells_the_cost_where_that_is_wanted(house: House) -> None:
    body = HELLO | {"stream": True, "stream_options": {"include_usage": True}}
    *told, last, _ = chunks((await house.client.post(CHAT, json=body)).text)
    assert (last["choices"], last["usage"]["total_tokens"]) == ([], 10)
    assert all(one["usage"] is None for one in told)


async def test_what_is_wanted_reaches_the_model(house: House) -> None:
    request = await asked(
        house,
        max_completion_tokens=9,
        temperature=0.3,
        top_p=0.9,
        top_k=5,
        min_p=0.1,
        frequency_penalty=0.5,
        presence_penalty=-0.5,
        seed=7,
        stop=["END"],
        service_tier="flex",
    )
    assert (request.max_tokens, request.temperature, request.seed, request.stop) == (9, 0.3, 7, ("END",))
    sampling = request.sampling
    assert (sampling.top_p, sampling.top_k, sampling.min_p) == (0.9, 5, 0.1)
    assert (sampling.frequency_penalty, sampling.presence_penalty) == (0.5, -0.5)
    assert request.priority == "maintenance"


async def test_what_changes_nothing_is_taken(house: House) -> None:
    ignored = {"user": "me", "metadata": {"a": "b"}, "store": True, "reasoning_effort": "low", "n": None}
    request = await asked(house, **ignored)
    assert request.priority == "chat"


@pytest.mark.parametrize(
    ("name", "model", "role"),
    [
        ("", "", "generation"),
        ("solo", "", "generation"),
        ("solo:analysis", "", "analysis"),
        ("cloud:big", "cloud:big", "generation"),
        ("elsewhere:unlisted", "elsewhere:unlisted", "generation"),
        ("big", "cloud:big", "generation"),
    ],
)
async def test_a_model_is_named_alone_or_with_its_provider(
    house: House, name: str, model: str, role: str
) -> None:
    request = await asked(house, model=name)
    assert (request.model, request.role) == (model, role)


async def test_a_name_of_the_settings_stands_for_another(make_house: MakeHouse) -> None:
    async with make_house(model_names={"gpt-4o": "cloud:big"}) as house:
        assert (await asked(house, model="gpt-4o")).model == "cloud:big"


async def test_a_model_that_is_not_there_is_a_404_with_the_nearest_name(house: House) -> None:
    answer = await house.client.post(CHAT, json=HELLO | {"model": "qwem"})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["param"]) == (404, "model_not_found", "model")
    assert "'qwen'" in error["message"]


async def test_every_kind_of_message_is_read(house: House) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    messages = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo"}]},
        {"role": "assistant", "content": None, "tool_calls": [call], "refusal": None, "audio": None},
        {"role": "tool", "tool_call_id": "c1", "content": "sunny"},
    ]
    request = await asked(house, messages=messages)
    assert [(m.role, m.content) for m in request.messages] == [
        ("system", "Be brief."),
        ("user", "Hel\nlo"),
        ("assistant", ""),
        ("tool", "sunny"),
    ]
    assert request.messages[2].tool_calls == (ToolCall(id="c1", name="weather", arguments="{}"),)
    assert request.messages[3].tool_call_id == "c1"


@pytest.mark.parametrize(
    ("choice", "wanted"),
    [
        (None, "auto"),
        ("none", "none"),
        ("required", "required"),
        ({"type": "function", "function": {"name": "weather"}}, "weather"),
    ],
)
async def test_tools_are_handed_over(house: House, choice: Any, wanted: str) -> None:
    request = await asked(house, tools=[TOOL], tool_choice=choice)
    assert request.tool_choice == wanted
    assert json.loads(request.tools[0].parameters) == {"type": "object", "properties": {}}


async def test_calls_of_tools_come_back(house: House) -> None:
    house.scripted.calls = (
        ToolCall(id="1", name="weather", arguments='{"city": "Paris"}'),
        ToolCall(id="2", name="weather"),
    )
    choice = (await house.client.post(CHAT, json=HELLO | {"tools": [TOOL]})).json()["choices"][0]
    assert (choice["finish_reason"], choice["message"]["content"]) == ("tool_calls", None)
    assert [call["id"] for call in choice["message"]["tool_calls"]] == ["1", "2"]
    body = HELLO | {"tools": [TOOL], "stream": True, "parallel_tool_calls": False}
    _, calls, end, _ = chunks((await house.client.post(CHAT, json=body)).text)
    assert calls["choices"][0]["delta"]["tool_calls"] == [
        {
            "index": 0,
            "id": "1",
            "type": "function",
            "function": {"name": "weather", "arguments": '{"city": "Paris"}'},
        }
    ]
    assert end["choices"][0]["finish_reason"] == "tool_calls"


async def test_the_answers_form_is_handed_over(house: House) -> None:
    schema = {"type": "object", "properties": {"x": {"type": "integer"}}}
    form = {"type": "json_schema", "json_schema": {"name": "x", "strict": True, "schema": schema}}
    request = await asked(house, response_format=form)
    assert request.shape is not None
    assert (request.shape.kind, json.loads(request.shape.text)) == ("schema", schema)


async def test_probabilities_of_tokens_come_with_as_many_others_as_were_wanted(house: House) -> None:
    body = HELLO | {"logprobs": True, "top_logprobs": 1}
    tokens = (await house.client.post(CHAT, json=body)).json()["choices"][0]["logprobs"]["content"]
    assert (tokens[0]["token"], tokens[0]["logprob"], tokens[0]["bytes"]) == ("Par", -0.5, [80, 97, 114])
    assert [len(one["top_logprobs"]) for one in tokens] == [1, 1, 1]
    first = chunks((await house.client.post(CHAT, json=HELLO | {"logprobs": True, "stream": True})).text)[1]
    assert first["choices"][0]["logprobs"]["content"][0]["top_logprobs"] == []


@pytest.mark.parametrize("stream", [True, False])
async def test_several_answers_are_made_side_by_side(house: House, stream: bool) -> None:
    answer = await house.client.post(CHAT, json=HELLO | {"n": 3, "stream": stream})
    if stream:
        told = chunks(answer.text)[:-1]
        texts = ["", "", ""]
        for one in told:
            texts[one["choices"][0]["index"]] += one["choices"][0]["delta"].get("content", "")
    else:
        texts = [choice["message"]["content"] for choice in answer.json()["choices"]]
        assert answer.json()["usage"]["prompt_tokens"] == 7
        assert answer.json()["usage"]["completion_tokens"] == 9
    assert texts == ["Paris."] * 3
    dialogues = [one.dialogue for one in house.scripted.asked]
    assert dialogues[0]
    assert dialogues[1:] == [None, None]


async def test_one_conversation_goes_on_where_the_model_has_read_it(house: House) -> None:
    first = HELLO["messages"]
    then = [*first, {"role": "assistant", "content": "Hi"}, {"role": "user", "content": "And?"}]
    other = [{"role": "user", "content": "Something else"}]
    for messages in (first, then, other):
        await house.client.post(CHAT, json={"messages": messages})
    one, two, three = (request.dialogue for request in house.scripted.asked)
    assert one == two != three


async def test_conversations_that_begin_alike_do_not_wait_for_each_other(house: House) -> None:
    house.scripted.hold = anyio.Event()
    async with anyio.create_task_group() as group:
        for _ in range(2):
            group.start_soon(lambda: house.client.post(CHAT, json=HELLO))
        await until(lambda: len(house.scripted.asked) == 2)
        house.scripted.hold.set()
    one, two = (request.dialogue for request in house.scripted.asked)
    assert one != two


@pytest.mark.parametrize(
    ("body", "param", "words"),
    [
        ({"messages": []}, "messages", "messages"),
        ({"nonsense": 1}, "nonsense", "no field 'nonsense'"),
        ({"logit_bias": {"50256": -100}}, "logit_bias", "logit_bias"),
        ({"functions": [{"name": "f"}]}, "functions", "`tools`"),
        ({"modalities": ["text", "audio"]}, "modalities", "text"),
        ({"top_logprobs": 2}, "top_logprobs", "needs `logprobs`"),
        ({"temperature": 3}, "temperature", "temperature"),
        ({"n": 17}, "n", "'n'"),
        ({"stop": ["x"] * 17}, "stop", "16"),
        ({"tool_choice": "required"}, "tool_choice", "tools"),
        ({"tools": [{"type": "custom"}]}, "tools.0", "custom"),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema.schema", "schema"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages.0.tool_call_id", "which call"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
            "messages.0.content",
            "image_url",
        ),
    ],
)
async def test_what_cannot_be_served_is_refused_by_name(
    house: House, body: dict[str, Any], param: str, words: str
) -> None:
    error = await refused(house, **body)
    assert error["param"] == param
    assert words in error["message"]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (NotFound("There is no provider 'x'."), 404, "not_found"),
        (BadInput("The prompt is too long."), 400, "bad_input"),
        (Unsupported("No tools."), 400, "unsupported"),
        (Forbidden("The key is wrong."), 403, "forbidden"),
        (RateLimited("Too much.", after=3.2), 429, "rate_limit_exceeded"),
        (Unavailable("It loads."), 503, "unavailable"),
        (TimedOut("Nothing came."), 504, "timed_out"),
        (KeyError("a secret"), 500, "bug"),
    ],
)
async def test_failures_have_openais_shape_and_status(
    house: House, failure: Exception, status: int, code: str, stream: bool
) -> None:
    house.scripted.fails = failure
    answer = await house.client.post(CHAT, json=HELLO | {"stream": stream})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code)
    assert "secret" not in answer.text
    assert answer.headers.get("retry-after") == {429: "4", 503: "2"}.get(status)


@pytest.mark.parametrize("n", [1, 2])
async def test_a_failure_after_the_first_token_is_the_last_event(house: House, n: int) -> None:
    house.scripted.breaks = Unavailable("The model went away.")
    told = chunks((await house.client.post(CHAT, json=HELLO | {"stream": True, "n": n})).text)
    assert told[-1]["error"]["message"] == "The model went away."
    assert "[DONE]" not in told


async def test_a_prompt_beyond_the_limit_is_refused(make_house: MakeHouse) -> None:
    async with make_house(max_prompt_chars=100) as house:
        body = {"messages": [{"role": "user", "content": "x" * 60}] * 2}
        answer = await house.client.post(CHAT, json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
        assert house.scripted.asked == []


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"{", 400), (b"[]", 400), (b"", 400), (b'{"messages": 5}', 400), (b"x" * 9_000_000, 413)],
)
async def test_odd_bodies_get_one_sentence_in_openais_shape(
    house: House, content: bytes, status: int
) -> None:
    answer = await house.client.post(CHAT, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert answer.json()["error"]["message"].endswith(".")


async def test_the_doors_rules_hold_and_speak_openais_language(house: House) -> None:
    nobody = await house.stranger().post(CHAT, json=HELLO)
    assert (nobody.status_code, nobody.json()["error"]["code"]) == (401, "invalid_api_key")
    page = await house.client.post(CHAT, json=HELLO, headers={"Origin": "https://evil.example"})
    assert (page.status_code, page.json()["error"]["type"]) == (403, "permission_error")
    name = await house.client.get("/v1/models", headers={"Host": "evil.example"})
    assert name.status_code == 403
    form = await house.client.post(CHAT, data={"messages": "x"})
    assert form.status_code == 415
    assert (await house.client.get("/v1/nowhere")).json()["error"]["code"] == "not_found"
    assert house.scripted.asked == []
