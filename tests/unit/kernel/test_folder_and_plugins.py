"""One process owns the data folder; engines are found by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.kernel import plugins
from app.kernel.errors import Busy, MissingExtra, NotFound
from app.kernel.folder import owned

TABLE = {"plain": "app.kernel.errors:Busy", "absent": "app.kernel.no_such_module:X"}


def test_a_second_process_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    with owned(tmp_path / "data"):
        with pytest.raises(Busy, match="Another Solo"), owned(tmp_path / "data"):
            pass
    with owned(tmp_path / "data"):
        assert (tmp_path / "data" / "run" / "pid").read_text().isdigit()


def test_an_engine_is_imported_by_name() -> None:
    assert plugins.load("kernel", TABLE, "plain", what="engine") is Busy


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(NotFound) as caught:
        plugins.load("kernel", TABLE, "plian", what="engine")
    assert caught.value.hint == "Did you mean plain?"


def test_a_missing_package_is_named() -> None:
    with pytest.raises(MissingExtra, match="no_such_module"):
        plugins.load("kernel", TABLE, "absent", what="engine")
