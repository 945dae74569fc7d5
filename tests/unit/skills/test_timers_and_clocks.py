"""Whoever sets the clock, or lets it change by itself, loses no timer and is told none twice."""

from __future__ import annotations

import pytest

from tests.clockjumps import one_life

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("seed", range(6))
async def test_no_jump_of_the_clock_loses_doubles_or_delays_anything(seed: int) -> None:
    life = await one_life(seed)
    assert life.late
    assert life.wrong == []
