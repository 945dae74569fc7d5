"""Is it alive, and can it be talked to?"""

from __future__ import annotations

import os

from fastapi import APIRouter, Response

from app.api.dependencies import Given
from app.api.schemas import LiveReport, ReadyReport
from app.api.version import solo_version

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live")
async def live() -> LiveReport:
    """The process answers."""
    return LiveReport(pid=os.getpid(), version=solo_version())


@router.get("/ready", responses={503: {"model": ReadyReport, "description": "Not yet, or not any more"}})
async def ready(deps: Given, response: Response) -> ReadyReport:
    """200 when Solo can be talked to, else 503 and which services are in the way."""
    report = deps.collector.readiness()
    response.status_code = 200 if report.ready else 503
    return report
