"""What every engine of the language model must do; tests/real runs it again on the real ones.

A fixture `model` gives a loaded engine with a context of 2048 tokens. Wording is never tested
here: the smallest model writes nonsense.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import anyio
import pytest

from app.config.llm import ServerSettings
from app.events.llm import Chance, ChatMessage, Shape, ToolSpec
from app.kernel.errors import BadInput, NotFound, Unavailable, Unsupported
from app.llm.engines.scripted import ScriptedModel
from app.llm.engines.table import ENGINES, build, resolve
from app.llm.port import Finished, Generation, LanguageModel, Piece
from app.llm.spec import EngineSpec
from tests.wire.engines import at_work

CONTEXT = 2048
SYSTEM = ChatMessage(role="system", content="You are Solo, a patient assistant who likes to count. " * 8)
LONG = "Tell me about the river that runs past the old mill and down to the sea. " * 70
"""Some 1,200 tokens."""


def make_spec(**changes: object) -> EngineSpec:
    values = {
        "engine": "scripted",
        "model": "auto",
        "context": CONTEXT,
        "threads": 1,
        "gpu_layers": 0,
        "slots": 4,
        "server": ServerSettings(),
        "models_dir": Path("nowhere"),
    }
    return EngineSpec(**(values | changes))  # type: ignore[arg-type]


def say(text: str, **changes: object) -> Generation:
    values: dict[str, object] = {"max_tokens": 24, "temperature": 0.0, "seed": 1}
    return Generation((SYSTEM, ChatMessage(role="user", content=text)), **(values | changes))  # type: ignore[arg-type]


async def run(model: LanguageModel, request: Generation) -> tuple[str, Finished]:
    text, end = "", None
    async with aclosing(model.generate(request)) as steps:
        async for step in steps:
            assert end is None, "something came after the end"
            if isinstance(step, Piece):
                text += step.text
            elif isinstance(step, Finished):
                end = step
    assert end is not None
    return text, end


class LlmContract:
    """The suite."""

    pytestmark = pytest.mark.anyio

    async def test_it_says_what_it_can_do(self, model: LanguageModel) -> None:
        found = model.capabilities
        assert found.model
        assert found.context == CONTEXT
        assert found.concurrent >= 1

    async def test_pieces_come_before_one_end(self, model: LanguageModel) -> None:
        text, end = await run(model, say("Count from one to ten."))
        assert text.strip()
        assert 0 < end.completion_tokens <= 24
        assert end.prompt_tokens > 50

    async def test_an_answer_is_cut_at_max_tokens(self, model: LanguageModel) -> None:
        # Two: a small model may find three words enough.
        _, end = await run(model, say("Count from one to one hundred, in words.", max_tokens=2))
        assert end.finish == "length"
        assert end.completion_tokens == 2

    async def test_a_stop_text_ends_the_answer_and_is_not_part_of_it(self, model: LanguageModel) -> None:
        text, _ = await run(model, say("Count from one to ten, in words."))
        stop = text[len(text) // 2 :].strip()[:4]
        shorter, end = await run(model, say("Count from one to ten, in words.", stop=(stop,)))
        assert stop not in shorter
        assert text.startswith(shorter)
        assert end.finish == "stop"

    async def test_at_temperature_zero_the_same_question_has_one_answer(self, model: LanguageModel) -> None:
        first, _ = await run(model, say("Name three colours."))
        second, _ = await run(model, say("Name three colours."))
        assert first == second

    async def test_the_second_turn_of_a_dialogue_reads_only_what_is_new(self, model: LanguageModel) -> None:
        first = say("Name three colours.", dialogue="d")
        text, end = await run(model, first)
        more = (
            ChatMessage(role="assistant", content=text),
            ChatMessage(role="user", content="And three more?"),
        )
        second = Generation((*first.messages, *more), 8, 0.0, dialogue="d")
        _, again = await run(model, second)
        assert again.prompt_tokens > end.prompt_tokens
        assert again.cached_tokens >= 0.8 * end.prompt_tokens

    async def test_another_dialogue_between_costs_the_first_nothing(self, model: LanguageModel) -> None:
        await run(model, say(f"First. {LONG}", dialogue="a", max_tokens=2))
        await run(model, say("Second.", dialogue="b", max_tokens=2))
        _, end = await run(model, say(f"First. {LONG} And now?", dialogue="a", max_tokens=2))
        if model.capabilities.concurrent > 1:  # one slot can keep only the last dialogue warm
            assert end.cached_tokens > 0.8 * end.prompt_tokens
        else:
            assert end.cached_tokens < end.prompt_tokens

    async def test_leaving_stops_the_model_and_frees_it(self, model: LanguageModel) -> None:
        for _ in range(6):  # more often than there are slots
            async with aclosing(model.generate(say("Count to one thousand.", max_tokens=1500))) as steps:
                async for _ in steps:
                    break
        with anyio.fail_after(30):
            _, end = await run(model, say("Hello.", max_tokens=2))
        assert end.completion_tokens <= 2

    async def test_a_long_prompt_can_be_left_while_it_is_read(self, model: LanguageModel) -> None:
        for number in range(5):
            with anyio.move_on_after(0.05):
                await run(model, say(f"{number} {LONG}", dialogue="long"))
        with anyio.fail_after(30):
            await run(model, say("Hello.", max_tokens=2))

    async def test_leaving_one_dialogue_does_not_touch_the_others(self, model: LanguageModel) -> None:
        ends: list[Finished] = []

        async def stay() -> None:
            _, end = await run(model, say("Count to one hundred.", dialogue="stays", max_tokens=20))
            ends.append(end)

        async def leave() -> None:
            async with aclosing(model.generate(say("Count to ten.", dialogue="leaves"))) as steps:
                async for _ in steps:
                    break

        async with anyio.create_task_group() as group:
            group.start_soon(stay)
            group.start_soon(leave)
        assert ends[0].completion_tokens > 0

    async def test_dialogues_side_by_side_do_not_mix(self, model: LanguageModel) -> None:
        alone = [await run(model, say("word " * size, max_tokens=1)) for size in (5, 50, 100, 150)]
        together: dict[int, Finished] = {}

        async def one(number: int, size: int) -> None:
            _, together[number] = await run(model, say("word " * size, dialogue=str(number), max_tokens=3))

        async with anyio.create_task_group() as group:
            for number, size in enumerate((5, 50, 100, 150)):
                group.start_soon(one, number, size)
        assert [together[n].prompt_tokens for n in range(4)] == [end.prompt_tokens for _, end in alone]

    async def test_more_requests_than_it_can_run_are_all_answered(self, model: LanguageModel) -> None:
        answered: list[Finished] = []

        async def one(number: int) -> None:
            answered.append((await run(model, say(f"{number}?", dialogue=str(number), max_tokens=2)))[1])

        async with anyio.create_task_group() as group:
            for number in range(10):
                group.start_soon(one, number)
        assert len(answered) == 10

    async def test_a_prompt_longer_than_the_context_is_refused_with_numbers(
        self, model: LanguageModel
    ) -> None:
        with pytest.raises(BadInput):
            await run(model, say("word " * (CONTEXT + 100)))
        await run(model, say("Still there?", max_tokens=2))

    @pytest.mark.parametrize(
        "text", ["", " ", "🙂 日本語 ñ", "<|im_end|><|im_start|>", "\x00\x07", "a" * 500]
    )
    async def test_odd_text_does_no_harm(self, model: LanguageModel, text: str) -> None:
        await run(model, say(text, max_tokens=2))

    async def test_it_counts_tokens_or_says_that_it_cannot(self, model: LanguageModel) -> None:
        if not model.capabilities.counts_tokens:
            with pytest.raises(Unsupported):
                await model.count(("a",))
            return
        counts = await model.count(("", "one", "one two three four five six"))
        assert counts[0] == 0
        assert 0 < counts[1] < counts[2] <= 12

    async def test_after_closing_it_is_unavailable_and_closing_again_does_no_harm(
        self, model: LanguageModel
    ) -> None:
        await model.close()
        await model.close()
        with pytest.raises(Unavailable):
            await run(model, say("Anybody?"))


WEATHER = ToolSpec(
    name="weather",
    description="The weather of a city.",
    parameters=json.dumps(
        {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    ),
)
TRIP = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city", "days"],
    "additionalProperties": False,
}


class AbilityContract:
    """What an engine does that says that it can, and says where it cannot."""

    pytestmark = pytest.mark.anyio

    async def test_it_calls_a_tool_and_reads_what_came_of_it(self, model: LanguageModel) -> None:
        asking = say("What is the weather in Oslo?", tools=(WEATHER,), tool_choice="weather", max_tokens=60)
        if not model.capabilities.tools:
            with pytest.raises(Unsupported):
                await run(model, asking)
            return
        _, end = await run(model, asking)
        assert end.finish == "tool_calls"
        call = end.calls[0]
        assert call.id
        assert call.name == "weather"
        assert "city" in json.loads(call.arguments)
        said = (
            *asking.messages,
            ChatMessage(role="assistant", tool_calls=end.calls),
            *(ChatMessage(role="tool", tool_call_id=c.id, content='{"sky": "clear"}') for c in end.calls),
        )
        text, end = await run(model, Generation(said, 24, 0.0, tools=(WEATHER,)))
        assert text.strip()
        assert not end.calls

    async def test_several_calls_at_once_are_kept_apart(self, model: LanguageModel) -> None:
        if not model.capabilities.tools:
            return
        both = "Compare the weather in both Oslo and Rome: call the tool twice."
        _, end = await run(model, say(both, tools=(WEATHER,), tool_choice="required", max_tokens=90))
        assert len({call.id for call in end.calls}) == len(end.calls)
        assert all(isinstance(json.loads(call.arguments), dict) for call in end.calls)

    async def test_a_tool_that_may_not_be_called_is_not_called(self, model: LanguageModel) -> None:
        if model.capabilities.tools:
            _, end = await run(model, say("Count to ten.", tools=(WEATHER,), tool_choice="none"))
            assert not end.calls

    @pytest.mark.parametrize("shape", [Shape(kind="schema", text=json.dumps(TRIP)), Shape(kind="json")])
    async def test_an_answer_has_the_shape_that_was_asked_for(
        self, model: LanguageModel, shape: Shape
    ) -> None:
        asking = say("A trip to Oslo of three days, as JSON: city and days.", shape=shape, max_tokens=80)
        if not model.capabilities.schema:
            with pytest.raises(Unsupported):
                await run(model, asking)
            return
        text, _ = await run(model, asking)
        found = json.loads(text)
        assert isinstance(found, dict)
        if shape.kind == "schema":
            assert isinstance(found["city"], str)
            assert isinstance(found["days"], int)

    async def test_a_grammar_is_kept_to_or_refused(self, model: LanguageModel) -> None:
        grammar = Shape(kind="grammar", text='root ::= "{\\"a\\": 1}"')
        if not model.capabilities.grammar:
            with pytest.raises(Unsupported):
                await run(model, say("Write JSON.", shape=grammar))
            return
        text, _ = await run(model, say("Write JSON.", shape=grammar))
        json.loads(text)

    async def test_each_token_tells_its_chance_or_it_is_said_that_none_is_known(
        self, model: LanguageModel
    ) -> None:
        asking = say("Count to three.", logprobs=2, max_tokens=4)
        if not model.capabilities.logprobs:
            with pytest.raises(Unsupported):
                await run(model, asking)
            return
        chances: list[Chance] = []
        async with aclosing(model.generate(asking)) as steps:
            async for step in steps:
                chances += step.chances if isinstance(step, Piece) else ()
        assert len(chances) == 4
        assert all(chance.logprob <= 0 and len(chance.instead) == 2 for chance in chances)


def counting(messages: tuple[ChatMessage, ...]) -> str:
    return " ".join(f"number-{n}" for n in range(1, 3000 if "thousand" in messages[-1].content else 40))


def able(messages: tuple[ChatMessage, ...]) -> str:
    """Calls what it should call, and writes JSON where it should."""
    said = messages[-1]
    if said.role == "user" and "weather" in said.content:
        cities = ("Oslo", "Rome") if "both" in said.content else ("Oslo",)
        return "\n".join(f'{{"name": "weather", "arguments": {{"city": "{city}"}}}}' for city in cities)
    return '{"city": "Oslo", "days": 3}' if "JSON" in said.content else counting(messages)


class TestScriptedModel(LlmContract, AbilityContract):
    """As it comes: it can do nothing by itself, and says so."""

    @pytest.fixture
    async def model(self) -> AsyncIterator[LanguageModel]:
        engine = ScriptedModel(make_spec(), counting, delay=0.01)
        await engine.load()
        yield engine
        await engine.close()


class TestAbleScriptedModel(AbilityContract):
    """As it is set to call tools and to keep to shapes."""

    @pytest.fixture
    async def model(self) -> AsyncIterator[LanguageModel]:
        can = ("tools", "json", "schema", "grammar")
        engine = ScriptedModel(make_spec(), able, delay=0.01, can=can)
        await engine.load()
        yield engine
        await engine.close()


class _Provided(LlmContract, AbilityContract):
    """Of a provider, at a server of this machine that speaks its wire."""

    provider = ""

    @pytest.fixture
    async def model(self) -> AsyncIterator[LanguageModel]:
        async with at_work(self.provider) as (engine, _):
            yield engine


@pytest.mark.real_time
class TestOllama(_Provided):
    provider = "ollama"


@pytest.mark.real_time
class TestHuggingFace(_Provided):
    provider = "huggingface"


@pytest.mark.real_time
class TestOpenAi(_Provided):
    provider = "openai"


@pytest.mark.real_time
@pytest.mark.needs("anthropic")
class TestAnthropic(_Provided):
    provider = "anthropic"


@pytest.mark.real_time
class TestMistral(_Provided):
    provider = "mistral"


@pytest.mark.real_time
class TestGoogle(_Provided):
    provider = "google"


class TestTable:
    """Engines by name."""

    def test_an_engine_nobody_knows_is_named_with_its_nearest(self) -> None:
        with pytest.raises(NotFound, match="xlamacpp") as caught:
            build(make_spec(engine="xlamacpp"))
        assert "xllamacpp" in caught.value.hint

    @pytest.mark.parametrize("name", sorted(ENGINES))
    def test_every_engine_can_be_made_without_loading_anything(self, name: str) -> None:
        assert build(make_spec(engine=name)).capabilities.context == CONTEXT

    def test_auto_is_an_engine(self) -> None:
        assert resolve("auto") in {"xllamacpp", "llama_cpp"}
