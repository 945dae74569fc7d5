"""Puts the ASGI application together."""

from __future__ import annotations

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
        responses={"default": {"model": ErrorReport, "description": "A sentence with a code"}},
    )
    app.state.deps = deps
    handlers.install(app)
    for name in plugins.names("routes", ROUTES):
        router: APIRouter = plugins.load("routes", ROUTES, name, what="route")
        app.include_router(router)
    app.add_middleware(Door, settings=deps.settings.api, token=deps.token)
    return app
