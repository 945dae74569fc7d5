"""SOLO_LLM__PROVIDERS__…: servers and services that answer instead of a model on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import SecretStr

from app.config.section import Section, setting

VARIABLES: Final[dict[str, tuple[str, ...]]] = {
    "openai": ("OPENAI_API_KEY",),
    "anthropic": ("ANTHROPIC_API_KEY",),
    "mistral": ("MISTRAL_API_KEY",),
    "google": ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    "huggingface": ("HF_TOKEN",),
    "openrouter": ("OPENROUTER_API_KEY",),
}
"""Where a provider's own tools look for its key; Solo's own setting goes before."""


class ProviderSettings(Section):
    """One provider."""

    url: str = setting("", "its address, where it is another than the usual one")
    api_key: SecretStr = setting(SecretStr(""), "its key, if it wants one")
    timeout_seconds: float = setting(60.0, "how long it may be silent", gt=0, le=3600)
    context: int = setting(
        16384,
        "tokens of prompt and answer at most, however long the model's own window is: each is paid for",
        ge=512,
        le=2_000_000,
    )


class ProvidersSettings(Section):
    """Who can be named as `provider:model`."""

    ollama: ProviderSettings = setting(ProviderSettings(), "Ollama")
    llama_server: ProviderSettings = setting(ProviderSettings(), "llama.cpp's server")
    vllm: ProviderSettings = setting(ProviderSettings(), "vLLM")
    lm_studio: ProviderSettings = setting(ProviderSettings(), "LM Studio")
    openrouter: ProviderSettings = setting(ProviderSettings(), "OpenRouter")
    huggingface: ProviderSettings = setting(ProviderSettings(), "Hugging Face's router")
    openai: ProviderSettings = setting(ProviderSettings(), "OpenAI")
    anthropic: ProviderSettings = setting(ProviderSettings(), "Anthropic")
    mistral: ProviderSettings = setting(ProviderSettings(), "Mistral")
    google: ProviderSettings = setting(ProviderSettings(), "Google")
    other: dict[str, ProviderSettings] = setting(
        {}, 'providers that are plugged in, as JSON: {"acme": {"api_key": "…", "url": "https://…"}}'
    )

    def of(self, name: str) -> ProviderSettings:
        """The settings of a provider, plugged in or not; the usual ones where nothing is set."""
        found = self.other.get(name) or getattr(self, name, None)
        return found if isinstance(found, ProviderSettings) else ProviderSettings()


def keys_of(environment: Mapping[str, str]) -> dict[str, str]:
    """Provider → the key that stands in the variable which its own tools read."""
    found: dict[str, str] = {}
    for provider, names in VARIABLES.items():
        key = next((environment[name] for name in names if environment.get(name)), "")
        if key:
            found[provider] = key
    return found


def named(provider: str) -> str:
    """How the settings of a provider begin."""
    return f"SOLO_LLM__PROVIDERS__{provider.upper()}" if provider in ProvidersSettings.model_fields else ""
