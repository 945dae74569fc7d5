"""How near what somebody said is to what each tool is for, by vectors.

Those of the tools are made once, in the background; that of the words must come quickly, or words alone
decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import structlog
from anyio.abc import TaskGroup
from numpy.typing import NDArray

from app.events.llm import EmbeddedEvent, EmbedEvent
from app.kernel.errors import SoloError
from app.kernel.runtime import Runtime

log = structlog.get_logger("solo.tools")

PATIENCE_SECONDS: Final = 0.06
BATCH: Final = 32
KEPT: Final = 2_000
"""Descriptions whose vectors are kept."""
AGAIN_SECONDS: Final = 30.0
"""After a failure it is tried again."""


class Likeness:
    """See the module. The group is that in which vectors are made."""

    def __init__(self, runtime: Runtime, group: TaskGroup) -> None:
        self._runtime = runtime
        self._group = group
        self._vectors: dict[str, NDArray[np.float32]] = {}
        self._model = ""
        self._working = False
        self._not_before = float("-inf")

    def learn(self, texts: Sequence[str]) -> None:
        """Have vectors of these made, as far as there are none. Waits for nothing."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._vectors][:KEPT]
        if not missing or self._working or self._runtime.clock.monotonic() < self._not_before:
            return
        if self._runtime.bus.owner_of(EmbedEvent) is None:
            return
        self._working = True
        self._group.start_soon(self._make, missing, name="tools:vectors")

    async def near(self, query: str, texts: Sequence[str], owner: str) -> dict[str, float] | None:
        """Cosine of the query with each text; None when that is not known (in time)."""
        known = [text for text in dict.fromkeys(texts) if text in self._vectors]
        if not known or self._runtime.bus.owner_of(EmbedEvent) is None:
            return None
        request = EmbedEvent(owner=owner, texts=(query,), query=True)
        try:
            found = await self._runtime.bus.request(request, EmbeddedEvent, timeout=PATIENCE_SECONDS)
        except SoloError:
            return None
        if found.model != self._model or not found.vectors:
            self._vectors.clear()
            return None
        query_vector = np.asarray(found.vectors[0], np.float32)
        cosines = np.stack([self._vectors[text] for text in known]) @ query_vector
        return dict(zip(known, cosines.tolist(), strict=True))

    async def _make(self, missing: list[str]) -> None:
        try:
            for begin in range(0, len(missing), BATCH):
                texts = tuple(missing[begin : begin + BATCH])
                made = await self._runtime.bus.request(EmbedEvent(texts=texts), EmbeddedEvent)
                if made.model != self._model or len(self._vectors) + len(texts) > KEPT:
                    self._vectors.clear()
                    self._model = made.model
                rows = np.asarray(made.vectors, np.float32)
                self._vectors.update(zip(texts, rows, strict=True))
        except SoloError as error:
            self._not_before = self._runtime.clock.monotonic() + AGAIN_SECONDS
            log.debug("no_vectors_of_tools", code=error.code)
        finally:
            self._working = False
