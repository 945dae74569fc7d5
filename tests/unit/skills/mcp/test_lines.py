from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config.tools import McpServer
from app.skills.tools.mcp.hiding import Hiding
from app.skills.tools.mcp.lines import Lines, LineTooLong


@given(st.lists(st.binary(max_size=8).map(lambda b: b.replace(b"\r", b"x")), max_size=30))
def test_lines_are_the_same_however_they_come(pieces: list[bytes]) -> None:
    lines = Lines(1000)
    found = [line for piece in pieces for line in lines.feed(piece)]
    assert found == b"".join(pieces).split(b"\n")[:-1]


def test_a_line_that_is_too_long_is_refused_or_cut() -> None:
    with pytest.raises(LineTooLong):
        [Lines(10).feed(b"x" * 6 + b"\n" + b"y" * 11)]
    lines = Lines(10, cut=True)
    for _ in range(1000):
        assert lines.feed(b"x" * 1000) == []
    assert lines.feed(b"\nshort\r\n") == [b"x" * 10, b"short"]


def test_values_of_environment_and_headers_are_not_shown() -> None:
    server = McpServer.model_validate(
        {
            "url": "https://x.example/mcp",
            "headers": {"Authorization": "Bearer abcdef123"},
            "env": {"DEBUG": "1"},
        }
    )
    shown = Hiding(server).shown("got abcdef123\n\x1b[1mtwice: Bearer abcdef123, 1", 100)
    assert shown == "got *** [1mtwice: ***, 1"
    assert Hiding(server).shown("word " * 100, 10) == "word word…"
