"""The models that this machine needs with these settings."""

from __future__ import annotations

import os

from app.assets import choose
from app.assets.catalogue import Model, load
from app.config.settings import Settings

HERE = ("auto", "xllamacpp", "llama_cpp")
"""Engines of the language model that read a file."""


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
        "embedding": _embedding(settings),
    }
    models = [catalogue.find(name) for name in choose.default_set(*machine(), stt.language)]
    names = [chosen.get(model.kind, model.name) for model in models]
    return [catalogue.find(name) for name in names if name in catalogue.names]


def _embedding(settings: Settings) -> str:
    own = settings.llm.embedding
    return own.model if own.engine in ("auto", "onnx") else ""


def _llm(settings: Settings) -> str:
    """The first of those that may answer people which is a file of this machine."""
    role = settings.llm.generation
    wanted = [role.model] if role.engine in HERE else []
    for target in role.fallback:
        name, _, model = target.partition(":")
        wanted += [model] if name in (*HERE, "local") else []
    for model in wanted:
        if model in ("", "auto"):
            return choose.default_llm(*machine())
        if model in load().names:
            return model
    return ""
