"""The PowerShell files parse. Nothing here can run them: that is done on Windows, in the other workflow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

from tests.conftest import ROOT

SCRIPTS = sorted((ROOT / "scripts").glob("*.ps1"))
THIN = 30


def wrong(source: bytes) -> list[int]:
    """Lines with something that does not parse."""
    tree = Parser(Language(tree_sitter_powershell.language())).parse(source)

    def walk(node: Node) -> Iterator[Node]:
        yield node
        for child in node.children:
            yield from walk(child)

    return [
        node.start_point[0] + 1 for node in walk(tree.root_node) if node.type == "ERROR" or node.is_missing
    ]


def test_the_parser_sees_what_is_wrong() -> None:
    assert wrong(b"if ($a) {\n  'x'\n")


def test_each_shell_script_for_people_has_a_brother_for_powershell() -> None:
    for name in ("run_agent", "setup_dev", "cleanup_dev", "test"):
        assert (ROOT / "scripts" / f"{name}.ps1").is_file()
        assert (ROOT / "scripts" / f"{name}.sh").is_file()


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_it_parses(path: Path) -> None:
    assert wrong(path.read_bytes()) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_it_is_thin(path: Path) -> None:
    if path.name == "hotkey.ps1":
        return  # it has to declare what Windows offers
    assert len(path.read_text(encoding="utf-8").splitlines()) <= THIN
