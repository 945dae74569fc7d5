"""Settings come from everywhere, in layers, and a mistake is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from app.config.load import SettingsProblem, load_settings, loaded, setting_paths, variable
from app.config.models import ModelSettings, of_model


def test_later_layers_win(tmp_path: Path) -> None:
    (tmp_path / "solo.toml").write_text(
        '[api]\nport = 1\nhost = "localhost"\n[voice.wake]\nengine = "none"\n'
    )
    (tmp_path / ".env").write_text("SOLO_API__PORT=2\nSOLO_VOICE__TTS__SPEED=1.5\n")
    environment = {"SOLO_API__PORT": "3"}
    settings, origin = loaded({"api.port": 4}, environment=environment, folder=tmp_path)
    assert settings.api.port == 4
    assert settings.api.host == "localhost"
    assert settings.voice.tts.speed == 1.5
    assert origin == {
        "api.port": "flag",
        "api.host": "solo.toml",
        "voice.wake.engine": "solo.toml",
        "voice.tts.speed": ".env",
    }


def test_lists_may_be_words_with_commas_or_json(tmp_path: Path) -> None:
    words = load_settings(environment={"SOLO_VOICE__WAKE__WORDS": "alexa, hey_jarvis"}, folder=tmp_path)
    json = load_settings(environment={"SOLO_VOICE__WAKE__WORDS": '["alexa", "hey_jarvis"]'}, folder=tmp_path)
    flag = load_settings({"voice.wake.words": "alexa,hey_jarvis"}, environment={}, folder=tmp_path)
    quoted = load_settings({"voice.wake.words": '["alexa", "hey_jarvis"]'}, environment={}, folder=tmp_path)
    assert words.voice.wake.words == json.voice.wake.words == ("alexa", "hey_jarvis")
    assert flag.voice.wake.words == quoted.voice.wake.words == ("alexa", "hey_jarvis")


def test_a_table_is_json_in_a_flag_as_in_a_variable(tmp_path: Path) -> None:
    table = '{"garden": {"command": "garden"}}'
    variable = load_settings(environment={"SOLO_TOOLS__SERVERS": table}, folder=tmp_path)
    flag = load_settings({"tools.servers": table}, environment={}, folder=tmp_path)
    assert flag.tools.servers == variable.tools.servers
    assert flag.tools.servers["garden"].command == "garden"


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("SOLO_VOCIE__WAKE__ENGINE", "SOLO_VOICE__WAKE__ENGINE"),
        ("SOLO_API__PROT", "SOLO_API__PORT"),
        ("SOLO_LLM__GENERATION__MAXTOKENS", "SOLO_LLM__GENERATION__MAX_TOKENS"),
        ("SOLO_DATADIR", "SOLO_DATA_DIR"),
    ],
)
def test_a_mistyped_variable_is_named_with_its_nearest(tmp_path: Path, name: str, nearest: str) -> None:
    with pytest.raises(SettingsProblem, match=name) as caught:
        load_settings(environment={name: "x"}, folder=tmp_path)
    assert nearest in caught.value.hint


def test_a_mistyped_name_in_the_file_is_named_too(tmp_path: Path) -> None:
    (tmp_path / "solo.toml").write_text("[voice.wake]\nengin = 1\n")
    with pytest.raises(SettingsProblem, match=r"solo\.toml sets voice\.wake\.engin") as caught:
        load_settings(environment={}, folder=tmp_path)
    assert "voice.wake.engine" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SOLO_API__PORT", "abc", "api.port"),
        ("SOLO_LLM__GENERATION__TEMPERATURE", "9", "less than or equal to 2"),
        ("SOLO_VOICE__WAKE__THRESHOLDS", "abc", "dictionary"),
        ("SOLO_API", "x", "api"),
    ],
)
def test_a_wrong_value_is_one_sentence(tmp_path: Path, name: str, value: str, says: str) -> None:
    with pytest.raises(SettingsProblem, match=says) as caught:
        load_settings(environment={name: value}, folder=tmp_path)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_toml_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "solo.toml").write_text("[[[")
    with pytest.raises(SettingsProblem, match=r"solo\.toml cannot be read"):
        load_settings(environment={}, folder=tmp_path)


def test_settings_are_frozen(tmp_path: Path) -> None:
    settings = load_settings(environment={}, folder=tmp_path)
    with pytest.raises(ValidationError):
        settings.api.port = 1  # type: ignore[misc]


def test_shipped_roles(tmp_path: Path) -> None:
    llm = load_settings(environment={}, folder=tmp_path).llm
    figures = [(r.max_tokens, r.temperature) for r in (llm.generation, llm.analysis, llm.maintenance)]
    assert figures == [(4000, 0.7), (2000, 0.3), (1500, 0.2)]


def test_every_setting_has_a_variable() -> None:
    names = {variable(path) for path in setting_paths()}
    assert {"SOLO_API__HOST", "SOLO_DATA_DIR", "SOLO_LLM__GENERATION__SYSTEM_PROMPT"} <= names


def test_a_wrong_setting_with_a_key_in_it_is_not_repeated(tmp_path: Path) -> None:
    given = {"SOLO_LLM__PROVIDERS__OTHER": '{"acme": {"api_key": "geheim"'}
    with pytest.raises(SettingsProblem) as caught:
        load_settings(environment=given, folder=tmp_path)
    assert "llm.providers.other" in str(caught.value)
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("toml", "environment"),
    [
        ('[llm.models."Qwen2.5-7B"]\ncontext = 8192\n', {}),
        ("", {"SOLO_LLM__MODELS": '{"Qwen2.5-7B": {"context": 8192}}'}),
        ("", {"SOLO_LLM__MODELS__QWEN2_5_7B__CONTEXT": "8192"}),
    ],
)
def test_a_single_model_is_set_by_its_name(tmp_path: Path, toml: str, environment: dict[str, str]) -> None:
    (tmp_path / "solo.toml").write_text(toml)
    settings = load_settings(environment=environment, folder=tmp_path)
    assert of_model(settings.llm.models, "Qwen2.5-7B").context == 8192
    assert of_model(settings.llm.models, "another") == ModelSettings()


def test_what_no_model_has_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsProblem, match=r"llm\.models"):
        load_settings(environment={"SOLO_LLM__MODELS": '{"a": {"windw": 1}}'}, folder=tmp_path)
