"""For Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Response

from app.api.dependencies import Given
from app.api.metrics import CONTENT_TYPE

router = APIRouter(tags=["status"])


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(deps: Given) -> Response:
    """Counters, gauges and histograms in Prometheus' text format."""
    collector = deps.collector
    return Response(collector.metrics.render(collector.report()), media_type=CONTENT_TYPE)
