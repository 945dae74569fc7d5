from pathlib import Path

import pytest

from app.voice.turn.habits import FILE, Habits
from app.voice.turn.pauses import Pauses

SLOW = Pauses(average_ms=900, count=12)


def test_what_was_learnt_is_there_after_a_restart_for_each_owner(tmp_path: Path) -> None:
    Habits(tmp_path / "data").write("local", SLOW)
    Habits(tmp_path / "data").write("ann", Pauses(average_ms=400, count=3))
    assert Habits(tmp_path / "data").read("local") == SLOW
    assert Habits(tmp_path / "data").read("ann").count == 3
    assert Habits(tmp_path / "data").read("ben") == Pauses()
    assert [path.name for path in (tmp_path / "data").iterdir()] == [FILE]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[1, 2]",
        b'{"local": 3}',
        b'{"local": {"average_ms": 1e400, "count": 1}}',
        b'{"local": {"average_ms": -5, "count": 1}}',
        b'{"local": {"average_ms": 900, "count": 99999999999999}}',
        b"\xff\xfe\x00",
        b"[" * 50_000,
        b" " * 200_000 + b"{}",
    ],
)
def test_a_broken_or_hostile_file_counts_as_nothing_and_is_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    habits = Habits(tmp_path)
    assert habits.read("local") == Pauses()
    habits.write("local", SLOW)
    assert Habits(tmp_path).read("local") == SLOW


def test_where_nothing_can_be_read_or_written_it_is_learnt_anew(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    habits = Habits(tmp_path / "file")
    habits.write("local", SLOW)
    assert habits.read("local") == Pauses()
    (tmp_path / FILE).mkdir()
    Habits(tmp_path).write("local", SLOW)
    assert Habits(tmp_path).read("local") == Pauses()
