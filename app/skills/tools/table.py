"""The tools that Solo itself brings: name → a function that makes them of the surroundings.

Others are plugged in by the entry point group `solo.tools`.
"""

from __future__ import annotations

from typing import Final

TOOLS: Final[dict[str, str]] = {
    "clock": "app.skills.tools.house.clock:functions",
    "memory": "app.skills.tools.house.memory:functions",
    "sound": "app.skills.tools.house.sound:functions",
    "sums": "app.skills.tools.house.sums:functions",
    "talks": "app.skills.tools.house.talks:functions",
    "timers": "app.skills.tools.house.timers:functions",
}

PARTS: Final[dict[str, str]] = {
    "search_memory": "memory",
    "forget_memory": "memory",
    "set_volume": "skills",
    "set_speaking_rate": "skills",
    "search_conversations": "archive",
    "set_timer": "skills",
    "set_alarm": "skills",
    "set_reminder": "skills",
    "list_timers": "skills",
    "cancel_timer": "skills",
    "extend_timer": "skills",
    "snooze": "skills",
}
"""Which part of Solo a tool asks, for a command that starts only what it needs."""
