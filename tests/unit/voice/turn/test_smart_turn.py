"""A Smart Turn file that is another one than the catalogue's is never opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.assets.catalogue import load
from app.config.voice import TurnSettings
from app.kernel.errors import BrokenFile, NotFound
from app.voice.turn.smart_turn import SmartTurn


def test_a_file_with_another_hash_is_refused_with_the_way_out(tmp_path: Path) -> None:
    model = load().find(TurnSettings().model, what="end-of-turn model")
    for file in model.files:
        path = tmp_path / model.path / file.path if len(model.files) > 1 else tmp_path / model.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(file.size))
    with pytest.raises(BrokenFile, match=r"its sha256 is not the catalogue's.*solo models pull"):
        SmartTurn(TurnSettings(), tmp_path).load()


def test_one_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="solo models pull smart-turn"):
        SmartTurn(TurnSettings(), tmp_path).load()
