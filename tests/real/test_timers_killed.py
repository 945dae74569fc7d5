"""Timers outlive the process that was to ring them: it is killed at random moments."""

from __future__ import annotations

from pathlib import Path

from tests.killing import kill_often


def test_no_timer_is_lost_or_told_twice_by_a_process_that_is_killed(tmp_path: Path) -> None:
    tally = kill_often(tmp_path, 12, seed=1)
    assert tally.kills == 14
    assert len(tally.due) > 6
    assert tally.lost == []
    assert tally.twice == []
    assert all(late < 1.5 for late in tally.own_late)  # a second, and what a busy machine may take
