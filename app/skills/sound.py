"""How loud and how fast Solo speaks: remembered, and said to the parts that obey it."""

from __future__ import annotations

from typing import Final, TypeVar

from app.config.voice import VoiceSettings
from app.events.base import LOCAL_OWNER
from app.events.skills import SpeakingRateEvent, VolumeEvent
from app.kernel.bus import Bus
from app.skills.preferences import Preferences

N = TypeVar("N", int, float)

STEP: Final = 20
"""Percent by which louder is louder."""
PACE: Final = 1.15
FULL = 100
LOUDEST, FASTEST, SLOWEST = 150, 2.0, 0.5


class Sound:
    """One loudspeaker, one voice: what the local owner says goes for everybody."""

    def __init__(self, bus: Bus, settings: VoiceSettings, preferences: Preferences) -> None:
        self._bus = bus
        self._usual_speed = settings.tts.speed
        self._preferences = preferences
        self.percent = round(100 * settings.audio.volume)
        self.before_mute = self.percent or FULL
        self.speed = settings.tts.speed

    async def load(self) -> None:
        """Take up what was said last time."""
        kept = await self._preferences.read(LOCAL_OWNER)
        if "volume" in kept:
            self.percent = _within(int(kept["volume"]), 0, 200)
            self.tell_volume()
        if "speed" in kept:
            self.speed = _within(float(kept["speed"]), SLOWEST, FASTEST)
            self.tell_speed()

    def tell_volume(self) -> None:
        """Say how loud it is (again, to a loudspeaker that has just been opened)."""
        self._bus.publish(VolumeEvent(level=self.percent / 100))

    def tell_speed(self) -> None:
        """Say how fast it is."""
        self._bus.publish(SpeakingRateEvent(speed=self.speed))

    async def set_volume(self, percent: int) -> None:
        if percent == 0 and self.percent:
            self.before_mute = self.percent
        self.percent = _within(percent, 0, max(LOUDEST, self.percent))
        self.tell_volume()
        await self._preferences.write(LOCAL_OWNER, "volume", str(self.percent))

    async def change_speed(self, by: int) -> None:
        """by: 1 faster, -1 slower, 0 as set."""
        wanted = self.speed * PACE**by if by else self._usual_speed
        self.speed = round(_within(wanted, SLOWEST, FASTEST), 3)
        self.tell_speed()
        await self._preferences.write(LOCAL_OWNER, "speed", str(self.speed))


def _within(value: N, least: N, most: N) -> N:
    return max(least, min(most, value))
