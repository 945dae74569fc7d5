"""The engines of the language model, by the names that the settings know."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec

from app.kernel.plugins import load
from app.llm.port import LanguageModel
from app.llm.spec import EngineSpec

ENGINES: dict[str, str] = {
    "xllamacpp": "app.llm.engines.xllamacpp:XllamaCpp",
    "llama_cpp": "app.llm.engines.llama_cpp:LlamaCpp",
    "transformers": "app.llm.engines.transformers_local:TransformersLocal",
    "openai": "app.llm.engines.openai_server:OpenAiServer",
    "anthropic": "app.llm.engines.anthropic:Anthropic",
    "mistral": "app.llm.engines.mistral:Mistral",
    "google": "app.llm.engines.google:Google",
    "scripted": "app.llm.engines.scripted:ScriptedModel",
}


def resolve(engine: str) -> str:
    """The engine that a setting means: `auto` is llama_cpp where somebody built it, else xllamacpp."""
    if engine != "auto":
        return engine
    return "llama_cpp" if find_spec("llama_cpp") is not None else "xllamacpp"


def build(spec: EngineSpec) -> LanguageModel:
    """A new engine, not loaded yet. Raises NotFound with the nearest name."""
    name = resolve(spec.engine)
    made: LanguageModel = load("llm", ENGINES, name, what="language model engine")(replace(spec, engine=name))
    return made
