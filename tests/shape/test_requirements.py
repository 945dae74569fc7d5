"""What is installed is locked, with hashes, and without the address of any index."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

FOLDER = ROOT / "requirements"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PARTS: dict[str, list[str]] = {
    "base": PROJECT["project"]["dependencies"],
    **PROJECT["project"]["optional-dependencies"],
    **PROJECT["dependency-groups"],
}
FOUNDING = {
    "anyio",
    "chromadb",
    "ctranslate2",
    "fastapi",
    "faster-whisper",
    "llama-cpp-python",
    "piper-tts",
    "pvporcupine",
    "pydantic",
    "pydantic-settings",
    "sounddevice",
    "streamlit",
    "structlog",
    "uvicorn",
}


def locked(name: str) -> dict[str, list[Requirement]]:
    """Package → its pins (one for each marker)."""
    found: dict[str, list[Requirement]] = {}
    for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if re.match(r"[A-Za-z0-9]", line):
            pin = Requirement(line.rstrip(" \\"))
            found.setdefault(canonicalize_name(pin.name), []).append(pin)
    return found


def test_every_part_is_locked_and_nothing_else() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(PARTS)
    assert not (ROOT / "uv.lock").exists()


@pytest.mark.parametrize("name", sorted(PARTS))
def test_what_the_project_asks_for_is_locked_as_it_asks(name: str) -> None:
    pins = locked(name)
    for wanted in map(Requirement, PARTS[name]):
        package = canonicalize_name(wanted.name)
        assert package in pins, f"{wanted} is not locked: ./scripts/lock.sh"
        assert all(
            wanted.specifier.contains(str(pin.specifier)[2:], prereleases=True) for pin in pins[package]
        )


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.name)
def test_every_pin_has_hashes_and_no_address(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    assert "--extra-index" not in text
    for block in re.split(r"\n(?=[A-Za-z0-9])", text)[1:]:
        assert "==" in block.splitlines()[0]
        assert "--hash=sha256:" in block


@pytest.mark.parametrize("name", sorted(set(PARTS) - {"base"}))
def test_no_part_wants_another_version_than_the_base(name: str) -> None:
    base = locked("base")
    for package, pins in locked(name).items():
        allowed = {str(pin.specifier) for pin in base.get(package, pins)}
        assert {str(pin.specifier) for pin in pins} <= allowed, package


def test_every_package_of_the_founding_card_is_declared() -> None:
    declared = {
        canonicalize_name(Requirement(line).name)
        for name in ("base", *PROJECT["project"]["optional-dependencies"])
        for line in PARTS[name]
    }
    assert declared >= FOUNDING


def test_the_default_installation_needs_no_compiler() -> None:
    assert "llama-cpp-python" not in locked("base")
    assert "pynput" not in locked("base")
