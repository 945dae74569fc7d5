"""SOLO_LLM__…: the language model, a section for each role."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import SecretStr

from app.config.cache import CacheSettings
from app.config.models import ModelSettings
from app.config.prompts import PromptsSettings
from app.config.providers import ProvidersSettings
from app.config.section import Section, setting

SYSTEM_PROMPT = (
    "You are Solo, a friendly assistant who talks with people aloud. "
    "Answer in one or two short sentences, without lists or markup. "
    "Say so when you do not know."
)


class RoleSettings(Section):
    """One role of the language model."""

    engine: str = setting(
        "auto",
        "auto (llama_cpp when installed, else xllamacpp; transformers for a checkpoint), xllamacpp, "
        "llama_cpp, transformers, server or scripted",
    )
    model: str = setting(
        "auto",
        "name of a model that is here, a .gguf file, the folder of a checkpoint, provider:model, what it is "
        "for (best, smallest that can call tools, best with 16k context), or auto: the catalogue's best for "
        "this machine",
    )
    fallback: tuple[str, ...] = setting(
        (), "who is asked when that one fails, in order, as provider:model, e.g. openai:gpt-5-mini"
    )
    max_tokens: int = setting(4000, "longest answer, in tokens", ge=1, le=131072)
    temperature: float = setting(0.7, "0 is always the same answer, higher is freer", ge=0, le=2)
    system_prompt: str = setting("", "what the model is told about itself; empty: Solo's own words")
    context: int = setting(4096, "context window in tokens, shared by nobody", ge=512, le=131072)
    threads: int = setting(0, "CPU threads; 0: as many as there are cores, at most eight", ge=0, le=256)
    gpu_layers: int = setting(-1, "layers on the GPU; -1: as many as fit, 0: none", ge=-1)


class GenerationSettings(RoleSettings):
    """Answers to people."""

    system_prompt: str = setting(SYSTEM_PROMPT, "what the model is told about itself")


class AnalysisSettings(RoleSettings):
    """Reading turns afterwards."""

    max_tokens: int = setting(2000, "longest answer, in tokens", ge=1, le=131072)
    temperature: float = setting(0.3, "0 is always the same answer, higher is freer", ge=0, le=2)


class MaintenanceSettings(RoleSettings):
    """Background work."""

    max_tokens: int = setting(1500, "longest answer, in tokens", ge=1, le=131072)
    temperature: float = setting(0.2, "0 is always the same answer, higher is freer", ge=0, le=2)


class EmbeddingSettings(Section):
    """Texts into vectors."""

    engine: str = setting(
        "auto",
        "auto (onnx, unless the model names another), onnx, server, the name of a provider, or scripted",
    )
    model: str = setting(
        "bge-small-en-v1.5",
        "name in the catalogue, a folder with model.onnx and tokenizer.json, or provider:model, to which all "
        "that is remembered is sent then",
    )
    dimensions: int = setting(
        0, "length of the vectors that a provider is asked for; 0: the model's own", ge=0, le=8192
    )
    threads: int = setting(1, "CPU threads", ge=1, le=64)


class ServerSettings(Section):
    """An OpenAI-compatible server, for the engine `server`."""

    url: str = setting("http://127.0.0.1:8080/v1", "where it is, up to and with /v1")
    api_key: SecretStr = setting(SecretStr(""), "its key, if it wants one")
    timeout_seconds: float = setting(60.0, "how long it may be silent", gt=0, le=3600)


class LlmSettings(Section):
    """The language model."""

    preset: Literal["roles", "cloud", "local"] = setting(
        "roles",
        "who answers: roles (as each of them says), cloud (the best of every provider that has a key, then "
        "the role's own), local (nobody beyond this machine)",
    )
    cloud: tuple[str, ...] = setting(
        (), "providers that the preset cloud asks, in this order; empty: all that have a key, cheapest first"
    )
    generation: GenerationSettings = setting(GenerationSettings(), "answers to people")
    analysis: AnalysisSettings = setting(AnalysisSettings(), "reading turns afterwards")
    maintenance: MaintenanceSettings = setting(MaintenanceSettings(), "background work")
    embedding: EmbeddingSettings = setting(EmbeddingSettings(), "texts into vectors")
    server: ServerSettings = setting(ServerSettings(), "an OpenAI-compatible server")
    providers: ProvidersSettings = setting(ProvidersSettings(), "who else can be named as provider:model")
    prompts: PromptsSettings = setting(PromptsSettings(), "what the model is told about itself")
    cache: CacheSettings = setting(CacheSettings(), "answers that are given again")
    repairs: int = setting(
        2, "times that a model is asked again whose answer has not the shape that was asked for", ge=0, le=10
    )
    unload_minutes: float = setting(
        30.0, "a model that answers for no role is unloaded when nobody has asked it for so long", ge=0
    )
    slots: int = setting(
        3, "dialogues that a local model keeps warm and answers at once; each takes memory", ge=1, le=32
    )
    memory_margin_mb: int = setting(
        256, "memory that loading a model leaves to everything else, in MB; -1: load without looking", ge=-1
    )
    models: dict[str, ModelSettings] = setting(
        {},
        "what holds for one model of this machine, by its name: context, slots, threads, gpu_layers, device "
        '({"qwen2.5-coder-1.5b-instruct": {"context": 8192, "threads": 4}})',
    )
    folders: tuple[Path, ...] = setting(
        (), "more folders whose .gguf files and checkpoints may be used, with commas between"
    )
