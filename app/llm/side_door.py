"""The HTTP door that xllamacpp opens beside its calls, out of everybody's reach but ours.

It cannot be switched off: it is put on a Unix socket in a private folder (on Windows on loopback)
behind a random key, and used for what the library's calls lack: tokens.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import tempfile
from typing import Any

import httpx

from app.kernel.errors import Unavailable
from app.kernel.loopback import nobody

PROMPTED = ("messages", "tools", "tool_choice", "chat_template_kwargs")
"""What of a request becomes its prompt."""


class SideDoor:
    """See the module."""

    def __init__(self, folder: str | None) -> None:
        self.key = secrets.token_urlsafe(32)
        self.host = "127.0.0.1" if folder is None else f"{folder}/llm.sock"
        self._folder = folder
        self._client: httpx.AsyncClient | None = None

    @classmethod
    def new(cls) -> SideDoor:
        """On a Unix socket in a folder that only this user may enter, where there are such."""
        unix = os.name == "posix" and hasattr(socket, "AF_UNIX")
        return cls(tempfile.mkdtemp(prefix="solo-llm-") if unix else None)

    def open(self, address: str) -> None:
        """It listens at `address` now."""
        self._client = httpx.AsyncClient(
            base_url=address if self._folder is None else "http://llm",
            transport=httpx.AsyncHTTPTransport(
                verify=nobody(), uds=None if self._folder is None else self.host
            ),
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=30.0,
            trust_env=False,
        )

    async def count(self, texts: tuple[str, ...]) -> tuple[int, ...]:
        if self._client is None:
            raise Unavailable("The language model is not loaded.")
        counts: list[int] = []
        for text in texts:
            try:
                reply = await self._client.post("/tokenize", json={"content": text})
                counts.append(len(reply.raise_for_status().json()["tokens"]))
            except httpx.HTTPError as error:
                raise Unavailable(f"The language model cannot count tokens: {error}.") from error
        return tuple(counts)

    async def tokens(self, body: dict[str, Any]) -> list[int]:
        """Of the whole prompt, in the model's template; empty where the library cannot tell."""
        if self._client is None:
            return []
        said = {name: body[name] for name in PROMPTED if name in body}
        try:
            made = await self._client.post("/apply-template", json=said)
            text = made.raise_for_status().json()["prompt"]
            whole = {"content": text, "add_special": True, "parse_special": True}
            reply = await self._client.post("/tokenize", json=whole)
            return reply.raise_for_status().json()["tokens"]
        except (httpx.HTTPError, RuntimeError):  # RuntimeError: closed meanwhile
            return []

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
