"""What of a server's settings must not be shown, and what it says without that."""

from __future__ import annotations

from app.config.tools import McpServer

SHORTEST = 6
"""Characters: what is shorter (`1`, `true`, `debug`) is no secret, and words would be full of holes."""
HIDDEN = "***"


class Hiding:
    """Takes the values of a server's environment and headers out of words; cuts them, too."""

    def __init__(self, server: McpServer) -> None:
        values = [value.get_secret_value() for value in (*server.env.values(), *server.headers.values())]
        parts = [part for value in values for part in (value, *value.split())]  # `Bearer …`
        self._secrets = sorted({p for p in parts if len(p) >= SHORTEST}, key=len, reverse=True)

    def shown(self, text: str, longest: int) -> str:
        """On one line, without secrets and whatever a terminal would obey, at most `longest` characters."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        words = " ".join("".join(c if c.isprintable() else " " for c in text[: longest * 4]).split())
        return words if len(words) <= longest else f"{words[: longest - 1]}…"
