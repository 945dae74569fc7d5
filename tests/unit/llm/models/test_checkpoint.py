"""Checkpoints are found, explained and refused like files of GGUF."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.config.llm import LlmSettings
from app.kernel.errors import BadInput, BrokenFile, NotFound
from app.kernel.runtime import Runtime
from app.llm.models.checkpoint_memory import LIBRARY, wanted_checkpoint
from app.llm.models.inventory import Inventory
from app.llm.models.notes import notes_file
from app.llm.residence import Residence
from app.llm.spec import EngineSpec
from app.llm.weights import find
from tests.unit.assets.ggufs import put
from tests.unit.llm.checkpoints.folders import CONFIG, GPTQ, TOOLS, checkpoint, safetensors

README = "---\nlicense: apache-2.0\ntags: [a]\n---\n# A model\n"
NUMBERS = 300 * 64 + 64 * 64 + 64


def spec(folder: Path, model: str, engine: str = "auto") -> EngineSpec:
    settings = LlmSettings()
    role = settings.generation.model_copy(update={"engine": engine, "model": model})
    return EngineSpec.of_role(settings, role, folder, offline=True)


def found(folder: Path, model: str, engine: str = "auto") -> Path:
    return find(spec(folder, model, engine), Inventory((folder,))).path


def test_it_says_what_its_files_say(tmp_path: Path) -> None:
    special = json.dumps({"chat_template": TOOLS})
    checkpoint(tmp_path / "llm/Little", README_md=README, tokenizer_config_json=special, tokenizer_json="{}")
    inventory = Inventory((tmp_path,))
    [glanced] = inventory.models()
    assert (glanced.name, glanced.checkpoint, glanced.facts.read) == ("Little", True, False)
    one = inventory.find("Little")
    facts, shape = one.facts, one.facts.shape
    assert (facts.architecture, facts.quantization, facts.context) == ("llama", "BF16", 8192)
    assert (facts.parameters, facts.licence, facts.read) == (NUMBERS, "apache-2.0", True)
    assert (facts.template, facts.tools, facts.thinks) == (True, True, False)
    assert (shape.blocks, shape.heads, shape.kv_heads, shape.key) == (2, 4, (2,), 16)
    assert one.files[0].name == "config.json"
    assert one.usable


def test_whichever_of_its_files_changes_it_is_looked_at_anew(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path / "models/a")
    (tmp_path / "data").mkdir()
    inventory = Inventory((tmp_path / "models",), notes_file(tmp_path / "data"))
    assert not inventory.find("a").facts.template
    (folder / "chat_template.jinja").write_text(TOOLS)
    assert inventory.find("a").facts.template
    assert Inventory((tmp_path / "models",), notes_file(tmp_path / "data")).find("a").facts.template
    (folder / "model.safetensors").write_bytes(safetensors()[:-1])
    assert "cut short" in inventory.find("a").broken


def test_packed_numbers_are_counted_as_they_are_meant(tmp_path: Path) -> None:
    tensors = {
        "model.layers.0.q_proj.qweight": ("I32", (8, 64)),
        "model.layers.0.q_proj.qzeros": ("I32", (1, 8)),
        "model.layers.0.q_proj.scales": ("F16", (1, 64)),
        "model.norm.weight": ("F16", (64,)),
    }
    config = CONFIG | {"quantization_config": GPTQ}
    checkpoint(tmp_path / "a", config=config, model_safetensors=safetensors(tensors))
    facts = Inventory((tmp_path,)).find("a").facts
    assert (facts.quantization, facts.parameters) == ("GPTQ-4", 64 * 64 + 64)


def test_pickled_weights_are_seen_and_not_opened(tmp_path: Path) -> None:
    checkpoint(tmp_path / "a", pytorch_model_bin=b"\x80\4evil", model_safetensors=b"")
    [one] = Inventory((tmp_path,)).models(read=True)
    assert "they can run any code" in one.broken
    with pytest.raises(BrokenFile, match="pickled"):
        found(tmp_path, "a", "transformers")


def test_folders_of_other_libraries_are_none(tmp_path: Path) -> None:
    checkpoint(tmp_path / "whisper", model_bin=b"1", model_safetensors=b"")
    checkpoint(tmp_path / ".hidden")
    (tmp_path / "empty").mkdir()
    (tmp_path / "lone.safetensors").write_bytes(safetensors())
    assert Inventory((tmp_path,)).models() == ()


def test_one_that_only_makes_vectors_is_no_model_that_talks(tmp_path: Path) -> None:
    checkpoint(tmp_path / "a", config=CONFIG | {"architectures": ["BertModel"], "model_type": "bert"})
    [one] = Inventory((tmp_path,)).models()
    assert (one.facts.kind, one.usable) == ("embedding", False)


@pytest.mark.parametrize(
    "readme", ["", "---\n", "---\n- a\n---\n", "---\nlicense: [a]\n---", "---\na: &a [*a]\n---", "x"]
)
def test_a_readme_may_say_anything(tmp_path: Path, readme: str) -> None:
    checkpoint(tmp_path / "a", README_md=readme)
    assert Inventory((tmp_path,)).find("a").facts.licence == ""


def test_its_name_and_its_folder_will_do(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path / "llm/Little")
    for engine in ("auto", "transformers"):
        assert found(tmp_path, "Little", engine) == folder / "config.json"
        assert found(tmp_path, str(folder), engine) == folder / "config.json"
        assert found(tmp_path, str(folder / "config.json"), engine) == folder / "config.json"
    assert found(tmp_path, "auto", "transformers") == folder / "config.json"
    assert found(tmp_path, "smallest", "transformers") == folder / "config.json"


def test_each_engine_names_the_other_for_what_it_does_not_read(tmp_path: Path) -> None:
    checkpoint(tmp_path / "Little")
    put(tmp_path, "small.gguf")
    with pytest.raises(BadInput, match="xllamacpp does not read") as caught:
        found(tmp_path, "Little", "xllamacpp")
    assert "transformers:Little" in caught.value.hint
    with pytest.raises(BadInput, match="transformers does not read") as caught:
        found(tmp_path, "small", "transformers")
    assert "local:small" in caught.value.hint
    with pytest.raises(NotFound, match="no checkpoint"):
        found(tmp_path, str(tmp_path), "transformers")
    assert found(tmp_path, "smallest") == tmp_path / "small.gguf", "what is asked for by need is a GGUF"


@pytest.mark.anyio
async def test_it_is_loaded_by_its_own_engine_whoever_names_it(tmp_path: Path, runtime: Runtime) -> None:
    folder = checkpoint(tmp_path / "Little")
    cards = {"there": 0}
    home = Residence(
        runtime,
        LlmSettings(memory_margin_mb=0),
        Inventory((tmp_path,)),
        free=lambda: 1 << 40,
        cards=lambda engine, device: cards["there"],
    )
    stands = await home.settled(spec(tmp_path, "Little"))
    assert (stands.engine, stands.file) == ("transformers", folder / "config.json")

    async def no_one(_: EngineSpec) -> None:
        raise AssertionError

    assert (await home.admit(stands, list, no_one))[0].gpu_layers == 0
    cards["there"] = 8 << 30
    there, takes = await home.admit(stands, list, no_one)
    assert there.gpu_layers == -1
    assert takes < LIBRARY + 100_000_000
    assert (await home.admit(replace(stands, gpu_layers=0), list, no_one))[0].gpu_layers == 0


def test_memory_is_reckoned_in_the_numbers_that_it_is_loaded_in(tmp_path: Path) -> None:
    checkpoint(tmp_path / "a")
    facts = Inventory((tmp_path,)).find("a").facts

    def takes(context: int, card: int, *, bf16: bool) -> tuple[int, int]:
        said = wanted_checkpoint("a", facts, context, card, bf16=bf16).takes()
        return said.weights, said.cache

    assert takes(4096, 0, bf16=False) == (NUMBERS * 4, 2 * 4096 * 2 * 32 * 4)
    assert takes(4096, 0, bf16=True) == (NUMBERS * 2, 2 * 4096 * 2 * 32 * 2)
    packed = replace(facts, quantization="GPTQ-4")
    assert wanted_checkpoint("a", packed, 4096, 0, bf16=False).takes().weights == facts.shape.weights
