"""Puts the ASGI application together."""

from __future__ import annotations

from functools import lru_cache

from fastapi import APIRouter, FastAPI

from app.api import handlers
from app.api.dependencies import Deps
from app.api.door import Door
from app.api.routes.table import ROUTES
from app.api.schemas import ErrorReport
from app.api.version import solo_version
from app.kernel import plugins

DESCRIPTION = """Solo's local door. Everything below /api/ needs the token of the file run/token in the
data folder, as `Authorization: Bearer …`. Every failure is answered with the same JSON shape."""


def create_app(deps: Deps) -> FastAPI:
    """The application, with every route of the table, behind the door."""
    app = FastAPI(
        title="Solo",
        version=solo_version(),
        description=DESCRIPTION,
        docs_url=None,  # its page would fetch scripts from elsewhere
        redoc_url=None,
        routes=_routes(tuple(plugins.names("routes", ROUTES))).routes,
    )
    app.state.deps = deps
    handlers.install(app)
    app.add_middleware(Door, settings=deps.settings.api, token=deps.token)
    return app


@lru_cache(maxsize=1)
def _routes(names: tuple[str, ...]) -> APIRouter:
    """What stands behind every door of this process: FastAPI takes 25 ms to look through it."""
    house = APIRouter(responses={"default": {"model": ErrorReport, "description": "A sentence with a code"}})
    for name in names:
        router: APIRouter = plugins.load("routes", ROUTES, name, what="route")
        house.include_router(router)
    return house
