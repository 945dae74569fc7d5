"""What time and what day it is, here and elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field

from app.kernel.errors import BadInput
from app.skills.english.spoken import DAYS, MONTHS, clock
from app.skills.tools.functions import tool
from app.skills.tools.surroundings import Surroundings
from app.skills.when import to_local
from app.skills.zone import zone_of

FARTHEST: Final = 366_000
"""Days."""
PLACES: Final[dict[str, str]] = {
    "india": "Asia/Kolkata", "mumbai": "Asia/Kolkata", "delhi": "Asia/Kolkata", "new delhi": "Asia/Kolkata",
    "bangalore": "Asia/Kolkata", "china": "Asia/Shanghai", "beijing": "Asia/Shanghai",
    "germany": "Europe/Berlin", "munich": "Europe/Berlin", "hamburg": "Europe/Berlin",
    "frankfurt": "Europe/Berlin", "cologne": "Europe/Berlin", "france": "Europe/Paris",
    "spain": "Europe/Madrid", "barcelona": "Europe/Madrid", "italy": "Europe/Rome", "milan": "Europe/Rome",
    "england": "Europe/London", "uk": "Europe/London", "scotland": "Europe/London",
    "switzerland": "Europe/Zurich", "geneva": "Europe/Zurich", "netherlands": "Europe/Amsterdam",
    "sweden": "Europe/Stockholm", "norway": "Europe/Oslo", "finland": "Europe/Helsinki",
    "greece": "Europe/Athens", "austria": "Europe/Vienna", "st petersburg": "Europe/Moscow",
    "san francisco": "America/Los_Angeles", "seattle": "America/Los_Angeles",
    "california": "America/Los_Angeles", "san diego": "America/Los_Angeles",
    "las vegas": "America/Los_Angeles", "washington": "America/New_York", "boston": "America/New_York",
    "miami": "America/New_York", "atlanta": "America/New_York", "philadelphia": "America/New_York",
    "dallas": "America/Chicago", "houston": "America/Chicago", "austin": "America/Chicago",
    "texas": "America/Chicago", "montreal": "America/Toronto", "ottawa": "America/Toronto",
    "rio de janeiro": "America/Sao_Paulo", "rio": "America/Sao_Paulo", "hawaii": "Pacific/Honolulu",
    "new zealand": "Pacific/Auckland", "wellington": "Pacific/Auckland", "osaka": "Asia/Tokyo",
    "kyoto": "Asia/Tokyo", "abu dhabi": "Asia/Dubai", "korea": "Asia/Seoul", "south korea": "Asia/Seoul",
    "cape town": "Africa/Johannesburg", "south africa": "Africa/Johannesburg",
}  # fmt: skip
"""Names that the list of time zones does not have."""


class ClockTools:
    """See the module."""

    def __init__(self, around: Surroundings) -> None:
        self._clock = around.runtime.clock
        self._zone = zone_of(around.settings.skills.time_zone)
        self._hours = around.settings.skills.hours

    @tool(effects="none")
    async def get_time(
        self, place: Annotated[str, Field(description='a city or zone: "Tokyo"; empty: here')] = ""
    ) -> str:
        """Current time and date, here or in another city."""
        zone = named(place) if place.strip() else None
        local = to_local(self._clock.now(), zone or self._zone)
        where = f" in {zone.key.rpartition('/')[2].replace('_', ' ')}" if zone else ""
        return f"It is {clock(local, self._hours)} on {_day(local)}{where}."

    @tool(effects="none")
    async def get_date(
        self,
        days: Annotated[int, Field(description="from today")] = 0,
        date: Annotated[str, Field(description="or 2026-12-24")] = "",
    ) -> str:
        """Weekday and date of a day, and how many days until then."""
        today = to_local(self._clock.now(), self._zone).date()
        if abs(days) > FARTHEST:
            raise BadInput("That day is too far away.")
        try:
            day = _read(date) if date.strip() else today + timedelta(days=days)
        except OverflowError as error:
            raise BadInput("That day is too far away.") from error
        return f"{_day(day)} is {_away((day - today).days)}."


def named(place: str) -> ZoneInfo:
    """The time zone of a city, a country or a zone by its own name. Raises BadInput."""
    wanted = " ".join(place.replace("_", " ").casefold().replace(".", "").split())
    wanted = wanted.split(",", maxsplit=1)[0].strip()
    known = PLACES.get(wanted)
    if known is not None:
        return ZoneInfo(known)
    for zone in sorted(available_timezones()):
        plain = zone.replace("_", " ").casefold()
        if wanted in (plain, plain.rpartition("/")[2]):
            return ZoneInfo(zone)
    raise BadInput(f"No time zone is known for {place[:40]!r}. Name a big city near it.")


def _read(text: str) -> date:
    try:
        return datetime.fromisoformat(text.strip()).date()
    except ValueError as error:
        raise BadInput(f"{text[:40]!r} is no date. Write it as 2026-12-24.") from error


def _day(day: date) -> str:
    return f"{DAYS[day.weekday()]}, {day.day} {MONTHS[day.month - 1]} {day.year}"


def _away(days: int) -> str:
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(days)
    if near:
        return near
    return f"in {days} days" if days > 0 else f"{-days} days ago"


def functions(around: Surroundings) -> list[Callable[..., Any]]:
    """All of them."""
    made = ClockTools(around)
    return [made.get_time, made.get_date]
