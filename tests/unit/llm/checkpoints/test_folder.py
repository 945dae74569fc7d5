"""What a checkpoint's small files say is data, whatever they say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.kernel.errors import BadInput, BrokenFile, MissingExtra, NotFound, SoloError, Unsupported
from app.llm.checkpoints import folder as files
from app.llm.checkpoints.header import checkpoint_header
from app.llm.checkpoints.loading import LARGEST, check_measures, packing
from tests.unit.llm.checkpoints.folders import CONFIG, GPTQ, TOOLS, checkpoint, safetensors


def test_nothing_of_a_config_that_could_lead_to_code_is_handed_on() -> None:
    hostile = {
        **CONFIG,
        "auto_map": {"AutoModelForCausalLM": "evil.Model"},
        "_attn_implementation_internal": "evil/kernel",
        "attn_implementation": "evil/kernel",
        "experts_implementation": "evil/kernel",
        "quantization_config": GPTQ,
        "transformers_weights": "evil.bin",
        "text_config": {"_name_or_path": "evil/base", "auto_map": {}, "hidden_size": 64},
    }
    assert files.harmless(hostile) == {**CONFIG, "text_config": {"hidden_size": 64}}
    deep: dict[str, Any] = {}
    for _ in range(50):
        deep = {"text_config": deep}
    assert len(json.dumps(files.harmless(deep))) < 300


def test_the_library_sees_a_config_and_the_numbers_and_nothing_else(tmp_path: Path) -> None:
    folder = checkpoint(
        tmp_path / "a",
        modeling_py="raise SystemExit",
        adapter_config_json='{"base_model_name_or_path": "evil/base"}',
        pytorch_model_bin=b"pickle",
        tokenizer_json="{}",
        generation_config_json="{}",
    )
    place = tmp_path / "stage"
    place.mkdir()
    files.stage(folder, {"model_type": "llama"}, place)
    assert {path.name for path in place.iterdir()} == {"config.json", "model.safetensors"}
    assert (place / "model.safetensors").read_bytes() == safetensors()


def test_an_index_names_the_files_and_all_must_be_there(tmp_path: Path) -> None:
    index = {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}
    parts = {"model-00001-of-00002_safetensors": safetensors(), "model_safetensors": b""}
    folder = checkpoint(tmp_path / "a", **parts)
    (folder / files.INDEX).write_text(json.dumps(index))
    with pytest.raises(NotFound, match=r"not complete: model-00002-of-00002\.safetensors"):
        files.shards(folder)
    (folder / "model-00002-of-00002.safetensors").write_bytes(safetensors())
    assert len(files.shards(folder)) == 2


@pytest.mark.parametrize("name", ["../other.safetensors", "/etc/passwd", "pytorch_model.bin", 7, ""])
def test_an_index_cannot_name_what_is_no_part_of_the_checkpoint(tmp_path: Path, name: object) -> None:
    folder = checkpoint(tmp_path / "a")
    (folder / files.INDEX).write_text(json.dumps({"weight_map": {"a": name}}))
    with pytest.raises(BrokenFile, match="cannot be one of its own"):
        files.shards(folder)


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, "\udcff".encode("utf-8", "surrogateescape")])
def test_a_config_that_is_none_is_named(tmp_path: Path, text: str | bytes) -> None:
    folder = checkpoint(tmp_path / "a")
    (folder / "config.json").write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(BrokenFile, match=r"config\.json"):
        files.config_of(folder)


@pytest.mark.parametrize(
    "config", [{}, {"architectures": []}, {"architectures": ["A"]}, {"model_type": "llama"}]
)
def test_a_config_without_an_architecture_is_named(tmp_path: Path, config: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="architecture"):
        files.config_of(checkpoint(tmp_path / "a", config=config))


def test_a_small_file_that_is_large_is_not_read(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path / "a")
    with (folder / "config.json").open("ab") as file:
        file.truncate(files.LARGEST + 1)
    with pytest.raises(BrokenFile, match="far too large"):
        files.config_of(folder)


@pytest.mark.parametrize(
    ("said", "template"),
    [
        ({"chat_template": TOOLS}, TOOLS),
        (
            {"chat_template": [{"name": "rag", "template": "x"}, {"name": "default", "template": TOOLS}]},
            TOOLS,
        ),
        ({"chat_template": [1, {"name": "rag"}]}, None),
        ({"chat_template": 7}, None),
        ({"chat_template": " "}, None),
        ({"chat_template": "x" * (files.LARGEST_TEMPLATE + 1)}, None),
        ({}, None),
    ],
)
def test_the_template_is_found_where_it_may_stand(tmp_path: Path, said: object, template: str | None) -> None:
    folder = checkpoint(tmp_path / "a", tokenizer_config_json=json.dumps(said))
    assert files.template_of(folder) == template
    (folder / "chat_template.jinja").write_text("{{ messages }}")
    assert files.template_of(folder) == "{{ messages }}", "its own file goes first"


def test_how_it_wants_to_be_talked_to_is_told_like_that_of_a_gguf(tmp_path: Path) -> None:
    special = {"bos_token": {"content": "<s>"}, "eos_token": "</s>", "chat_template": TOOLS}
    found = checkpoint_header(checkpoint(tmp_path / "Qwen-1", tokenizer_config_json=json.dumps(special)))
    assert (found.architecture, found.name, found.bos, found.eos) == ("llama", "Qwen-1", "<s>", "</s>")
    assert (found.template, found.marks) == (TOOLS, None)


def test_in_the_hub_s_cache_it_is_called_as_its_repository() -> None:
    assert files.name_of(Path("hub/models--Qwen--Qwen3-0.6B/snapshots/0123abcd")) == "Qwen3-0.6B"
    assert files.name_of(Path("models/llm/Qwen3-0.6B")) == "Qwen3-0.6B"


@pytest.mark.parametrize(
    "change",
    [
        {"num_hidden_layers": 5000},
        {"num_hidden_layers": "2"},
        {"num_hidden_layers": -1},
        {"hidden_size": LARGEST + 1},
        {"vocab_size": -1},
        {"text_config": {"num_hidden_layers": 10**9}},
    ],
)
def test_a_config_that_describes_no_possible_model_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    check_measures(tmp_path, CONFIG)
    with pytest.raises(BrokenFile, match="cannot be"):
        check_measures(tmp_path, CONFIG | change)


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        (GPTQ, MissingExtra, r"GPTQ \(4 bits\), which needs a graphics card and the package gptqmodel"),
        ({"quant_method": "awq", "w_bit": 4}, MissingExtra, r"AWQ \(4 bits\)"),
        (
            {"quant_method": "bitsandbytes"},
            Unsupported,
            "quantized by bitsandbytes, which Solo does not load",
        ),
        ({}, Unsupported, "does not load"),
    ],
)
def test_quantized_weights_that_cannot_be_loaded_here_name_the_other_ways(
    tmp_path: Path, said: dict[str, Any], kind: type[SoloError], words: str
) -> None:
    with pytest.raises(kind, match=words) as caught:
        packing(tmp_path / "mine", CONFIG | {"quantization_config": said}, "")
    assert "vllm:mine" in caught.value.hint
    assert packing(tmp_path, CONFIG, "") == {}
