"""The models that this machine needs with these settings."""

from __future__ import annotations

import os
from pathlib import Path

from app.assets import choose
from app.assets.catalogue import Model, load
from app.assets.progress import Observer, silent
from app.assets.pull import Pulled, Puller
from app.config.settings import Settings


def machine() -> tuple[int, int]:
    """Bytes of memory and number of cores that this process may use."""
    import psutil

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return int(psutil.virtual_memory().total), cores or 1


def needed(settings: Settings) -> list[Model]:
    """The default set, with what the settings name instead of a default in its place.

    A setting that names a file, a server's model or an engine without files asks for nothing here.
    """
    catalogue = load()
    stt = settings.voice.stt
    chosen = {
        "llm": _llm(settings),
        "stt": choose.stt(stt.model, stt.language),
        "tts": settings.voice.tts.voice,
        "embedding": settings.llm.embedding.model,
    }
    models = [catalogue.find(name) for name in choose.default_set(*machine(), stt.language)]
    names = [chosen.get(model.kind, model.name) for model in models]
    return [catalogue.find(name) for name in names if name in catalogue.names]


def pull_defaults(
    settings: Settings, observer: Observer = silent, models_dir: Path | None = None
) -> list[Pulled]:
    """Have the default set in the models folder; at once when it is there already (a few `stat`s).

    Raises what Puller.pull raises.
    """
    folder = models_dir or settings.models_dir
    return Puller(folder, offline=settings.offline, observer=observer).pull(needed(settings))


def _llm(settings: Settings) -> str:
    role = settings.llm.generation
    if role.engine in ("openai", "scripted"):
        return ""
    return choose.default_llm(*machine()) if role.model == "auto" else role.model
