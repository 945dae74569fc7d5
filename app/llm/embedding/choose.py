"""Which embedding engine the settings mean: a model of this machine, or somebody elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

from app.config.llm import EmbeddingSettings, LlmSettings
from app.kernel.clock import Clock
from app.llm.embedding.port import Embedder
from app.llm.embedding.remote import RemoteEmbedder
from app.llm.embedding.table import ENGINES, build
from app.llm.engines.table import build as build_model
from app.llm.providers.entries import EmbeddingFacts
from app.llm.providers.shelf import is_provider, provider
from app.llm.remote import RemoteModel
from app.llm.spec import SERVER, EngineSpec
from app.llm.targets import find_target

EmbedderFactory = Callable[[EmbeddingSettings, Path], Embedder]
OWN_MODEL: str = EmbeddingSettings.model_fields["model"].default


def builder(llm: LlmSettings, clock: Clock, *, offline: bool) -> EmbedderFactory:
    """Makes the engine that the settings name."""

    def make(settings: EmbeddingSettings, models_dir: Path) -> Embedder:
        target = elsewhere(settings)
        if not target:
            return build(settings, models_dir)
        spec, facts = found(target, llm, models_dir, offline=offline)
        return RemoteEmbedder(cast(RemoteModel, build_model(spec)), facts, settings.dimensions, clock)

    return make


def elsewhere(settings: EmbeddingSettings) -> str:
    """The `provider:model` that makes the vectors; empty: this machine does."""
    engine, model = settings.engine, settings.model
    if engine == "auto":
        name = model.partition(":")[0]
        return model if ":" in model and (name == SERVER or is_provider(name)) else ""
    if engine in ENGINES or not (engine == SERVER or is_provider(engine)):
        return ""
    return f"{engine}:{'' if model == OWN_MODEL else model}"


def found(
    target: str, llm: LlmSettings, models_dir: Path, *, offline: bool
) -> tuple[EngineSpec, EmbeddingFacts]:
    """Whom to ask, and what is known of the model; without a name it is the first that makes vectors.

    Raises NotFound.
    """
    name, _, model = target.partition(":")
    spec = find_target(f"{name}:{model or 'auto'}", llm, models_dir, offline=offline)
    if spec.remote is None:
        return spec, EmbeddingFacts()
    entry = provider(spec.remote.provider)
    model = model or next(iter(entry.embeddings), "auto")
    remote = replace(spec.remote, known=tuple(entry.embeddings))
    return replace(spec, model=model, remote=remote), entry.embedding(model)
