"""Every model that a request may name.  Reads the disk: call it in a thread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from app.assets import state
from app.assets.catalogue import load
from app.config.llm import LlmSettings
from app.events.llm import ModelOffer
from app.llm import targets
from app.llm.checkpoints.loading import absent_packages
from app.llm.models.entry import Entry
from app.llm.port import LanguageModel
from app.llm.roles.targets import HERE
from app.llm.spec import EngineSpec


def offers(
    settings: LlmSettings,
    models_dir: Path,
    entries: Iterable[Entry],
    loaded: Mapping[EngineSpec, LanguageModel],
) -> tuple[ModelOffer, ...]:
    """What is loaded, what lies on this machine's disk, and what providers have whose key is set.
    entries: the files that were found."""
    files = _on_disk(models_dir, entries)
    here = {path: offer for entry, offer in files for path in entry.files}
    sure = {offer.name for entry, offer in files if entry.facts.read}
    found = {offer.name: offer for offer in (*here.values(), *targets.offers(settings))}
    for spec, engine in loaded.items():
        what = engine.capabilities
        provider = HERE if what.local else spec.answering.provider
        name = f"{provider}:{what.model}"
        known = here.get(spec.file) if spec.file is not None else None
        known = known or found.get(name) or ModelOffer(name=name, provider=provider, model=what.model)
        # An engine that can take calls from any model says nothing of what this one was taught.
        tools = known.tools if known.name in sure else what.tools
        seen = {"local": what.local, "loaded": True, "context": what.context, "tools": tools}
        found[known.name] = known.model_copy(update=seen)
    return tuple(sorted(found.values(), key=lambda offer: (not offer.local, offer.name)))


def _on_disk(models_dir: Path, entries: Iterable[Entry]) -> list[tuple[Entry, ModelOffer]]:
    """Each file that can talk, by the catalogue's name for it where it has one, else by its own; checkpoints
    only where there is what reads them."""
    checkpoints = not absent_packages()
    called = {
        models_dir / file.path: model.name
        for model in load().models
        if model.kind == "llm" and not state.missing(models_dir, model)
        for file in model.files
    }
    return [
        (entry, _offer(entry, called.get(entry.path, entry.name)))
        for entry in entries
        if entry.usable and (checkpoints or not entry.checkpoint)
    ]


def _offer(entry: Entry, name: str) -> ModelOffer:
    return ModelOffer(
        name=f"{HERE}:{name}",
        provider=HERE,
        model=name,
        size=entry.size,
        context=entry.facts.context,
        tools=entry.facts.tools,
    )
