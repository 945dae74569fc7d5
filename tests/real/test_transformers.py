"""The engine transformers on real checkpoints: the contract, what answers mean, and what is never opened."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import psutil
import pytest

from app.assets.converter import converter
from app.config.llm import GenerationSettings, LlmSettings
from app.events.llm import (
    ChatMessage,
    LLMRequestEvent,
    LLMResponseEvent,
    ManageModelEvent,
    ModelManagedEvent,
    ToolSpec,
)
from app.kernel.errors import BrokenFile, SoloError, Unsupported
from app.kernel.runtime import Runtime
from app.llm.engines.table import build
from app.llm.models.inventory import Inventory
from app.llm.port import Generation, LanguageModel
from app.llm.service import LlmService
from app.llm.spec import EngineSpec
from tests.conftest import MODELS, ROOT
from tests.contracts.test_llm_engines import AbilityContract, LlmContract, make_spec, run, say

pytestmark = [pytest.mark.real_time, pytest.mark.needs("models", "transformers"), pytest.mark.anyio]

SMALL, SENSIBLE = "small", "sensible"
FILES = {SMALL: "smollm2-135m-instruct-q4_1.gguf", SENSIBLE: "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"}
CHILD = Path(__file__).with_name("checkpoint_child.py")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with two checkpoints, made out of the GGUF files that are here."""
    folder = tmp_path_factory.mktemp("checkpoints")
    package = converter(ROOT / "cache") / "gguf-py"
    for name, file in FILES.items():
        command = [sys.executable, str(CHILD), str(package), str(MODELS / "llm" / file), str(folder / name)]
        subprocess.run(command, check=True, timeout=300)
    yield folder
    shutil.rmtree(folder)


def spec_for(folder: Path, model: str) -> EngineSpec:
    return make_spec(engine="transformers", model=model, models_dir=folder)


async def loaded(spec: EngineSpec) -> AsyncIterator[LanguageModel]:
    engine = build(spec)
    await engine.load()
    yield engine
    await engine.close()


class TestTransformers(LlmContract):
    @pytest.fixture
    async def model(self, made: Path) -> AsyncIterator[LanguageModel]:
        async for engine in loaded(spec_for(made, SMALL)):
            yield engine


class TestTransformersAbilities(AbilityContract):
    @pytest.fixture
    async def model(self, made: Path) -> AsyncIterator[LanguageModel]:
        async for engine in loaded(spec_for(made, SENSIBLE)):
            yield engine


class TestWithoutTools(AbilityContract):
    """Its chat template knows none, and it says so."""

    @pytest.fixture
    async def model(self, made: Path) -> AsyncIterator[LanguageModel]:
        async for engine in loaded(spec_for(made, SMALL)):
            yield engine


async def test_it_says_what_the_gguf_says_that_it_was_made_of(made: Path) -> None:
    question = say("What is the capital of France?", max_tokens=12)
    told: list[tuple[str, int]] = []
    gguf = make_spec(engine="xllamacpp", model="smollm2-135m-instruct", models_dir=MODELS)
    for spec in (spec_for(made, SMALL), gguf):
        async for model in loaded(spec):
            text, end = await run(model, question)
            told.append((text, end.prompt_tokens))
    assert told[0] == told[1]
    assert "Paris" in told[0][0]


async def test_the_second_question_reads_only_what_is_new_and_is_understood(made: Path) -> None:
    async for model in loaded(spec_for(made, SENSIBLE)):
        said = [ChatMessage(role="user", content="What is the capital of France?")]
        text, first = await run(model, Generation(tuple(said), 40, 0.0, dialogue="d"))
        assert "Paris" in text
        assert "<|" not in text
        said += [
            ChatMessage(role="assistant", content=text),
            ChatMessage(role="user", content="And of Italy?"),
        ]
        text, end = await run(model, Generation(tuple(said), 40, 0.0, dialogue="d"))
        assert "Rome" in text
        assert end.cached_tokens >= first.prompt_tokens - 1


async def test_a_tool_is_called_in_a_talk_and_nothing_of_the_call_is_text(made: Path) -> None:
    weather = ToolSpec(
        name="get_weather",
        description="The weather of a city, now.",
        parameters='{"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}',
    )
    async for model in loaded(spec_for(made, SENSIBLE)):
        said = (ChatMessage(role="user", content="What is the weather in Oslo?"),)
        text, end = await run(model, Generation(said, 60, 0.0, tools=(weather,), dialogue="d"))
        assert (text, end.finish) == ("", "tool_calls")
        assert json.loads(end.calls[0].arguments) == {"city": "Oslo"}


# -- what is never opened --------------------------------------------------------------------------


def copied(made: Path, place: Path, **config: Any) -> Path:
    """Another checkpoint of the same numbers, its config changed."""
    shutil.copytree(made / SMALL, place, copy_function=os.link)
    said = json.loads((place / "config.json").read_text()) | config
    (place / "config.json").unlink()
    (place / "config.json").write_text(json.dumps(said))
    return place


async def test_code_beside_the_numbers_is_not_run_and_nothing_is_fetched(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = tmp_path / "ran"
    code = {"auto_map": {"AutoConfig": "evil.Config", "AutoModelForCausalLM": "evil.Model"}}
    code |= {"_attn_implementation_internal": "evil/kernel", "attn_implementation": "evil/kernel"}
    folder = copied(made, tmp_path / "evil", **code)
    for name in ("evil.py", "modeling_llama.py", "sitecustomize.py"):
        (folder / name).write_text(f"open({str(ran)!r}, 'w')")
    (folder / "adapter_config.json").write_text(
        '{"base_model_name_or_path": "evil/base", "peft_type": "LORA"}'
    )

    def refuse(*_: object) -> None:
        raise AssertionError("somebody wants the network")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    async for model in loaded(spec_for(tmp_path, "evil")):
        text, _ = await run(model, say("What is the capital of France?"))
        assert "Paris" in text
    assert not ran.exists()


def unknown(folder: Path) -> None:
    change(folder, model_type="nobodys", auto_map={"AutoConfig": "evil.Config"})


def larger(folder: Path) -> None:
    change(folder, intermediate_size=1 << 20)


def deeper(folder: Path) -> None:
    change(folder, num_hidden_layers=31)


def odd(folder: Path) -> None:
    change(folder, num_attention_heads=7, head_dim="x")


def cut(folder: Path) -> None:
    numbers = folder / "model.safetensors"
    half = numbers.read_bytes()[: numbers.stat().st_size // 2]
    numbers.unlink()
    numbers.write_bytes(half)


def without_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()


def without_sense(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer.json").write_text('{"model": 7}')


def pickled(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def change(folder: Path, **config: Any) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | config))


@pytest.mark.parametrize(
    ("damage", "kind", "words"),
    [
        (unknown, Unsupported, "without code of the checkpoint"),
        (larger, BrokenFile, "does not fit together: its config describes"),
        (deeper, BrokenFile, r"its files have no model\.layers\.30"),
        (odd, BrokenFile, "transformers cannot load"),
        (cut, BrokenFile, "cut short"),
        (without_tokenizer, Unsupported, r"has no tokenizer\.json"),
        (without_sense, BrokenFile, r"tokenizer\.json cannot be read"),
        (pickled, BrokenFile, "they can run any code"),
    ],
)
async def test_what_cannot_be_loaded_is_said_in_a_sentence(
    made: Path, tmp_path: Path, damage: Callable[[Path], None], kind: type[SoloError], words: str
) -> None:
    damage(copied(made, tmp_path / "mine"))
    engine = build(spec_for(tmp_path, "mine"))
    with pytest.raises(kind, match=words):
        await engine.load()
    await engine.close()


# -- in Solo ---------------------------------------------------------------------------------------


async def test_in_solo_it_answers_by_its_name_beside_another_and_gives_its_memory_back(
    made: Path, tmp_path: Path
) -> None:
    small = GenerationSettings(engine="xllamacpp", model="smollm2-135m-instruct", context=1024, threads=1)
    settings = LlmSettings(generation=small, folders=(made,), slots=1)
    runtime, ready = Runtime.new(), anyio.Event()
    service = LlmService(runtime, settings, MODELS, data_dir=tmp_path, cache_dir=tmp_path)
    process = psutil.Process()
    async with anyio.create_task_group() as group:
        group.start_soon(service.run, ready.set)
        await ready.wait()
        asked = LLMRequestEvent(
            messages=(ChatMessage(role="user", content="What is the capital of France?"),),
            max_tokens=12,
            temperature=0,
            model=f"transformers:{SENSIBLE}",
        )
        first = await runtime.bus.request(asked, LLMResponseEvent)
        assert "Paris" in first.text
        assert not first.cached
        there = process.memory_info().rss
        again = await runtime.bus.request(asked, LLMResponseEvent)
        assert (again.text, again.cached) == (first.text, True)
        other = asked.model_copy(update={"model": f"local:{SMALL}"})
        assert (await runtime.bus.request(other, LLMResponseEvent)).model == SMALL
        unload = ManageModelEvent(action="unload", model=f"transformers:{SENSIBLE}")
        assert not (await runtime.bus.request(unload, ModelManagedEvent)).loaded
        assert process.memory_info().rss < there - 300_000_000
        group.cancel_scope.cancel()


def solo(folder: Path, made: Path, *words: str) -> subprocess.CompletedProcess[str]:
    own = {f"SOLO_{name.upper()}_DIR": str(folder / name) for name in ("data", "cache", "logs")}
    env = {**os.environ, **own, "SOLO_MODELS_DIR": str(made), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "app", *words]
    return subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False
    )


def test_the_command_line_asks_lists_and_checks_it(made: Path, tmp_path: Path) -> None:
    asked = solo(tmp_path, made, "--set", f"llm.generation.model=transformers:{SMALL}", "ask", "Say hello.")
    assert asked.returncode == 0, asked.stderr
    assert asked.stdout.strip()
    listed = json.loads(solo(tmp_path, made, "models", "list", "--json", "--kind", "llm").stdout)
    found = {one["name"]: one for one in listed}
    assert found[SMALL]["here"] == "checkpoint"
    assert found[SMALL]["header"]["parameters"] == 134_515_008
    checked = solo(tmp_path, made, "models", "verify", SMALL, SENSIBLE)
    assert checked.returncode == 0, checked.stderr


async def test_a_checkpoint_is_converted_to_gguf_and_answers_as_before(made: Path, tmp_path: Path) -> None:
    target = tmp_path / "again.gguf"
    done = solo(tmp_path, made, "models", "convert", str(made / SMALL), str(target), "--type", "q8_0")
    assert done.returncode == 0, done.stderr
    facts = Inventory((tmp_path,)).find("again").facts
    assert (facts.architecture, facts.quantization, facts.context) == ("llama", "Q8_0", 8192)
    spec = replace(make_spec(engine="xllamacpp", model=str(target)), models_dir=tmp_path)
    async for model in loaded(spec):
        text, _ = await run(model, say("What is the capital of France?", max_tokens=12))
        assert "Paris" in text
