"""How the services of the skills are made."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.config.settings import Settings
from app.kernel.lifecycle import Service, ServiceSpec
from app.kernel.runtime import Runtime

if TYPE_CHECKING:
    from app.db.engine import Database


def skill_specs(
    runtime: Runtime,
    settings: Settings,
    database: Callable[[], Database],
    *,
    rings: bool,
    catches_up: bool = True,
) -> list[ServiceSpec]:
    """Timers, and what understands. rings: Solo stays, so that timers can ring in it; catches_up: and
    tells what was missed."""
    usual = settings.voice.stt.language

    def timers() -> Service:
        from app.skills.languages import replies_in
        from app.skills.timers.service import TimersService
        from app.skills.timers.store import SqlStore

        store = SqlStore(database(), runtime.clock)
        spoken = replies_in(usual, settings.skills.hours)
        return TimersService(runtime, settings.skills, store, spoken, rings=rings, catches_up=catches_up)

    def skills() -> Service:
        from app.skills.plugged import PluggedSkills
        from app.skills.preferences import SqlPreferences
        from app.skills.service import SkillsService
        from app.skills.sound import Sound
        from app.skills.tools.surroundings import Surroundings

        sound = Sound(runtime.bus, settings.voice, SqlPreferences(database()))
        plugged = PluggedSkills(Surroundings(runtime, settings), usual)
        return SkillsService(runtime, settings.skills, sound, usual=usual, running=rings, plugged=plugged)

    return [
        ServiceSpec("timers", timers, needs=("database",)),
        ServiceSpec("skills", skills, needs=("database",)),
    ]
