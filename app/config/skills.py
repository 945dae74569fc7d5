"""SOLO_SKILLS__…: what is done without the language model."""

from __future__ import annotations

from typing import Literal

from app.config.section import Section, setting


class SkillsSettings(Section):
    """Time, timers, volume and the like."""

    enabled: bool = setting(True, "answer time, timers, volume and the like without the language model")
    time_zone: str = setting("", "your time zone, such as Europe/Berlin; empty: the system's")
    hours: Literal["12", "24"] = setting("12", "how times of day are said")
    snooze_minutes: float = setting(9.0, "how long snooze puts an alarm off", ge=0.1, le=120)
    repeat_seconds: float = setting(6.0, "pause between two rings", ge=1, le=300)
    timer_rings: int = setting(5, "so often a timer or reminder rings unless it is stopped", ge=1, le=100)
    alarm_rings: int = setting(60, "so often an alarm rings unless it is stopped", ge=1, le=1000)
    missed_alarm_minutes: float = setting(
        30.0,
        "an alarm that was missed by less still rings when Solo is back; else it is only told",
        ge=0,
        le=1440,
    )
