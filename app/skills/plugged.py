"""Skills of packages: asked for what Solo's own do not understand.

A third party plugs one in with an entry point of the group `solo.skills`, whose value is called with Solo's
`Surroundings` and gives a `Skill`.
"""

from __future__ import annotations

from typing import Any, Final, Protocol

import structlog

from app.events.skills import HandleEvent, UnderstandEvent
from app.kernel import plugins
from app.kernel.errors import BadInput
from app.skills.languages import USUAL
from app.skills.tools.running import outcome
from app.skills.tools.surroundings import Surroundings

log = structlog.get_logger("solo.skills")

PATIENCE_SECONDS: Final = 30.0
"""One that needs longer to be imported is left out."""


class Skill(Protocol):
    """Something that needs no language model. effects: doing it changes something."""

    effects: bool

    def understands(self, text: str, language: str) -> bool:
        """Is this for it? Answers within milliseconds and changes nothing. language: "en", "de" …"""
        ...

    async def do(self, asked: HandleEvent) -> str:
        """Do it; what Solo says to it."""
        ...


class PluggedSkills:
    """All of them, by the names of their entry points. usual: language of those who do not say theirs."""

    def __init__(self, around: Surroundings, usual: str = USUAL) -> None:
        self._around = around
        self._usual = usual
        self._skills: dict[str, Skill] = {}

    async def load(self) -> None:
        """One that is broken is logged and left out."""
        pool = self._around.runtime.pool
        for name in plugins.names("skills", {}):
            made = await outcome(pool.run(self._made, name), PATIENCE_SECONDS)
            if isinstance(made, BaseException):
                why = str(made)[:300]
                log.warning("skill_left_out", plugin=name, error=type(made).__name__, why=why)
            else:
                self._skills[name] = made

    def _made(self, name: str) -> Skill:
        made: Any = plugins.load("skills", {}, name, what="skill")(self._around)
        if not all(hasattr(made, part) for part in ("effects", "understands", "do")):
            raise BadInput(f"The plug-in {name} gives no skill.")
        return made

    def find(self, asked: UnderstandEvent | HandleEvent) -> tuple[str, Skill] | None:
        """The first that understands this, by its name."""
        said = asked.language or self._usual
        language = (USUAL if said == "auto" else said).lower().partition("-")[0].partition("_")[0]
        for name, skill in self._skills.items():
            if skill.understands(asked.text, language):
                return name, skill
        return None
