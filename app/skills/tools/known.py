"""What is known of each tool: the words that it is found by, and whether a model can be told of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from app.events.tools import Tool
from app.kernel.blocking import Pool
from app.skills.tools.arguments import broken
from app.skills.tools.fitting import Profile

log = structlog.get_logger("solo.tools")

KEPT: Final = 2_000


@dataclass(frozen=True, slots=True)
class _Read:
    profile: Profile
    wrong: str


class Known:
    """Reads each tool once, in a thread: a server may bring hundreds at a time."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._read: dict[Tool, _Read] = {}

    async def whole(self, tools: Iterable[Tool]) -> list[tuple[Tool, Profile]]:
        """Those whose schema is no nonsense, and the words of each."""
        wanted = list(tools)
        new = [tool for tool in wanted if tool not in self._read]
        if new:
            read = await self._pool.run(_all, new)
            if len(self._read) > KEPT:
                self._read = {tool: self._read[tool] for tool in wanted if tool in self._read}
            self._read.update(zip(new, read, strict=True))
            for tool, one in zip(new, read, strict=True):
                if one.wrong:
                    log.warning("tool_left_out", tool=tool.name, source=tool.source, why=one.wrong)
        return [(tool, self._read[tool].profile) for tool in wanted if not self._read[tool].wrong]


def _all(tools: Sequence[Tool]) -> list[_Read]:
    return [_Read(Profile.of(tool), broken(tool.parameters)) for tool in tools]
