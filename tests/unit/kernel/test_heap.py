"""Keeping memory lean never fails, whatever C library is there."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from app.kernel import heap


@pytest.fixture(autouse=True)
def _frozen_as_before() -> Iterator[None]:
    """What was frozen when the tests were collected stays so."""
    before = gc.get_freeze_count()
    yield
    if not before:
        gc.unfreeze()


def test_what_is_loaded_leaves_the_rounds_of_the_garbage_collector() -> None:
    before = gc.get_freeze_count()
    heap.tidy()
    assert gc.get_freeze_count() > before


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setattr(heap.sys, "platform", platform)
    monkeypatch.setattr(heap.ctypes, "CDLL", None)
    heap.lean()
    heap.tidy()
