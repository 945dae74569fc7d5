from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from app.skills.tools.mcp.names import names_of


def test_a_tool_is_called_after_its_server() -> None:
    assert names_of("files", ["read_file", "write-file"]) == {
        "read_file": "files_read_file",
        "write-file": "files_write-file",
    }


def test_other_characters_become_underscores() -> None:
    assert names_of("s", ["a.b/c d"]) == {"a.b/c d": "s_a_b_c_d"}


def test_two_that_would_be_called_alike_are_told_apart_and_the_natural_one_keeps_its_name() -> None:
    found = names_of("s", ["a.b", "a_b", "a b"])
    assert found["a_b"] == "s_a_b"
    assert len(set(found.values())) == 3
    assert found == names_of("s", ["a b", "a_b", "a.b"])


def test_names_of_nothing_but_foreign_letters_are_told_apart() -> None:
    assert len(set(names_of("s", ["天気", "時計"]).values())) == 2


def test_a_name_that_another_source_has_is_left_to_it() -> None:
    found = names_of("timers", ["set", "list"], taken={"timers_set"})
    assert found["list"] == "timers_list"
    assert found["set"].startswith("timers_")
    assert found["set"] != "timers_set"


def test_servers_whose_names_begin_alike_never_hide_each_other() -> None:
    servers = ["a", "a_b"]
    both = [*names_of("a", ["b_c"], servers=servers).values()]
    both += names_of("a_b", ["c"], servers=servers).values()
    assert len(set(both)) == 2
    assert "a_b_c" in both


@given(st.lists(st.text(max_size=90), max_size=12))
def test_names_are_what_models_take_and_unique(tools: list[str]) -> None:
    found = names_of("a-server_of_32_letters_and_digits", tools, servers=["b"])
    assert set(found) == set(tools)
    assert len(set(found.values())) == len(found)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name) for name in found.values())
