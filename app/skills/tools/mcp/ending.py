"""Why the connection to a server is over."""

from __future__ import annotations

import anyio

from app.kernel.errors import SoloError


class Ending:
    """Whoever notices first says so; the service waits for it."""

    def __init__(self) -> None:
        self.error: SoloError | None = None
        self.over = anyio.Event()

    def say(self, error: SoloError) -> None:
        """The first reason counts."""
        if self.error is None:
            self.error = error
            self.over.set()

    def leave(self) -> None:
        """Over for no fault of the server's; idempotent."""
        self.over.set()

    async def wait(self) -> None:
        """Until it is over; raises the reason."""
        await self.over.wait()
        if self.error is not None:
            raise self.error
