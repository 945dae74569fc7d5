"""What a machine needs with its settings."""

from __future__ import annotations

from app.assets.defaults import needed
from app.config.load import load_settings
from app.config.settings import Settings


def names(**given: object) -> set[str]:
    settings: Settings = load_settings(
        {key.replace("__", "."): value for key, value in given.items()}, environment={}
    )
    return {model.name for model in needed(settings)}


def test_the_standard_settings_need_one_model_of_every_kind() -> None:
    found = names()
    assert {
        "silero-vad",
        "smart-turn-v3.2",
        "bge-small-en-v1.5",
        "en_US-joe-medium",
        "whisper-tiny.en",
    } <= found
    assert len(found) == 6


def test_another_language_needs_the_larger_ear() -> None:
    assert "whisper-base" in names(voice__stt__language="de")


def test_a_model_that_the_settings_name_takes_the_place_of_the_default() -> None:
    found = names(llm__generation__model="smollm2-135m-instruct", voice__stt__model="whisper-base")
    assert {"smollm2-135m-instruct", "whisper-base"} <= found
    assert not any(name.startswith(("qwen", "whisper-tiny")) for name in found)


def test_a_file_or_a_server_needs_nothing_from_the_catalogue() -> None:
    assert not any(name.startswith("qwen") for name in names(llm__generation__model="/mine.gguf"))
    assert not any(name.startswith("qwen") for name in names(llm__generation__engine="openai"))


def test_the_model_that_answers_when_a_provider_does_not_is_needed_too() -> None:
    def own(**given: object) -> bool:
        return any(name.startswith(("qwen", "smollm")) for name in names(**given))

    assert own(llm__preset="cloud")
    assert own(llm__generation__model="openai:gpt-6-luna", llm__generation__fallback="local:auto")
    assert not own(llm__generation__model="openai:gpt-6-luna", llm__generation__fallback="mistral:")
    assert not own(llm__generation__engine="server")


def test_vectors_from_elsewhere_need_no_file() -> None:
    assert "bge-small-en-v1.5" not in names(llm__embedding__model="openai:text-embedding-3-small")
    assert "bge-small-en-v1.5" not in names(llm__embedding__engine="openai")
