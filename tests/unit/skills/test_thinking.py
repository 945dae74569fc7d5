"""Another language model by word of mouth."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest

from app.events.base import Answer
from app.events.llm import (
    ChooseModelEvent,
    ListModelsEvent,
    ModelChosenEvent,
    ModelOffer,
    ModelsEvent,
    RoleChain,
)
from app.kernel.errors import Unavailable
from app.kernel.runtime import Runtime
from tests.unit.skills.test_service import skills

pytestmark = pytest.mark.anyio

OFFERS = (
    ModelOffer(name="auto:small-1b-q4_0.gguf", provider="auto", model="small-1b-q4_0.gguf", size=1),
    ModelOffer(name="auto:big-7b", provider="auto", model="big-7b", size=7),
)


@dataclass
class Models:
    """Owner of the requests: chooses what it is told, unless it is broken."""

    now: str = OFFERS[0].name
    broken: bool = False
    chosen: list[str] = field(default_factory=list[str])

    def _chain(self) -> RoleChain:
        return RoleChain(role="generation", targets=(self.now,))

    async def list(self, request: ListModelsEvent) -> AsyncGenerator[Answer, None]:
        yield ModelsEvent(models=OFFERS, roles=(self._chain(),))

    async def choose(self, request: ChooseModelEvent) -> AsyncGenerator[Answer, None]:
        if self.broken:
            raise Unavailable("It does not fit.")
        self.chosen.append(request.model)
        self.now = request.model or OFFERS[0].name
        yield ModelChosenEvent(chain=self._chain())


async def test_the_model_is_changed_by_word_of_mouth_and_back(runtime: Runtime) -> None:
    models = Models()
    async with (
        runtime.bus.serve(ListModelsEvent, models.list, name="llm"),
        runtime.bus.serve(ChooseModelEvent, models.choose, name="llm"),
        skills(runtime) as solo,
    ):
        assert await solo.say("Which model are you using?") == "I think with small 1b."
        assert await solo.say("Use the big model.") == "From now on I think with big 7b."
        assert await solo.say("Use your usual model again") == "From now on I think with small 1b."
        assert "no single model" in await solo.say("Switch to the martian model")
        assert "No provider has a key" in await solo.say("Use the cloud")
        assert models.chosen == ["auto:big-7b", ""]
        assert (await solo.takes("Use the big model")).effects
        models.broken = True
        assert "big 7b cannot be had now" in await solo.say("Use the big model")
