"""Language models: which there are, and which answers."""

from __future__ import annotations

from fastapi import APIRouter, Request

from app.api.dependencies import Given
from app.api.modelling import ChooseBody, ManageBody, ManagedReply, ModelLine, ModelsReply, RoleLine
from app.api.streaming import leaving_cancels
from app.events.llm import (
    ChooseModelEvent,
    ListModelsEvent,
    ManageModelEvent,
    ModelAction,
    ModelChosenEvent,
    ModelManagedEvent,
    ModelOffer,
    ModelsEvent,
    RoleChain,
)

router = APIRouter(prefix="/api/v1/models", tags=["models"])


@router.get("")
async def models(deps: Given) -> ModelsReply:
    """Every model that may be named, and who answers for each role."""
    found = await deps.runtime.bus.request(
        ListModelsEvent(), ModelsEvent, timeout=deps.settings.api.timeout_seconds
    )
    return ModelsReply(
        models=tuple(_offer(offer) for offer in found.models),
        roles=tuple(_line(chain) for chain in found.roles),
    )


@router.post("/choose")
async def choose(body: ChooseBody, request: Request, deps: Given) -> RoleLine:
    """Let this one answer for the role from now on, once it is loaded; when that fails, the one before
    goes on."""
    wanted = ChooseModelEvent(role=body.role, model=body.model)
    async with leaving_cancels(request, deps.closing):
        chosen = await deps.runtime.bus.request(
            wanted, ModelChosenEvent, timeout=deps.settings.api.timeout_seconds
        )
    return _line(chosen.chain)


@router.post("/load")
async def load(body: ManageBody, request: Request, deps: Given) -> ManagedReply:
    """Have this model in memory before somebody needs it."""
    return await _manage("load", body, request, deps)


@router.post("/unload")
async def unload(body: ManageBody, request: Request, deps: Given) -> ManagedReply:
    """Give its memory back, when the answers are finished that it is writing. Who asks for it has it
    loaded again."""
    return await _manage("unload", body, request, deps)


@router.post("/reload")
async def reload(body: ManageBody, request: Request, deps: Given) -> ManagedReply:
    """Read its file anew, when the answers are finished that it is writing."""
    return await _manage("reload", body, request, deps)


async def _manage(action: ModelAction, body: ManageBody, request: Request, deps: Given) -> ManagedReply:
    wanted = ManageModelEvent(action=action, model=body.model)
    async with leaving_cancels(request, deps.closing):
        done = await deps.runtime.bus.request(
            wanted, ModelManagedEvent, timeout=deps.settings.api.timeout_seconds
        )
    return ManagedReply.model_validate(done.model_dump(include={*ManagedReply.model_fields}))


def _offer(offer: ModelOffer) -> ModelLine:
    return ModelLine.model_validate(offer.model_dump(include={*ModelLine.model_fields}))


def _line(chain: RoleChain) -> RoleLine:
    return RoleLine(role=chain.role, targets=chain.targets, chosen=chain.chosen)
