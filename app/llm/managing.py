"""Models in memory by command: loaded, unloaded, or read anew from their files."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable

import structlog

from app.events.base import Answer
from app.events.llm import ManageModelEvent, ModelManagedEvent, Role
from app.kernel.clock import Clock
from app.kernel.errors import NotFound, SoloError
from app.llm.pool import EnginePool
from app.llm.port import LanguageModel
from app.llm.residence import Residence
from app.llm.roles.chain import ROLES, Roles
from app.llm.roles.targets import HERE, target_of
from app.llm.spec import EngineSpec

log = structlog.get_logger("solo.llm")

SpecOf = Callable[[Role, str], EngineSpec]
Warm = Callable[[LanguageModel], Awaitable[None]]


class Managing:
    """See the module. Who is being answered by a model is answered to the end before it goes."""

    def __init__(
        self,
        clock: Clock,
        pool: EnginePool,
        house: Residence,
        roles: Roles,
        *,
        spec_of: SpecOf,
        warm: Warm,
    ) -> None:
        self._clock = clock
        self._pool = pool
        self._house = house
        self._roles = roles
        self._spec_of = spec_of
        self._warm = warm

    async def manage(self, request: ManageModelEvent) -> AsyncGenerator[Answer, None]:
        """Answers the request. Raises NotFound (an unknown name, or nothing to unload), and what loading
        raises."""
        began = self._clock.monotonic()
        asked = await self._asked(request.model)
        loaded = self._instances(asked, request.model)
        if request.action == "unload":
            if not loaded:
                raise NotFound(f"The model {asked.model} is not loaded.", hint="See: solo models loaded")
            for spec in loaded:
                await self._pool.retire(spec)
            yield ModelManagedEvent(owner=request.owner, model=name_of(loaded[0]))
            return
        if request.action == "reload" and loaded:
            asked = await self._reloaded(loaded)
        async with self._pool.use(asked) as engine:
            if self._stand(asked) == self._stand(self._first("generation")):
                await self._warm(engine)
            found = engine.capabilities
            log.info("model_managed", action=request.action, model=found.model)
        yield ModelManagedEvent(
            owner=request.owner,
            model=name_of(self._stand(asked), engine),
            engine=engine.name,
            loaded=True,
            context=found.context,
            took_ms=(self._clock.monotonic() - began) * 1000,
        )

    async def bring(self, role: Role, spec: EngineSpec) -> None:
        """Have it loaded and warm, to answer for this role. Where there is no room for both, the one that
        answers now goes first, and is loaded again when this one cannot be had. Raises what loading does."""
        before = self._first(role)
        stood = self._pool.engine(before) is not None
        shared = role != "generation" and self._stand(before) == self._stand(self._first("generation"))
        try:
            async with self._pool.use(spec, instead_of=None if shared else before) as engine:
                await self._warm(engine)
        except SoloError:
            if stood and self._pool.engine(before) is None:
                async with self._pool.use(before) as engine:
                    await self._warm(engine)
            raise

    def _stand(self, spec: EngineSpec) -> EngineSpec:
        return self._pool.known(spec)

    def _first(self, role: Role) -> EngineSpec:
        return self._spec_of(role, self._roles.chain(role)[0])

    async def _asked(self, name: str) -> EngineSpec:
        """What a name stands for: as the role has it whose model this is, else as generation's would be."""
        if not name:
            return self._first("generation")
        asked = self._spec_of("generation", target_of(name))
        wanted = await self._house.settled(asked)
        for role in ROLES:
            first = self._first(role)
            if wanted.file is not None and (await self._house.settled(first)).file == wanted.file:
                return first
        return asked

    def _instances(self, asked: EngineSpec, name: str) -> list[EngineSpec]:
        """Everything that is loaded of this model, whichever windows it has."""
        stands = self._stand(asked)
        found: list[EngineSpec] = []
        for spec, engine in self._pool.engines().items():
            names = {spec.model, engine.capabilities.model, name_of(spec, engine)}
            same = stands.file is not None and spec.file == stands.file
            if same or spec == stands or (name and {name, target_of(name)} & names):
                found.append(spec)
        return found

    async def _reloaded(self, loaded: list[EngineSpec]) -> EngineSpec:
        """All of them put away, and all but the first loaded again; the spec of that. Before anything goes,
        the file that comes is looked at: when it is not there or broken, what is loaded stays."""
        asked = [self._pool.origins(spec)[0] for spec in loaded]
        for spec in asked:
            await self._house.found(spec)
        for spec in loaded:
            await self._pool.retire(spec)
        for spec in asked[1:]:
            async with self._pool.use(spec):
                pass
        return asked[0]


def name_of(spec: EngineSpec, engine: LanguageModel | None = None) -> str:
    """What a loaded model is called, as `provider:model`."""
    if engine is None:
        return f"{HERE if spec.remote is None else spec.answering.provider}:{spec.model}"
    what = engine.capabilities
    return f"{HERE if what.local else spec.answering.provider}:{what.model}"
