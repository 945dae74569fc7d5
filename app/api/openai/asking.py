"""What the routes of both kinds of completions have in common."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from app.api.dependencies import Deps
from app.api.openai.names import meant, offered
from app.api.openai.schemas import Sampled
from app.api.openai.several import Several
from app.api.openai.told import Form, Head
from app.api.streaming import leaving_cancels
from app.events.llm import ListModelsEvent, ModelsEvent, Role


async def target(deps: Deps, name: str) -> tuple[str, Role]:
    """The model and the role that are meant. Raises NoSuchModel."""
    model, role = meant(name, deps.settings.api.model_names)
    if model and ":" not in model:
        model = offered(model, (await models(deps)).models)
    return model, role


async def models(deps: Deps) -> ModelsEvent:
    """What there is."""
    return await deps.runtime.bus.request(
        ListModelsEvent(), ModelsEvent, timeout=deps.settings.api.timeout_seconds
    )


def head(deps: Deps, body: Sampled, kind: str) -> Head:
    """What all objects of this answer say."""
    clock = deps.runtime.clock
    return Head(f"{kind}-{clock.new_id()}", int(clock.now().timestamp()), body.model or "solo")


async def answer(deps: Deps, request: Request, body: Sampled, several: Several, form: Form) -> Response:
    """At once, or while it is written. Hanging up cancels it."""
    if body.stream:
        return several.streamed(form)
    async with leaving_cancels(request, deps.closing):
        return Response(await several.whole(form), media_type="application/json")
