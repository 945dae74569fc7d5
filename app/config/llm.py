"""SOLO_LLM__…: the language model, a section for each role."""

from __future__ import annotations

from pydantic import SecretStr

from app.config.section import Section, setting

SYSTEM_PROMPT = (
    "You are Solo, a friendly assistant who talks with people aloud. "
    "Answer in one or two short sentences, without lists or markup. "
    "Say so when you do not know."
)


class RoleSettings(Section):
    """One role of the language model."""

    engine: str = setting(
        "auto", "auto (llama_cpp when installed, else xllamacpp), xllamacpp, llama_cpp, openai or scripted"
    )
    model: str = setting(
        "auto",
        "name in the catalogue, a .gguf file, a server's name for it, or auto: the best for this machine",
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

    engine: str = setting("onnx", "onnx or scripted")
    model: str = setting(
        "bge-small-en-v1.5", "name in the catalogue, or a folder with model.onnx and tokenizer.json"
    )
    threads: int = setting(1, "CPU threads", ge=1, le=64)


class ServerSettings(Section):
    """An OpenAI-compatible server, for the engine `openai`."""

    url: str = setting("http://127.0.0.1:8080/v1", "where it is, up to and with /v1")
    api_key: SecretStr = setting(SecretStr(""), "its key, if it wants one")
    timeout_seconds: float = setting(60.0, "how long it may be silent", gt=0, le=3600)


class LlmSettings(Section):
    """The language model."""

    generation: GenerationSettings = setting(GenerationSettings(), "answers to people")
    analysis: AnalysisSettings = setting(AnalysisSettings(), "reading turns afterwards")
    maintenance: MaintenanceSettings = setting(MaintenanceSettings(), "background work")
    embedding: EmbeddingSettings = setting(EmbeddingSettings(), "texts into vectors")
    server: ServerSettings = setting(ServerSettings(), "an OpenAI-compatible server")
    slots: int = setting(
        3, "dialogues that a local model keeps warm and answers at once; each takes memory", ge=1, le=32
    )
