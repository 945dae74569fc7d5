"""What timers over HTTP promise."""

from __future__ import annotations

import pytest

from app.events.skills import CancelTimersEvent, SetTimerEvent
from app.kernel.errors import NotFound
from tests.unit.api.scripted import House

pytestmark = pytest.mark.anyio

TIMERS = "/api/v1/timers"


async def test_what_is_set_is_shown(house: House) -> None:
    shown = (await house.client.get(TIMERS)).json()["timers"]
    assert [(one["id"], one["name"], one["left_seconds"]) for one in shown] == [("t1", "pasta", 60)]


async def test_one_is_set_and_taken_away(house: House) -> None:
    done = await house.client.post(TIMERS, json={"seconds": 600, "name": "pasta"})
    assert done.json()["timers"][0]["id"] == "t1"
    assert house.scripted.asked[-1] == SetTimerEvent(seconds=600, name="pasta")
    await house.client.delete(f"{TIMERS}/t1")
    assert house.scripted.asked[-1] == CancelTimersEvent(ids=("t1",))


@pytest.mark.parametrize(
    "body", [{"seconds": 0}, {"kind": "egg"}, {"seconds": 5, "nonsense": 1}, {"name": "x" * 301}]
)
async def test_what_makes_no_sense_is_refused(house: House, body: dict[str, object]) -> None:
    assert (await house.client.post(TIMERS, json=body)).status_code == 422


async def test_what_is_not_there_is_not_found(house: House) -> None:
    house.scripted.fails = NotFound("There is no timer t9.")
    answer = await house.client.delete(f"{TIMERS}/t9")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


async def test_a_stranger_sees_and_sets_nothing(house: House) -> None:
    async with house.stranger() as stranger:
        assert (await stranger.get(TIMERS)).status_code == 401
        assert (await stranger.post(TIMERS, json={"seconds": 5})).status_code == 401
        assert (await stranger.delete(f"{TIMERS}/t1")).status_code == 401
