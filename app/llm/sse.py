"""Server-sent events, as far as language models use them (HTML standard, "Server-sent events")."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator


async def data_of(lines: AsyncIterator[str]) -> AsyncGenerator[str, None]:
    """The data of each event; names, ids and comments are passed over."""
    held: list[str] = []
    async for line in lines:
        if line.startswith("data:"):
            held.append(line[5:].removeprefix(" "))
        elif not line and held:
            yield "\n".join(held)
            held.clear()
    if held:
        yield "\n".join(held)
