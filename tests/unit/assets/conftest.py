"""Loopback is asked directly, and nothing that one test found out of reach troubles the next."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.assets import reach


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    reach.forget()
    yield
    reach.forget()
