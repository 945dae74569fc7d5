"""The person's time zone, as set."""

from __future__ import annotations

from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.kernel.errors import BadSettings


def zone_of(name: str) -> tzinfo | None:
    """The zone of this name; None, which is the system's own, for no name. Raises BadSettings."""
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadSettings(
            f"There is no time zone {name!r}.",
            hint="Set SOLO_SKILLS__TIME_ZONE to one such as Europe/Berlin.",
        ) from error
