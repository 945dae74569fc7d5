"""What the documents promise exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.cli.main import COMMANDS
from app.config.load import setting_paths, variable
from tests.conftest import ROOT

PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "models" / "README.md",
    *(ROOT / "docs").rglob("*.md"),
]
FOR_SCRIPTS = {"SOLO_TEST_STRICT", "SOLO_SETUP_GPU_INDEX", "SOLO_SETUP_VENV"}


def _id(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=_id)
class TestEveryPage:
    def test_its_links_lead_somewhere(self, page: Path) -> None:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), target

    def test_the_commands_it_names_exist(self, page: Path) -> None:
        named = re.findall(
            r"(?:`|^)solo (?:--\S+ (?:[a-z_.]+=\S+ )?)?([a-z]+)",
            page.read_text(encoding="utf-8"),
            re.MULTILINE,
        )
        assert set(named) <= set(COMMANDS)

    def test_the_settings_it_names_exist(self, page: Path) -> None:
        known = {variable(path) for path in setting_paths()} | FOR_SCRIPTS
        named = set(re.findall(r"\bSOLO_[A-Z0-9_]+\b", page.read_text(encoding="utf-8")))
        assert named <= known

    def test_the_scripts_it_names_exist(self, page: Path) -> None:
        for name in re.findall(r"scripts[/\\]([a-z_]+\.(?:sh|ps1|py))", page.read_text(encoding="utf-8")):
            assert (ROOT / "scripts" / name).is_file(), name


def test_the_two_commands_of_the_readme_are_there() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "\n./scripts/run_agent.sh\n" in text
    assert "\n./scripts/test.sh\n" in text


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_licence_is_the_whole_apache_licence() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
