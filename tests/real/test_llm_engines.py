"""The contract of the language model on every real engine, and what their answers mean."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from app.config.llm import SYSTEM_PROMPT, ServerSettings
from app.events.llm import ChatMessage, Shape, ToolSpec
from app.kernel.errors import BadInput, BrokenFile, NotFound, Unsupported
from app.llm.engines.table import build
from app.llm.port import Finished, Generation, LanguageModel, Piece
from app.llm.spec import EngineSpec
from tests.conftest import MODELS
from tests.contracts.test_llm_engines import (
    CONTEXT,
    LONG,
    AbilityContract,
    LlmContract,
    make_spec,
    run,
    say,
)

pytestmark = [pytest.mark.real_time, pytest.mark.needs("models"), pytest.mark.anyio]

SMALL = "smollm2-135m-instruct"
"""Fast, and not to be trusted with a word."""
SENSIBLE = "qwen2.5-coder-0.5b-instruct"


@pytest.fixture(scope="module")
def server_url() -> Iterator[str]:
    """An OpenAI-compatible server: llama.cpp's own, at a free port of this machine."""
    import xllamacpp  # type: ignore[import-untyped]

    params = xllamacpp.CommonParams()
    params.model.path = str(MODELS / "llm" / "smollm2-135m-instruct-q4_1.gguf")
    params.n_parallel, params.n_ctx = 4, CONTEXT * 4
    params.cpuparams.n_threads = 1
    params.n_batch = params.n_ubatch = 64
    params.verbosity = -1
    server = xllamacpp.Server(params)
    yield f"{server.listening_address}/v1"
    del server
    gc.collect()


def spec_for(engine: str, model: str = SMALL, url: str = "") -> EngineSpec:
    if engine == "openai":
        return make_spec(engine=engine, server=ServerSettings(url=url, timeout_seconds=60))
    if engine == "llama_cpp":
        pytest.importorskip("llama_cpp", reason="llama-cpp-python: ./scripts/run_agent.sh --llama-cpp")
    return make_spec(engine=engine, model=model, models_dir=MODELS)


async def loaded(spec: EngineSpec) -> AsyncIterator[LanguageModel]:
    engine = build(spec)
    await engine.load()
    yield engine
    await engine.close()


class TestXllamaCpp(LlmContract):
    @pytest.fixture
    async def model(self) -> AsyncIterator[LanguageModel]:
        async for engine in loaded(spec_for("xllamacpp")):
            yield engine


class TestLlamaCpp(LlmContract):
    @pytest.fixture
    async def model(self) -> AsyncIterator[LanguageModel]:
        async for engine in loaded(spec_for("llama_cpp")):
            yield engine


class TestOpenAiServer(LlmContract):
    @pytest.fixture
    async def model(self, server_url: str) -> AsyncIterator[LanguageModel]:
        async for engine in loaded(spec_for("openai", url=server_url)):
            yield engine


class TestXllamaCppAbilities(AbilityContract):
    @pytest.fixture
    async def model(self) -> AsyncIterator[LanguageModel]:
        async for engine in loaded(spec_for("xllamacpp", SENSIBLE)):
            yield engine


class TestLlamaCppAbilities(AbilityContract):
    @pytest.fixture
    async def model(self) -> AsyncIterator[LanguageModel]:
        async for engine in loaded(spec_for("llama_cpp", SENSIBLE)):
            yield engine


@pytest.mark.parametrize("engine", ["xllamacpp", "llama_cpp"])
class TestShapesThatCannotBe:
    """The libraries would raise, hang, or end the process; whoever asked gets one sentence."""

    @pytest.mark.parametrize("grammar", ["root ::= nothing", 'root ::= "a', 'root ::= root "a"', "{}(("])
    async def test_a_wrong_grammar_is_refused_and_the_next_is_answered(
        self, engine: str, grammar: str
    ) -> None:
        async for model in loaded(spec_for(engine)):
            with pytest.raises(BadInput):
                await run(model, say("Hello.", shape=Shape(kind="grammar", text=grammar)))
            await run(model, say("Hello.", max_tokens=2))

    @pytest.mark.parametrize(
        "schema",
        [
            {"type": "object", "properties": {"next": {"$ref": "#"}}},
            {"type": "object", "properties": {"a": False}},
        ],
    )
    async def test_a_schema_that_makes_no_grammar_is_unsupported(self, engine: str, schema: object) -> None:
        async for model in loaded(spec_for(engine)):
            with pytest.raises(Unsupported):
                await run(model, say("Hello.", shape=Shape(kind="schema", text=json.dumps(schema))))
            await run(model, say("Hello.", max_tokens=2))


@pytest.mark.parametrize("engine", ["xllamacpp", "llama_cpp"])
class TestMeaning:
    """The model's own template is applied and the dialogue is read: only then does this come out."""

    async def test_it_knows_the_capital_of_france_and_what_was_asked_before(self, engine: str) -> None:
        async for model in loaded(spec_for(engine, SENSIBLE)):
            said = [
                ChatMessage(role="system", content=SYSTEM_PROMPT),
                ChatMessage(role="user", content="What is the capital of France?"),
            ]
            text, _ = await run(model, Generation(tuple(said), 40, 0.0, dialogue="d"))
            assert "Paris" in text
            assert "<|" not in text
            said += [
                ChatMessage(role="assistant", content=text),
                ChatMessage(role="user", content="And of Italy?"),
            ]
            text, end = await run(model, Generation(tuple(said), 40, 0.0, dialogue="d"))
            assert "Rome" in text
            assert end.finish == "stop"
            assert end.cached_tokens > 0


@pytest.mark.parametrize("engine", ["xllamacpp", "llama_cpp"])
class TestGivingWay:
    """Background work stands still for a person and goes on with the next word."""

    async def test_a_text_goes_on_where_it_was_stopped(self, engine: str) -> None:
        async for model in loaded(spec_for(engine, SENSIBLE)):
            count = ChatMessage(role="user", content="Count from one to forty in digits, with commas.")
            alone, whole = await run(model, Generation((count,), 60, 0.0))
            request = Generation((count,), 60, 0.0, priority="maintenance", dialogue="m")
            pieces, spoken, end = list[str](), False, Finished("stop")
            async with aclosing(model.generate(request)) as steps:
                async for step in steps:
                    if isinstance(step, Piece):
                        pieces.append(step.text)
                    elif isinstance(step, Finished):
                        end = step
                    if len(pieces) == 6 and not spoken:
                        spoken = True
                        hello = ChatMessage(role="user", content="Hello, who are you?")
                        await run(model, Generation((hello,), 4, 0.0, priority="voice", dialogue="v"))
            assert "".join(pieces)[:60] == alone[:60]
            assert abs(end.completion_tokens - whole.completion_tokens) <= 6
            assert abs(end.prompt_tokens - whole.prompt_tokens) <= 2

    async def test_a_long_prompt_is_left_for_a_person_and_read_on_afterwards(self, engine: str) -> None:
        async for model in loaded(spec_for(engine)):
            said = ChatMessage(role="user", content=LONG)
            request = Generation((said,), 3, 0.0, priority="analysis", dialogue="a")
            reading = asyncio.create_task(run(model, request))
            await asyncio.sleep(0.3)
            hello = ChatMessage(role="user", content="Hello, who are you?")
            await run(model, Generation((hello,), 2, 0.0, priority="voice", dialogue="v"))
            assert not reading.done(), "the prompt was too short to be interrupted"
            _, end = await reading
            assert 0 < end.completion_tokens <= 3
            assert end.prompt_tokens > 1000


@pytest.mark.parametrize("engine", ["xllamacpp", "llama_cpp"])
class TestTools:
    """The small model calls tools, however it writes that."""

    WEATHER = ToolSpec(
        name="get_weather",
        description="The weather of a city, now.",
        parameters='{"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}',
    )
    LIGHT = ToolSpec(name="set_light", description="Switch the light on or off.")

    @pytest.mark.parametrize("choice", ["auto", "required", "get_weather"])
    async def test_a_tool_is_called_and_nothing_of_the_call_is_text(self, engine: str, choice: str) -> None:
        async for model in loaded(spec_for(engine, SENSIBLE)):
            said = (ChatMessage(role="user", content="What is the weather in Oslo?"),)
            text, end = await run(
                model, Generation(said, 60, 0.0, tools=(self.WEATHER, self.LIGHT), tool_choice=choice)
            )
            assert text == ""
            assert end.finish == "tool_calls"
            assert [call.name for call in end.calls] == ["get_weather"]
            assert json.loads(end.calls[0].arguments) == {"city": "Oslo"}

    async def test_an_answer_has_the_shape_that_was_asked_for(self, engine: str) -> None:
        async for model in loaded(spec_for(engine, SENSIBLE)):
            said = (ChatMessage(role="user", content="Do you like rain?"),)
            yes = Shape(kind="grammar", text='root ::= "yes" | "no"')
            text, _ = await run(model, Generation(said, 10, 0.0, shape=yes))
            assert text in {"yes", "no"}
            schema = '{"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"]}'
            text, _ = await run(model, Generation(said, 40, 0.0, shape=Shape(kind="schema", text=schema)))
            assert isinstance(json.loads(text)["age"], int)


@pytest.mark.parametrize("engine", ["xllamacpp", "llama_cpp"])
class TestWrongFiles:
    """C++ never sees a file that is not whole."""

    async def test_a_file_cut_in_half_is_named_as_broken(self, engine: str, tmp_path: Path) -> None:
        whole = MODELS / "llm" / "smollm2-135m-instruct-q4_1.gguf"
        half = tmp_path / "half.gguf"
        half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
        await self._refused(engine, str(half), BrokenFile, "half.gguf")

    async def test_a_file_that_is_something_else_is_named(self, engine: str, tmp_path: Path) -> None:
        other = tmp_path / "notes.gguf"
        other.write_text("Dear diary, " * 100)
        await self._refused(engine, str(other), BrokenFile, "notes.gguf")

    async def test_a_model_nobody_knows_is_named_with_its_nearest(self, engine: str) -> None:
        await self._refused(engine, "smollm2-135m-instrukt", NotFound, "smollm2-135m-instrukt")

    async def _refused(self, engine: str, model: str, kind: type[Exception], name: str) -> None:
        broken = build(spec_for(engine, model))
        with pytest.raises(kind, match=name):
            await broken.load()
        await broken.close()
