"""Answers in a shape and calls of tools through the service, whatever the engine can do by itself."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from app.config.llm import GenerationSettings, LlmSettings
from app.events.llm import (
    ChatMessage,
    LLMRequestEvent,
    LLMResponseEvent,
    LLMTokenEvent,
    LLMUsedEvent,
    Shape,
    ToolCall,
    ToolSpec,
)
from app.kernel.errors import BadInput, SoloError, TimedOut, TooLarge, Unsupported
from app.kernel.runtime import Runtime
from app.llm.engines.scripted import ScriptedModel
from app.llm.failures import NotTaken
from app.llm.port import Generation
from app.llm.service import LlmService
from app.llm.spec import EngineSpec

pytestmark = pytest.mark.anyio

TRIP = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city", "days"],
    "additionalProperties": False,
}
SHAPE = Shape(kind="schema", text=json.dumps(TRIP))
GOOD = '{"city": "Oslo", "days": 3}'
WEATHER = ToolSpec(
    name="weather",
    description="The weather of a city.",
    parameters='{"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}',
)
CALL = '{"name": "weather", "arguments": {"city": "Oslo"}}'
ALL = ("tools", "json", "schema", "grammar")


class Says:
    """A script that says these things one after the other, and the engines that were made with it."""

    def __init__(
        self, *texts: str, can: Sequence[str] = (), model: type[ScriptedModel] = ScriptedModel
    ) -> None:
        self._texts = [*texts]
        self._can = can
        self._model = model
        self.made: list[ScriptedModel] = []

    def __call__(self, spec: EngineSpec) -> ScriptedModel:
        self.made.append(self._model(spec, self._next, can=self._can, delay=0.1))
        return self.made[-1]

    def _next(self, messages: tuple[ChatMessage, ...]) -> str:
        if messages[-1].content == "Hi":  # it is warmed up
            return "Hi"
        return self._texts.pop(0) if len(self._texts) > 1 else self._texts[0]

    @property
    def asked(self) -> list[Generation]:
        return [one for made in self.made for one in made.requests if one.messages[-1].content != "Hi"]


@asynccontextmanager
async def running(
    runtime: Runtime, make: Callable[[EngineSpec], ScriptedModel], **settings: Any
) -> AsyncGenerator[None]:
    llm = LlmSettings(generation=GenerationSettings(engine="scripted", model="one"), **settings)
    service = LlmService(runtime, llm, Path("nowhere"), engines=make)
    ready = anyio.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(service.run, ready.set)
        await ready.wait()
        yield
        group.cancel_scope.cancel()


def ask(text: str = "A trip?", **more: Any) -> LLMRequestEvent:
    return LLMRequestEvent(messages=(ChatMessage(role="user", content=text),), **more)


async def answered(
    runtime: Runtime, says: Says, request: LLMRequestEvent, **settings: Any
) -> tuple[LLMResponseEvent, list[str]]:
    """The answer, and what was told before it."""
    told: list[str] = []
    end: LLMResponseEvent | SoloError | None = None
    async with running(runtime, says, **settings):
        try:
            async with runtime.bus.ask(request) as answers:
                async for answer in answers:
                    if isinstance(answer, LLMTokenEvent):
                        told.append(answer.text)
                    elif isinstance(answer, LLMResponseEvent):
                        end = answer
        except SoloError as error:
            end = error
    if isinstance(end, SoloError):
        raise end
    assert end is not None
    return end, told


# -- shapes ----------------------------------------------------------------------------------------


async def test_an_engine_without_schemas_is_asked_in_words_and_told_when_it_is_valid(
    runtime: Runtime,
) -> None:
    says = Says(f"Here you are:\n```json\n{GOOD[:-1]},}}\n```")
    answer, told = await answered(runtime, says, ask(shape=SHAPE))
    assert json.loads(answer.text) == {"city": "Oslo", "days": 3}
    assert told == [answer.text]
    assert answer.finish == "stop"
    sent = says.asked[0]
    assert sent.shape is None
    assert sent.messages[-1].content.startswith("A trip?\n\n")
    assert '"city"' in sent.messages[-1].content
    assert answer.first_token_ms > 100


async def test_what_is_wrong_with_it_is_said_and_all_tries_count_in_the_one_answer(runtime: Runtime) -> None:
    says = Says('{"city": "Oslo"}', "Oslo, three days", GOOD)
    answer, told = await answered(runtime, says, ask(shape=SHAPE))
    assert answer.text == "".join(told) == GOOD
    assert len(says.asked) == 3
    again = says.asked[1].messages
    assert [message.role for message in again] == ["user", "assistant", "user"]
    assert again[1].content == '{"city": "Oslo"}'
    assert "lacks days" in again[2].content
    assert len(says.asked[2].messages) == 3  # what came before the last try is not shown again
    words = sum(len(text.split()) for text in ('{"city": "Oslo"}', "Oslo, three days", GOOD))
    assert answer.completion_tokens == words


async def test_a_model_that_never_meets_it_is_one_error_and_is_accounted_for(runtime: Runtime) -> None:
    says = Says("No.")
    with runtime.bus.subscribe(LLMUsedEvent, name="test") as accounts:
        with pytest.raises(Unsupported, match="did not answer in the shape") as caught:
            await answered(runtime, says, ask(shape=SHAPE), repairs=1)
        used = await anext(aiter(accounts))
    assert len(says.asked) == 2
    assert "No." not in str(caught.value)
    assert used.completion_tokens == 2


async def test_the_next_of_the_chain_is_asked_then(runtime: Runtime) -> None:
    bad, good = Says("No."), Says(GOOD)
    generation = GenerationSettings(engine="scripted", model="one", fallback=("scripted:two",))

    def make(spec: EngineSpec) -> ScriptedModel:
        return (bad if spec.model == "one" else good)(spec)

    service = LlmService(runtime, LlmSettings(generation=generation), Path("nowhere"), engines=make)
    ready = anyio.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(service.run, ready.set)
        await ready.wait()
        answer = await runtime.bus.request(ask(shape=SHAPE), LLMResponseEvent)
        group.cancel_scope.cancel()
    assert answer.text == GOOD
    assert (len(bad.asked), len(good.asked)) == (3, 1)


async def test_a_native_answer_streams_where_the_engine_holds_to_all_of_the_schema(runtime: Runtime) -> None:
    says = Says(GOOD, can=ALL)
    answer, told = await answered(runtime, says, ask(shape=SHAPE))
    assert answer.text == "".join(told) == GOOD
    assert len(told) == 4
    assert says.asked[0].shape == SHAPE
    assert says.asked[0].messages[-1].content == "A trip?"


async def test_a_native_answer_that_may_break_a_rule_is_looked_at_first(runtime: Runtime) -> None:
    bounded = Shape(kind="schema", text='{"type": "object", "properties": {"n": {"minimum": 5}}}')
    says = Says('{"n": 1}', '{"n": 6}', can=ALL)
    answer, told = await answered(runtime, says, ask(shape=bounded))
    assert "".join(told) == answer.text == '{"n": 6}'
    assert says.asked[1].shape == bounded
    assert '"minimum": 5' in says.asked[1].messages[-1].content


async def test_any_json_is_natively_asked_for_where_only_schemas_are_unknown(runtime: Runtime) -> None:
    says = Says(GOOD, can=("json",))
    await answered(runtime, says, ask(shape=SHAPE))
    assert says.asked[0].shape == Shape(kind="json")
    assert '"city"' in says.asked[0].messages[-1].content


async def test_an_answer_that_was_cut_off_comes_as_it_is_and_says_so(runtime: Runtime) -> None:
    says = Says(GOOD)
    answer, told = await answered(runtime, says, ask(shape=SHAPE, max_tokens=2))
    assert (answer.text, answer.finish) == ('{"city": "Oslo",', "length")
    assert "".join(told) == answer.text
    assert len(says.asked) == 1


async def test_a_grammar_is_kept_to_natively_or_not_at_all(runtime: Runtime) -> None:
    grammar = Shape(kind="grammar", text='root ::= "yes"')
    with pytest.raises(Unsupported, match="cannot be held to a grammar"):
        await answered(runtime, Says("yes"), ask(shape=grammar))
    answer, told = await answered(runtime, Says("yes", can=ALL), ask(shape=grammar))
    assert told == [answer.text] == ["yes"]


@pytest.mark.parametrize(
    ("shape", "kind", "sentence"),
    [
        (Shape(kind="schema", text='{"type": "string", "const": 1}'), BadInput, "No answer can meet"),
        (Shape(kind="schema", text='{"items":' * 9000 + "{}" + "}" * 9000), BadInput, "nested deeper"),
        (Shape(kind="schema", text=json.dumps({"enum": ["x" * 1000] * 9000})), TooLarge, "the limit is"),
        (Shape(kind="schema", text='{"$ref": "http://127.0.0.1:9/"}'), BadInput, "fetches no schemas"),
        (Shape(kind="grammar", text="root ::= " + "(" * 500 + '"a"' + ")" * 500), BadInput, "nested deeper"),
        (Shape(kind="grammar", text=" "), BadInput, "empty"),
        (Shape(kind="grammar", text="#" * 60_000), TooLarge, "the limit is"),
    ],
    ids=["contradiction", "deep", "enormous", "elsewhere", "brackets", "empty", "long"],
)
async def test_what_nobody_can_meet_is_refused_before_any_model_sees_it(
    runtime: Runtime, shape: Shape, kind: type[Exception], sentence: str
) -> None:
    for can in (ALL,) if shape.kind == "grammar" else ((), ALL):
        says = Says(GOOD, can=can)
        with pytest.raises(kind, match=sentence):
            await answered(runtime, says, ask(shape=shape))
        assert says.asked == []


class Refusing(ScriptedModel):
    """Claims what it does not keep."""

    error: Exception = Unsupported("It makes no grammar of it.")

    async def _write(self, request: Generation) -> AsyncGenerator[Any, None]:
        if request.shape is not None or request.tools:
            self.requests.append(request)
            raise self.error
        async for step in super()._write(request):
            yield step


class NotTaking(Refusing):
    error = NotTaken("It refuses this request: no minimum, please.")


@pytest.mark.parametrize("model", [Refusing, NotTaking])
async def test_what_the_engine_does_not_take_natively_is_asked_in_words(
    runtime: Runtime, model: type[ScriptedModel]
) -> None:
    says = Says(GOOD, can=ALL, model=model)
    answer, _ = await answered(runtime, says, ask(shape=SHAPE))
    assert answer.text == GOOD
    says = Says(CALL, can=ALL, model=model)
    answer, _ = await answered(runtime, says, ask(tools=(WEATHER,)))
    assert [call.name for call in answer.tool_calls] == ["weather"]


async def test_tries_share_one_deadline(runtime: Runtime) -> None:
    says = Says("one two three four five six seven eight")
    with pytest.raises(TimedOut):
        await answered(runtime, says, ask(shape=SHAPE, deadline=1.0), repairs=10)
    assert len(says.asked) <= 2


# -- tools -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        CALL,
        f"<tool_call>{CALL}</tool_call>",
        "<tool_call>{'name': 'weather', 'arguments': {'city': 'Oslo',}}</tool_call>",
    ],
)
@pytest.mark.parametrize("choice", ["auto", "required", "weather"])
async def test_tools_are_called_by_a_model_that_knows_none(runtime: Runtime, text: str, choice: str) -> None:
    says = Says(text)
    answer, told = await answered(runtime, says, ask(tools=(WEATHER,), tool_choice=choice))
    assert answer.finish == "tool_calls"
    assert [(call.name, json.loads(call.arguments)) for call in answer.tool_calls] == [
        ("weather", {"city": "Oslo"})
    ]
    assert (told, answer.text) == ([], "")
    sent = says.asked[0]
    assert (sent.tools, sent.tool_choice) == ((), "auto")
    assert "The weather of a city." in sent.messages[-1].content


async def test_without_a_call_the_answer_streams_as_ever(runtime: Runtime) -> None:
    answer, told = await answered(runtime, Says("It is fine today."), ask(tools=(WEATHER,)))
    assert "".join(told) == answer.text == "It is fine today."
    assert len(told) == 4
    assert answer.finish == "stop"


async def test_who_must_call_and_does_not_is_asked_again(runtime: Runtime) -> None:
    says = Says("It rains.", CALL)
    answer, told = await answered(runtime, says, ask(tools=(WEATHER,), tool_choice="required"))
    assert [call.name for call in answer.tool_calls] == ["weather"]
    assert told == []


async def test_a_server_that_does_not_heed_the_choice_is_asked_again_in_words(runtime: Runtime) -> None:
    says = Says("It rains.", CALL, can=ALL)
    answer, told = await answered(runtime, says, ask(tools=(WEATHER,), tool_choice="weather"))
    assert ([call.name for call in answer.tool_calls], told) == (["weather"], [])
    assert says.asked[0].messages[-1].content == "A trip?"
    assert "The weather of a city." in says.asked[1].messages[0].content


async def test_a_call_of_something_else_is_asked_for_again_and_never_told(runtime: Runtime) -> None:
    says = Says('{"name": "launch", "arguments": {}}', "I cannot do that.")
    answer, told = await answered(runtime, says, ask(tools=(WEATHER,)))
    assert "".join(told) == answer.text == "I cannot do that."


async def test_a_broken_call_behind_words_that_were_told_is_left_out(runtime: Runtime) -> None:
    says = Says('Let me look. <tool_call>{"name": "weather", "argum')
    answer, told = await answered(runtime, says, ask(tools=(WEATHER,)))
    assert "".join(told).rstrip() == answer.text == "Let me look."


async def test_arguments_are_made_to_fit_from_native_engines_too(runtime: Runtime) -> None:
    text = '{"name": "weather", "arguments": {"city": "Oslo", "days": "5"}}'
    for can in ((), ALL):
        answer, _ = await answered(runtime, Says(text, can=can), ask(tools=(WEATHER,)))
        assert json.loads(answer.tool_calls[0].arguments) == {"city": "Oslo", "days": 5}


async def test_a_schema_holds_who_must_call_where_only_schemas_are_native(runtime: Runtime) -> None:
    says = Says(CALL, can=("schema",))
    await answered(runtime, says, ask(tools=(WEATHER,), tool_choice="required"))
    shape = says.asked[0].shape
    assert shape is not None
    assert json.loads(shape.text)["anyOf"][0]["properties"]["name"] == {"const": "weather"}


async def test_calls_and_results_of_a_dialogue_are_words_where_there_are_no_tools(runtime: Runtime) -> None:
    said = (
        ChatMessage(role="user", content="The weather in Oslo?"),
        ChatMessage(role="assistant", tool_calls=(ToolCall(id="call_0", name="weather", arguments="Oslo"),)),
        ChatMessage(role="tool", tool_call_id="call_0", content="rain"),
    )
    for choice in ("auto", "none"):
        says = Says("It rains.")
        request = LLMRequestEvent(messages=said, tools=(WEATHER,), tool_choice=choice)
        answer, _ = await answered(runtime, says, request)
        assert answer.text == "It rains."
        sent = says.asked[0].messages
        assert [message.role for message in sent] == ["user", "assistant", "user"]
        assert sent[2].content.startswith("(Result of weather)\nrain")
        assert ("The weather of a city." in sent[0].content) == (choice == "auto")
        assert sent[2].content.endswith("no more tools.") == (choice == "none")
    says = Says(CALL)
    answer, _ = await answered(runtime, says, LLMRequestEvent(messages=said, tools=(WEATHER,)))
    assert answer.tool_calls[0].id != "call_0"


async def test_a_native_engine_is_given_arguments_that_are_objects(runtime: Runtime) -> None:
    said = (
        ChatMessage(role="user", content="The weather?"),
        ChatMessage(role="assistant", tool_calls=(ToolCall(id="1", name="weather", arguments="Oslo"),)),
        ChatMessage(role="tool", tool_call_id="1", content="rain"),
    )
    says = Says("It rains.", can=ALL)
    await answered(runtime, says, LLMRequestEvent(messages=said, tools=(WEATHER,)))
    assert json.loads(says.asked[0].messages[1].tool_calls[0].arguments) == {"text": "Oslo"}


def test_nothing_is_done_where_nothing_was_asked_for() -> None:
    from app.llm.structure.plan import concerns

    assert not concerns(Generation((ChatMessage(role="user", content="Hi"),), 10, 0.0))
