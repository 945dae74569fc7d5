"""Which models fit a machine and its person: plain rules."""

from __future__ import annotations

LARGE, SMALL = "qwen2.5-coder-1.5b-instruct", "qwen2.5-coder-0.5b-instruct"
ROOMY_BYTES = 8_000_000_000
"""What "8 GB of memory" reads as: machines sold as such report a little less than 8 GiB."""


def default_llm(memory_bytes: int, cores: int) -> str:
    """The language model for this much memory (bytes, all of the machine's) and this many cores."""
    return LARGE if memory_bytes >= ROOMY_BYTES * 0.93 and cores >= 2 else SMALL


def default_stt(language: str) -> str:
    """The speech model for a language ("en", "de", "en-GB", "auto" …)."""
    return "whisper-tiny.en" if language.lower().split("-")[0].split("_")[0] == "en" else "whisper-base"


def stt(model: str, language: str) -> str:
    """The speech model that a setting means: `auto` is the default for the language."""
    return default_stt(language) if model == "auto" else model


def default_set(memory_bytes: int, cores: int, language: str) -> tuple[str, ...]:
    """Names of all models that a fresh Solo needs, smallest first, the language model last."""
    return (
        "silero-vad",
        "smart-turn-v3.2",
        "bge-small-en-v1.5",
        "en_US-joe-medium",
        default_stt(language),
        default_llm(memory_bytes, cores),
    )
