"""GET /v1/models and /v1/models/{id}: what a request may name."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path

from app.api.dependencies import Deps, Given
from app.api.openai.asking import models
from app.api.openai.names import ROLES, SOLO, offered
from app.events.llm import ModelsEvent

router = APIRouter(prefix="/v1", tags=["openai"])

OWNER: Final = "solo"
"""Whose the names are that stand for what Solo chooses."""


@router.get("/models")
async def list_models(deps: Given) -> dict[str, Any]:
    """Every model, Solo's own choice first."""
    return {"object": "list", "data": list(_told(deps, await models(deps)).values())}


@router.get("/models/{name:path}")
async def one_model(name: Annotated[str, Path(max_length=300)], deps: Given) -> dict[str, Any]:
    """One of them."""
    found = await models(deps)
    told = _told(deps, found)
    return told.get(name) or told[offered(name, found.models)]


def _told(deps: Deps, found: ModelsEvent) -> dict[str, dict[str, Any]]:
    own = {SOLO: OWNER} | {f"{SOLO}:{role}": OWNER for role in ROLES}
    names = own | dict.fromkeys(deps.settings.api.model_names, OWNER)
    names |= {offer.name: offer.provider for offer in found.models}
    created = deps.collector.started
    return {
        name: {"id": name, "object": "model", "created": created, "owned_by": owner}
        for name, owner in names.items()
    }
