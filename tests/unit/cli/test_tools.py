"""`solo tools` on a data folder without a running Solo."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli.main import main

pytestmark = pytest.mark.real_time


@pytest.fixture
def solo(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]  # noqa: ANN201
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str, str]:
        code = main(["--data-dir", str(tmp_path), *words])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_tools_are_listed_all_or_those_for_a_sentence(solo) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    code, out, _ = solo("tools", "list", "--json")
    assert code == 0
    names = {one["name"]: one for one in json.loads(out)}
    assert {"get_time", "calculate", "set_timer"} <= names.keys()
    assert names["get_time"]["parameters"]["properties"]["place"]["type"] == "string"
    code, out, _ = solo("tools", "list", "what", "time", "is", "it", "in", "Tokyo")
    assert "get_time" in out
    assert "calculate" not in out
    assert solo("tools", "list", "Tell me a joke")[1] == "No tool bears on that.\n"
    assert solo("tools", "list", "--all", "x")[0] == 2


def test_a_tool_is_called_with_json_or_with_names_and_values(solo) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    assert solo("tools", "call", "calculate", "expression=6*7") == (0, "42\n", "")
    assert solo("tools", "call", "calculate", '{"expression": "1/4"}')[1] == "0.25\n"
    code, out, _ = solo("tools", "call", "get_date", "days=1", "--json")
    assert code == 0
    assert json.loads(out)["text"].endswith("is tomorrow.")


def test_earlier_conversations_are_searched_without_a_language_model(solo) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    asked = ("--set", "llm.generation.model=gone.gguf", "tools", "call", "search_conversations", "words=x")
    assert solo(*asked) == (0, "Nothing was said with these words.\n", "")


def test_what_goes_wrong_is_a_sentence_and_a_code(solo) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    code, out, err = solo("tools", "call", "calculate")
    assert (code, out, err) == (1, "", "The argument 'expression' is missing.\n")
    assert "Did you mean get_time?" in solo("tools", "call", "get_tim")[2]
    assert solo("tools", "call", "calculate", "6*7")[0] == 2
    assert solo("tools", "call", "calculate", "{")[0] == 2


def test_what_the_person_has_to_be_asked_first_wants_a_yes(solo) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    asking = ("--set", "tools.confirm=changes", "tools", "call", "set_timer", "minutes=5")
    code, _, err = solo(*asking)
    assert code == 2
    assert "Shall I set timer, with minutes 5?" in err
    assert solo(*asking, "--yes") == (0, "Timer set for 5 minutes.\n", "")
    assert "5 minutes" in solo("tools", "call", "list_timers")[1] or "4 minutes" in solo("timers", "list")[1]


def test_servers_are_shown_and_tools_can_be_switched_off(solo) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    assert "There are no MCP servers" in solo("tools", "servers")[1]
    assert solo("tools", "servers", "--json")[1] == "[]\n"
    code, _, err = solo("--set", "tools.enabled=false", "tools", "list")
    assert code == 2
    assert "SOLO_TOOLS__ENABLED=true" in err
