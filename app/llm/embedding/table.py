"""The engines that turn texts into vectors, by the names that the settings know."""

from __future__ import annotations

from pathlib import Path

from app.config.llm import EmbeddingSettings
from app.kernel.plugins import load
from app.llm.embedding.port import Embedder

ENGINES: dict[str, str] = {
    "auto": "app.llm.embedding.onnx:OnnxEmbedder",
    "onnx": "app.llm.embedding.onnx:OnnxEmbedder",
    "scripted": "app.llm.embedding.scripted:ScriptedEmbedder",
}
"""name → module:Class; each is made with (settings, models_dir) and loads nothing before `load`."""


def build(settings: EmbeddingSettings, models_dir: Path) -> Embedder:
    """The engine that the settings name. Raises NotFound with the nearest name."""
    made: Embedder = load("embedding", ENGINES, settings.engine, what="embedding engine")(
        settings, models_dir
    )
    return made
