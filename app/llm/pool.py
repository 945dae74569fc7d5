"""The engines that are loaded: on first need, side by side, and away again when nobody asks them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import structlog

from app.kernel.clock import Clock
from app.kernel.errors import Busy, SoloError, Unavailable
from app.llm.models.admission import Resident
from app.llm.port import LanguageModel
from app.llm.residence import Leave, Loaded
from app.llm.spec import EngineSpec

log = structlog.get_logger("solo.llm")

PATIENCE = 120.0
"""Seconds for which answers that are being written may hold up an unloading."""

EngineFactory = Callable[[EngineSpec], LanguageModel]
Told = Callable[[EngineSpec, LanguageModel, float], None]
"""Told of each engine that was loaded, and how many milliseconds that took."""
Kept = Callable[[], Collection[EngineSpec]]
"""Those that do not go for the sake of others."""


class Housekeeping(Protocol):
    """What is seen to before an engine is built: see residence.py."""

    async def settled(self, spec: EngineSpec) -> EngineSpec: ...

    async def admit(self, spec: EngineSpec, loaded: Loaded, leave: Leave) -> tuple[EngineSpec, int]: ...


@dataclass(slots=True)
class _Place:
    """Where the engine of one spec stands. users: requests that use it or wait for it; inside: those that
    use it; takes: bytes that it is reckoned to take; door: held while it is loaded or unloaded."""

    engine: LanguageModel | None = None
    users: int = 0
    inside: int = 0
    used: float = 0.0
    takes: int = 0
    door: asyncio.Lock = field(default_factory=asyncio.Lock)
    empty: asyncio.Event = field(default_factory=asyncio.Event)

    async def emptied(self) -> None:
        """Nobody is inside; the door is held, so nobody comes."""
        while self.inside:
            self.empty.clear()
            await self.empty.wait()


class EnginePool:
    """One engine for each spec; specs that stand for the same model share one. house: None builds whatever
    is asked for."""

    def __init__(
        self,
        clock: Clock,
        factory: EngineFactory,
        told: Told,
        house: Housekeeping | None = None,
        kept: Kept = tuple,
    ) -> None:
        self._clock = clock
        self._factory = factory
        self._told = told
        self._house = house
        self._kept = kept
        self._places: dict[EngineSpec, _Place] = {}
        self._settled: dict[EngineSpec, EngineSpec] = {}
        self._one_at_a_time = asyncio.Lock()
        self._closed = False

    @asynccontextmanager
    async def use(
        self, spec: EngineSpec, *, instead_of: EngineSpec | None = None
    ) -> AsyncGenerator[LanguageModel]:
        """The loaded engine, which stays until the context is left. instead_of: one that may go for it,
        when its answers are written. Raises what loading raises."""
        spec = await self._settle(spec)
        place = self._places.setdefault(spec, _Place())
        place.users += 1
        try:
            engine = await self._enter(spec, place, instead_of)
            try:
                yield engine
            finally:
                place.inside -= 1
                if not place.inside:
                    place.empty.set()
        finally:
            place.users -= 1
            place.used = self._clock.monotonic()

    async def _settle(self, spec: EngineSpec) -> EngineSpec:
        if self._house is not None and spec not in self._settled and not self._stands(spec):
            self._settled[spec] = await self._house.settled(spec)
        return self.known(spec)

    def _stands(self, spec: EngineSpec) -> bool:
        place = self._places.get(spec)
        return place is not None and place.engine is not None

    async def _enter(self, spec: EngineSpec, place: _Place, instead_of: EngineSpec | None) -> LanguageModel:
        async with place.door:  # who comes while it loads waits for it
            if self._closed:
                raise Unavailable("The language model is being stopped.")
            if place.engine is None:
                try:
                    place.engine = await self._load(spec, place, instead_of)
                except BaseException:
                    self._forget(spec)
                    raise
            place.inside += 1
            return place.engine

    async def _load(self, spec: EngineSpec, place: _Place, instead_of: EngineSpec | None) -> LanguageModel:
        # What two models take is told apart only when one of them is there.
        async with nullcontext() if spec.file is None else self._one_at_a_time:
            built = spec
            if self._house is not None:
                loaded = partial(self._residents, instead_of)
                built, place.takes = await self._house.admit(spec, loaded, self.retire)
            started = self._clock.monotonic()
            engine = self._factory(built)
            try:
                await engine.load()
            except BaseException:
                await engine.close()
                raise
            took = (self._clock.monotonic() - started) * 1000
        log.info("model_loaded", model=engine.capabilities.model, engine=engine.name, ms=round(took))
        self._told(spec, engine, took)
        return engine

    def _residents(self, instead_of: EngineSpec | None) -> list[Resident[EngineSpec]]:
        """Those that may go: nobody uses them, or another is to come in their place, which goes last."""
        replaced = None if instead_of is None else self.known(instead_of)
        kept = {self.known(spec) for spec in self._kept()}
        found: list[Resident[EngineSpec]] = []
        for spec, place in self._places.items():
            if place.engine is None or spec.file is None or place.door.locked():
                continue
            if spec == replaced:
                found.append(Resident(spec, place.takes, float("inf")))
            elif not place.users and spec not in kept:
                found.append(Resident(spec, place.takes, place.used))
        return found

    # -- what is loaded ------------------------------------------------------------------------

    def known(self, spec: EngineSpec) -> EngineSpec:
        """The spec under which it stands: the one with the file, once that is known."""
        return self._settled.get(spec, spec)

    def engines(self) -> dict[EngineSpec, LanguageModel]:
        """What is loaded now, by what it stands under."""
        return {spec: place.engine for spec, place in self._places.items() if place.engine is not None}

    def engine(self, spec: EngineSpec) -> LanguageModel | None:
        """That of this spec, if it is loaded."""
        place = self._places.get(self.known(spec))
        return None if place is None else place.engine

    def origins(self, spec: EngineSpec) -> tuple[EngineSpec, ...]:
        """The specs by which it was asked for, none of which need be the one that it stands under."""
        return tuple(asked for asked, stands in self._settled.items() if stands == spec) or (spec,)

    # -- unloading -----------------------------------------------------------------------------

    async def retire(self, spec: EngineSpec) -> None:
        """Unload it when those are through whom it answers now. Whoever comes meanwhile waits, and has it
        loaded anew. Raises Busy when that takes too long."""
        spec = self.known(spec)
        if (place := self._places.get(spec)) is None:
            return
        async with place.door:
            try:
                async with asyncio.timeout(PATIENCE):
                    await place.emptied()
            except TimeoutError:
                raise _busy(spec) from None
            await self._put_away(spec, place)

    async def unload(self, spec: EngineSpec) -> None:
        """Give its memory back; the next request loads it again. Raises Busy while somebody uses it."""
        spec = self.known(spec)
        place = self._places.get(spec)
        if place is None:
            return
        if place.users:
            raise _busy(spec)
        async with place.door:
            await self._put_away(spec, place)

    async def _put_away(self, spec: EngineSpec, place: _Place) -> None:
        engine, place.engine, place.takes = place.engine, None, 0
        self._forget(spec)
        if engine is not None:
            await engine.close()
            log.info("model_unloaded", model=engine.capabilities.model, engine=engine.name)

    def _forget(self, spec: EngineSpec) -> None:
        """Which file it is will be asked anew."""
        for asked in self.origins(spec):
            self._settled.pop(asked, None)

    async def unload_idle(self, seconds: float, keep: Collection[EngineSpec]) -> None:
        """Unload what nobody has used for so long, but for those to keep."""
        now = self._clock.monotonic()
        kept = {self.known(spec) for spec in keep}
        for spec, place in list(self._places.items()):
            idle = not place.users and place.engine is not None and now - place.used >= seconds
            if idle and spec not in kept:
                try:
                    await self.unload(spec)
                except SoloError as error:  # somebody came in the same moment
                    log.debug("not_unloaded", code=error.code)

    async def close(self) -> None:
        """Unload all; idempotent."""
        self._closed = True
        for place in self._places.values():
            engine, place.engine = place.engine, None
            if engine is not None:
                await engine.close()


def _busy(spec: EngineSpec) -> Busy:
    return Busy(f"The model {spec.model} is answering somebody.", hint="Try again in a moment.")
