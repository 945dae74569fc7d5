"""What moment is meant, with the clocks changing under it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.skills.when import EVERY_DAY, WEEKDAYS, Day, When, following, latest, resolve

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")


def local(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def meant(when: When, now: str, *, morning: bool = False) -> str | None:
    found = resolve(when, local(now), BERLIN, morning=morning)
    return None if found is None else f"{found.due.astimezone(BERLIN):%Y-%m-%d %H:%M}"


SATURDAY = "2026-11-21 18:00"


@pytest.mark.parametrize(
    ("when", "due"),
    [
        (When(seconds=600), "2026-11-21 18:10"),
        (When(hour=7, minute=30), "2026-11-21 19:30"),  # the next half past seven
        (When(hour=5), "2026-11-22 05:00"),
        (When(hour=7, half="am"), "2026-11-22 07:00"),
        (When(hour=12, half="pm"), "2026-11-22 12:00"),
        (When(hour=12, half="am"), "2026-11-22 00:00"),
        (When(hour=0, half="exact"), "2026-11-22 00:00"),
        (When(hour=19, half="exact"), "2026-11-21 19:00"),
        (When(hour=7, day=Day(offset=1)), "2026-11-22 07:00"),
        (When(hour=5, day=Day(offset=1)), "2026-11-22 17:00"),  # hardly in the night
        (When(hour=3, day=Day(offset=1)), "2026-11-22 15:00"),
        (When(hour=8, day=Day(offset=0)), "2026-11-21 20:00"),
        (When(hour=8, half="am", day=Day(offset=0)), None),  # it is over
        (When(hour=12, half="exact", day=Day(weekday=4)), "2026-11-27 12:00"),
        (When(hour=8, half="am", day=Day(weekday=5)), "2026-11-28 08:00"),  # not this morning
        (When(hour=8, half="pm", day=Day(weekday=5)), "2026-11-21 20:00"),
        (When(hour=10, half="am", day=Day(month=12, number=5)), "2026-12-05 10:00"),
        (When(hour=10, half="am", day=Day(month=1, number=3)), "2027-01-03 10:00"),
        (When(hour=10, half="am", day=Day(number=20)), "2026-12-20 10:00"),
        (When(hour=10, half="am", day=Day(month=2, number=29)), "2028-02-29 10:00"),
    ],
)
def test_the_next_moment_of_that_kind_is_meant(when: When, due: str | None) -> None:
    assert meant(when, SATURDAY) == due


def test_one_is_woken_in_the_morning() -> None:
    assert meant(When(hour=7), SATURDAY, morning=True) == "2026-11-22 07:00"
    assert meant(When(hour=5, day=Day(offset=1)), SATURDAY, morning=True) == "2026-11-22 05:00"
    assert meant(When(hour=11), "2026-11-21 08:00", morning=True) == "2026-11-21 11:00"


def test_a_day_alone_is_no_moment() -> None:
    assert resolve(When(day=Day(offset=1)), local(SATURDAY), BERLIN) is None


def test_weekdays_skip_the_weekend() -> None:
    found = resolve(When(hour=7, every=WEEKDAYS), local("2026-11-20 08:00"), BERLIN)
    assert found is not None
    assert (found.days, found.at) == ((0, 1, 2, 3, 4), "07:00")
    assert found.due == local("2026-11-23 07:00")


@pytest.mark.parametrize(
    ("zone", "day"), [(BERLIN, "2026-03-28"), (BERLIN, "2026-10-24"), (NEW_YORK, "2026-03-07")]
)
def test_seven_stays_seven_when_the_clocks_change(zone: ZoneInfo, day: str) -> None:
    due = local(f"{day} 07:00", zone)
    for _ in range(4):
        later = following(EVERY_DAY, "07:00", due, zone)
        assert later.astimezone(zone).hour == 7
        assert (later.astimezone(zone).date() - due.astimezone(zone).date()).days == 1
        due = later


def test_a_time_that_is_left_out_rings_an_hour_later_once() -> None:
    before = local("2026-03-28 12:00")
    due = following(EVERY_DAY, "02:30", before, BERLIN)
    assert due == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # half past three in summer time
    assert following(EVERY_DAY, "02:30", due, BERLIN) == local("2026-03-30 02:30")


def test_a_time_that_comes_twice_rings_the_first_time_only() -> None:
    due = following(EVERY_DAY, "02:30", local("2026-10-24 12:00"), BERLIN)
    assert due == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert following(EVERY_DAY, "02:30", due, BERLIN) == local("2026-10-26 02:30")


def test_every_day_of_a_year_has_one() -> None:
    due, seen = local("2026-01-01 00:00"), 0
    while (due := following(EVERY_DAY, "02:30", due, BERLIN)) < local("2027-01-01 00:00"):
        seen += 1
    assert seen == 365


def test_of_many_that_were_missed_the_last_one_counts() -> None:
    due, now = local("2026-11-02 07:00"), local("2026-11-21 18:00")
    assert latest(WEEKDAYS, "07:00", due, now, BERLIN) == local("2026-11-20 07:00")


def test_the_zone_of_the_system_does_too() -> None:
    now = datetime(2026, 7, 1, tzinfo=UTC)
    found = resolve(When(hour=7, half="am"), now, None)
    assert found is not None
    assert found.due.astimezone().hour == 7
    assert found.due - now < timedelta(days=1)
