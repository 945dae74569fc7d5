"""What the accounts over HTTP promise."""

from __future__ import annotations

import pytest

from app.events.llm import ReadUsageEvent
from tests.unit.api.scripted import House

pytestmark = pytest.mark.anyio

USAGE = "/api/v1/usage"


async def test_the_asker_is_told_what_their_answers_cost(house: House) -> None:
    shown = (await house.client.get(USAGE, params={"days": 7})).json()["usage"]
    assert [(one["model"], one["answers"], one["cost"]) for one in shown] == [("big", 2, 0.5)]
    assert house.scripted.asked == [ReadUsageEvent(days=7)]


@pytest.mark.parametrize("days", ["0", "-1", "many", "99999"])
async def test_odd_numbers_of_days_are_refused(house: House, days: str) -> None:
    assert (await house.client.get(USAGE, params={"days": days})).status_code == 422
