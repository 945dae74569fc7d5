"""How the services of the tools are made."""

from __future__ import annotations

from app.config.settings import Settings
from app.kernel.lifecycle import Service, ServiceSpec
from app.kernel.runtime import Runtime
from app.skills.tools.servers import ServerBoard
from app.skills.tools.toolbox import Toolbox


def tool_specs(
    runtime: Runtime, settings: Settings, toolbox: Toolbox, board: ServerBoard
) -> list[ServiceSpec]:
    """The toolbox; none where tools are switched off."""
    if not settings.tools.enabled:
        return []

    def tools() -> Service:
        from app.skills.tools.service import ToolsService

        return ToolsService(runtime, settings, toolbox, board)

    return [ServiceSpec("tools", tools)]
