"""The contract of the language model on every real engine, and what their answers mean."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from app.config.llm import SYSTEM_PROMPT, ServerSettings
from app.events.llm import ChatMessage
from app.kernel.errors import BrokenFile, NotFound
from app.llm.engines.table import build
from app.llm.port import Generation, LanguageModel
from app.llm.spec import EngineSpec
from tests.conftest import MODELS
from tests.contracts.test_llm_engines import CONTEXT, LlmContract, make_spec, run

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
