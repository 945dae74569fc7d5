"""How Solo is: counts, times and ids, no words."""

from __future__ import annotations

from fastapi import APIRouter

from app.api.dependencies import Given
from app.api.schemas import StatusReport

router = APIRouter(tags=["status"])


@router.get("/status")
async def status(deps: Given) -> StatusReport:
    """Services, language model, machine, bus and the last turns."""
    await deps.collector.refresh()
    return deps.collector.report()
