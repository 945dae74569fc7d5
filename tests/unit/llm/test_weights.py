"""A setting finds its file: in the catalogue, by a path, or by the name of a file that is here."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.assets.catalogue import load
from app.config.llm import LlmSettings
from app.kernel.errors import BrokenFile, NotFound
from app.llm.spec import EngineSpec
from app.llm.weights import find_weights
from tests.unit.assets.ggufs import LLAMA, PLAIN, TOOLS, gguf, put


def spec(folder: Path, model: str, *more: Path) -> EngineSpec:
    settings = LlmSettings(folders=more)
    role = settings.generation.model_copy(update={"model": model, "engine": "xllamacpp"})
    return EngineSpec.of_role(settings, role, folder, offline=True)


def test_the_name_of_a_file_in_any_folder_will_do(tmp_path: Path) -> None:
    path = put(tmp_path, "elsewhere/little-llama.gguf", gguf(more=TOOLS))
    assert find_weights(spec(tmp_path, "little-llama", tmp_path / "elsewhere")) == ("little-llama", path)


def test_a_path_will_do(tmp_path: Path) -> None:
    path = put(tmp_path, "little.gguf")
    assert find_weights(spec(tmp_path, str(path))) == ("little", path)


def test_auto_without_the_catalogue_s_models_is_the_best_that_can_talk(tmp_path: Path) -> None:
    wide = {"token_embd.weight": (64, 3000)}
    put(tmp_path, "base.gguf", gguf(LLAMA, {"token_embd.weight": (64, 9000)}))
    put(tmp_path, "small.gguf", gguf(more=PLAIN))
    best = put(tmp_path, "large.gguf", gguf(LLAMA, wide, more=PLAIN))
    assert find_weights(spec(tmp_path, "auto")) == ("large", best)


def test_auto_with_nothing_at_all_says_what_to_pull(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="solo models pull qwen"):
        find_weights(spec(tmp_path, "auto"))


def test_an_unknown_name_and_a_broken_file_are_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no language model called 'nothing-like-it'"):
        find_weights(spec(tmp_path, "nothing-like-it"))
    put(tmp_path, "cut.gguf", gguf()[:-500])
    with pytest.raises(BrokenFile, match="cut short"):
        find_weights(spec(tmp_path, "cut"))


def test_a_name_of_the_catalogue_is_the_catalogue_s(tmp_path: Path) -> None:
    name = load().names[0]
    put(tmp_path, f"{name}.gguf")
    with pytest.raises(NotFound, match="is not here"):
        find_weights(spec(tmp_path, name))
