"""Entries of providers: Solo's own are whole, wrong ones are named, third parties plug theirs in."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.config.load import load_settings
from app.config.providers import VARIABLES, ProvidersSettings
from app.kernel.errors import BrokenFile
from app.llm.engines.table import ENGINES
from app.llm.failures import Failures, retry_after
from app.llm.providers.entries import Provider
from app.llm.providers.shelf import FOLDER, OWN, checked, provider, read_entry


def test_every_file_is_a_provider_and_every_provider_has_a_section() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(OWN)
    assert set(ProvidersSettings.model_fields) == {*OWN, "other"}


@pytest.mark.parametrize("name", OWN)
class TestEveryEntry:
    def test_it_can_be_read_and_names_an_engine(self, name: str) -> None:
        entry = provider(name)
        assert entry.engine in ENGINES
        assert entry.url.startswith(("https://", "http://127.0.0.1:"))
        assert not entry.url.endswith("/")
        assert entry.all.can

    def test_whoever_is_paid_wants_a_key_over_a_connection_that_nobody_reads(self, name: str) -> None:
        entry = provider(name)
        assert entry.paid == entry.url.startswith("https://") == bool(entry.variable)
        assert VARIABLES.get(name, ("",))[0] == entry.variable

    def test_prices_say_where_they_were_read_and_models_how_long_they_are(self, name: str) -> None:
        entry = provider(name)
        for facts in entry.models.values():
            assert facts.context >= facts.output
            assert facts.context > 0
            assert facts.price is None or entry.prices


def test_the_entry_of_a_model_goes_before_what_holds_for_all(tmp_path: Path) -> None:
    path = tmp_path / "acme.yaml"
    path.write_text(
        "label: Acme\nurl: https://a.example\nall: {context: 100, can: [tools], send: {a: 1}}\n"
        "models: {one: {context: 200}, two: }\n"
    )
    entry = read_entry("acme", path)
    assert entry.facts("one").context == 200
    assert entry.facts("one").can == ("tools",)
    assert entry.facts("two").context == 100
    assert entry.facts("three") == entry.all
    assert entry.all.send == '{"a": 1}'


def test_json_will_do(tmp_path: Path) -> None:
    path = tmp_path / "acme.json"
    path.write_text('{"label": "Acme", "url": "https://a.example"}')
    assert read_entry("acme", path) == Provider(name="acme", label="Acme", url="https://a.example")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("label: [", "cannot be read"),
        ("- 1", "label"),
        ("label: A\nurl: b\nprize: 3", "prize"),
        ("label: A\nurl: b\nall: {can: [fly]}", "all.can"),
        ("label: A\nurl: b\nmodels: {x: {price: {input: -1, output: 1}}}", "models.x.price.input"),
        ("label: A\nurl: b\nmodels: {x: {context: many}}", "models.x.context"),
    ],
)
def test_a_wrong_entry_is_named_with_the_place(tmp_path: Path, text: str, where: str) -> None:
    path = tmp_path / "acme.yaml"
    path.write_text(text)
    with pytest.raises(BrokenFile, match="acme") as caught:
        read_entry("acme", path)
    assert where in caught.value.message


def test_an_entry_that_is_nothing_of_the_kind_is_refused() -> None:
    with pytest.raises(BrokenFile, match="label"):
        checked("acme", 5, "The provider acme")


def test_keys_come_from_the_settings_or_from_where_their_own_tools_look(tmp_path: Path) -> None:
    environment = {"OPENAI_API_KEY": "usual", "GOOGLE_API_KEY": "second", "ANTHROPIC_API_KEY": ""}
    found = load_settings(environment=environment, folder=tmp_path).llm.providers
    assert found.openai.api_key.get_secret_value() == "usual"
    assert found.google.api_key.get_secret_value() == "second"
    assert not found.anthropic.api_key.get_secret_value()
    own = {**environment, "SOLO_LLM__PROVIDERS__OPENAI__API_KEY": "own"}
    assert (
        load_settings(environment=own, folder=tmp_path).llm.providers.openai.api_key.get_secret_value()
        == "own"
    )


def test_a_provider_that_is_plugged_in_has_settings_too(tmp_path: Path) -> None:
    given = {"SOLO_LLM__PROVIDERS__OTHER": '{"acme": {"url": "http://127.0.0.1:1", "api_key": "k"}}'}
    found = load_settings(environment=given, folder=tmp_path).llm.providers
    assert found.of("acme").url == "http://127.0.0.1:1"
    assert found.of("unheard").url == ""
    assert "'k'" not in repr(found)


FAILURES = Failures("Acme", "rocket", 60, "SOLO_X", "ACME_KEY", ("rocket-1", "wheel"), secret="s3cret-key")


@pytest.mark.parametrize(
    "reason",
    ["Your key s3cret-key is bad", "Incorrect key: sk-abcdefghijkl", "hf_abcdefghijklmnop is no token"],
)
def test_a_key_never_stands_in_a_sentence(reason: str) -> None:
    said = str(FAILURES.by_status(400, reason))
    assert not {"s3cret-key", "sk-abcdefghijkl", "hf_abcdefghijklmnop"} & set(said.split())
    assert "…" in said


def test_what_a_server_says_is_one_line_of_bounded_length() -> None:
    assert len(str(FAILURES.by_status(400, "so\n" * 1000))) < 400
    assert "\n" not in str(FAILURES.by_status(400, "so\nmuch"))
    assert "<" not in str(FAILURES.by_status(400, "<html>what</html>"))


def test_the_nearest_model_is_named() -> None:
    assert "rocket-1" in FAILURES.unknown_model().hint
    assert "a, b" in FAILURES.unknown_model(("a", "b")).hint


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "Sun, 22 Nov 2026 10:00:09 GMT"}, None),  # by whose clock?
        (
            {"date": "Sun, 22 Nov 2026 10:00:00 GMT", "retry-after": "Sun, 22 Nov 2026 10:00:09 GMT"},
            9.0,
        ),
        (
            {"date": "Sun, 22 Nov 2026 10:00:00 GMT", "retry-after": "Sun, 22 Nov 2026 09:00:00 GMT"},
            0.0,
        ),
    ],
)
def test_how_long_to_wait_is_read_in_every_form_that_makes_sense(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after(headers) == seconds
