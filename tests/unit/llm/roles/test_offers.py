"""Which models can be named, and what is said of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.config.llm import LlmSettings
from app.llm.engines.scripted import ScriptedModel
from app.llm.models.inventory import Inventory
from app.llm.roles.offers import offers
from app.llm.roles.targets import spec_of
from tests.unit.assets.ggufs import PLAIN, TOOLS, gguf, put


@pytest.mark.parametrize(("more", "taught"), [(TOOLS, True), (PLAIN, False)])
def test_a_model_in_memory_can_call_tools_when_its_own_file_says_so(
    tmp_path: Path, more: dict[str, object], taught: bool
) -> None:
    path = put(tmp_path, "models/llm/one.gguf", gguf(more=more))
    settings, models = LlmSettings(), tmp_path / "models"
    entries = Inventory.of(models, (), None).models(read=True)
    spec = replace(spec_of("auto:one", settings, "generation", models, True), file=path)
    engine = ScriptedModel(spec, can={"tools"})
    (offer,) = offers(settings, models, entries, {spec: engine})
    assert (offer.name, offer.loaded, offer.tools) == ("auto:one", True, taught)
