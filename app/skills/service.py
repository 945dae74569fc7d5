"""Understands what needs no language model, and has it done.

Owns UnderstandEvent, which changes nothing and takes well under a millisecond, and HandleEvent.  What
was asked back ("For how long?") is kept in mind for a moment, so that "ten minutes" answers it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Final

import structlog

from app.config.skills import SkillsSettings
from app.events.base import Answer
from app.events.skills import (
    HandledEvent,
    HandleEvent,
    ListTimersEvent,
    TimersEvent,
    UnderstandEvent,
    UnderstoodEvent,
)
from app.events.system import ServiceStateEvent
from app.kernel.errors import SoloError
from app.kernel.lifecycle import Ready
from app.kernel.runtime import Runtime
from app.skills.doing import Doing
from app.skills.intents import AskWhen, Intent, Snooze
from app.skills.languages import GRAMMARS, Language, language
from app.skills.plugged import PluggedSkills
from app.skills.sound import Sound

log = structlog.get_logger("solo.skills")

PATIENCE_SECONDS: Final = 60.0
"""So long an answer to what was asked back is waited for."""
FITTING: Final = ("{said} {text}", "{said} at {text}", "{said} for {text}")
"""How such an answer is put behind what was said before."""


@dataclass(frozen=True, slots=True)
class _Open:
    """Something that was said without a when."""

    said: str
    at: float


class SkillsService:
    """See the module. usual: language of those who do not say theirs; plugged: skills of packages."""

    def __init__(
        self,
        runtime: Runtime,
        settings: SkillsSettings,
        sound: Sound,
        *,
        usual: str = "en",
        running: bool = True,
        plugged: PluggedSkills | None = None,
    ) -> None:
        self._bus = runtime.bus
        self._clock = runtime.clock
        self._settings = settings
        self._usual = usual
        self._sound = sound
        self._do = Doing(runtime, settings, sound, running=running)
        self._plugged = plugged
        self._open: dict[tuple[str, str], _Open] = {}

    async def run(self, ready: Ready) -> None:
        bus = self._bus
        for code in GRAMMARS:
            known = language(code, self._settings.hours)
            if known is not None:
                known.grammar.prepare()
        with bus.subscribe(ServiceStateEvent, name="skills") as states:
            async with (
                bus.serve(UnderstandEvent, self._understand, name="skills"),
                bus.serve(HandleEvent, self._handle, name="skills"),
            ):
                await self._sound.load()
                if self._plugged is not None:
                    await self._plugged.load()
                ready()
                async for state in states:
                    if state.state == "ready" and state.service == "speaker":
                        self._sound.tell_volume()
                    elif state.state == "ready" and state.service == "tts":
                        self._sound.tell_speed()

    async def _understand(self, asked: UnderstandEvent) -> AsyncGenerator[Answer, None]:
        found = await self._found(asked)
        if found is None:
            yield self._understood_elsewhere(asked)
            return
        intent, _ = found
        name = type(intent).__name__
        yield UnderstoodEvent(
            owner=asked.owner, turn=asked.turn, intent=name, whole=intent.whole, effects=intent.effects
        )

    async def _handle(self, asked: HandleEvent) -> AsyncGenerator[Answer, None]:
        began = self._clock.monotonic()
        found = await self._found(asked)
        self._open.pop((asked.owner, asked.channel), None)
        if found is None:
            yield await self._handled_elsewhere(asked)
            return
        intent, known = found
        text = await self._do(intent, asked, known.replies)
        if text is None:
            yield HandledEvent(owner=asked.owner, turn=asked.turn, handled=False)
            return
        if isinstance(intent, AskWhen):
            self._open[asked.owner, asked.channel] = _Open(intent.said, self._clock.monotonic())
        name, took = type(intent).__name__, 1000 * (self._clock.monotonic() - began)
        log.info("handled", turn=asked.turn, intent=name, ms=round(took, 2))
        yield HandledEvent(owner=asked.owner, turn=asked.turn, handled=True, text=text, intent=name)

    def _understood_elsewhere(self, asked: UnderstandEvent) -> UnderstoodEvent:
        """By a skill of a package, if any."""
        found = self._plugged.find(asked) if self._plugged is not None else None
        if found is None:
            return UnderstoodEvent(owner=asked.owner, turn=asked.turn)
        name, skill = found
        effects = bool(skill.effects)
        return UnderstoodEvent(owner=asked.owner, turn=asked.turn, intent=name, whole=True, effects=effects)

    async def _handled_elsewhere(self, asked: HandleEvent) -> HandledEvent:
        found = self._plugged.find(asked) if self._plugged is not None else None
        if found is None:
            return HandledEvent(owner=asked.owner, turn=asked.turn, handled=False)
        name, skill = found
        text = await skill.do(asked)
        log.info("handled", turn=asked.turn, intent=name)
        return HandledEvent(owner=asked.owner, turn=asked.turn, handled=True, text=text, intent=name)

    async def _found(self, asked: UnderstandEvent | HandleEvent) -> tuple[Intent, Language] | None:
        known = language(asked.language or self._usual, self._settings.hours)
        if known is None:
            return None
        intent = self._matched(asked, known)
        if isinstance(intent, Snooze) and intent.only_ringing and not await self._rang(asked):
            return None
        return (intent, known) if intent is not None else None

    def _matched(self, asked: UnderstandEvent | HandleEvent, known: Language) -> Intent | None:
        before = self._open.get((asked.owner, asked.channel))
        if before is not None and self._clock.monotonic() - before.at < PATIENCE_SECONDS:
            said = before.said.rstrip(" .,!?")
            for fitting in FITTING:
                intent = known.grammar.match(fitting.format(said=said, text=asked.text))
                if intent is not None and not isinstance(intent, AskWhen):
                    return intent
        return known.grammar.match(asked.text)

    async def _rang(self, asked: UnderstandEvent | HandleEvent) -> bool:
        try:
            request = ListTimersEvent(owner=asked.owner, turn=asked.turn)
            return (await self._bus.request(request, TimersEvent)).rang
        except SoloError:
            return False
