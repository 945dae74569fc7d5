"""Servers that turn texts into vectors, in the wire format of each provider's reference."""

from __future__ import annotations

import asyncio
import base64
import json
import struct
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from app.config.llm import LlmSettings
from app.config.providers import ProviderSettings, ProvidersSettings
from app.llm.embedding.scripted import DIMENSIONS, _vector
from tests.wire.engines import WIRES
from tests.wire.server import KEY, Asked, Reply, WireServer, Writer, _begin, _piece, _send

MODELS: Final = {
    "openai": "text-embedding-3-small",
    "mistral": "mistral-embed",
    "google": "gemini-embedding-001",
    "ollama": "nomic-embed-text",
}
LONG: Final = 3.0
"""The vectors are longer than they should be: whoever wants length one has to see to it."""


def texts_of(asked: Asked) -> list[str]:
    """What was to be turned into vectors; the request must be as the provider wants it."""
    body = asked.body
    if asked.path.startswith("/v1beta/"):
        name = f"models/{MODELS['google']}"
        assert asked.path == f"/v1beta/{name}:batchEmbedContents"
        assert all(one["model"] == name for one in body["requests"])
        texts = [part["text"] for one in body["requests"] for part in one["content"]["parts"]]
    else:
        assert asked.path == "/v1/embeddings"
        assert body.keys() <= {"model", "input", "encoding_format", "dimensions"}
        texts = body["input"]
    assert all(texts), "an empty text is refused"
    return texts


def answer(asked: Asked, vectors: list[Any], form: str = "") -> Any:
    """In the words of whoever was asked; OpenAI's in any order, for each says its place. form: instead of
    the one that was asked for."""
    tokens = sum(len(text.split()) for text in texts_of(asked))
    if asked.path.startswith("/v1beta/"):
        return {"embeddings": [{"values": v} for v in vectors], "usageMetadata": {"promptTokenCount": tokens}}
    if (form or asked.body["encoding_format"]) == "base64":
        vectors = [base64.b64encode(struct.pack(f"<{len(v)}f", *v)).decode() for v in vectors]
    entries = [{"object": "embedding", "index": n, "embedding": v} for n, v in enumerate(vectors)]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": entries[::-1], "model": asked.body["model"], "usage": usage}


class VectorServer(WireServer):
    """Knows vectors alone; `trouble` as with chats, and `too_few`, `uneven`, `no_numbers`, `nowhere`."""

    async def _answer(self, asked: Asked, writer: Writer) -> bool:
        if self.wire.key(asked) != KEY:
            _send(writer, self.wire.failure("bad_key", f"Incorrect API key provided: {KEY}"))
            return True
        vectors = [[LONG * number for number in _vector(text)] for text in texts_of(asked)]
        if self.trouble:
            return await self._go_wrong(asked, vectors, writer)
        size = asked.body.get("dimensions") or DIMENSIONS
        folded = [[sum(vector[n::size]) for n in range(size)] for vector in vectors]
        _send(writer, Reply(200, answer(asked, folded)))
        return True

    async def _go_wrong(self, asked: Asked, vectors: list[list[float]], writer: Writer) -> bool:
        bad: dict[str, Callable[[], Any]] = {
            "too_few": lambda: answer(asked, vectors[1:]),
            "uneven": lambda: answer(asked, [[1.0], *vectors[1:]]),
            "nowhere": lambda: answer(asked, [[0.0] * DIMENSIONS] * len(vectors)),
            "no_numbers": lambda: answer(asked, [["x"]] * len(vectors), "float"),
            "other_json": lambda: {"hello": ["world"]},
        }
        whole = json.dumps(answer(asked, vectors)).encode()
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(whole)}\r\n\r\n"
        match self.trouble:
            case "silent":
                await asyncio.sleep(30)
            case "hang_up":
                pass
            case "half":
                writer.write(head.encode() + whole[: len(whole) // 2])
            case "wrong_json":
                writer.write(head.encode() + b"{" * len(whole))
            case "html":
                page = b"<html><body>Welcome!</body></html>"
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n")
                writer.write(f"content-length: {len(page)}\r\n\r\n".encode() + page)
            case "endless":
                _begin(writer)
                for _ in range(40):
                    _piece(writer, "x" * 1024 * 1024)
                    await writer.drain()
            case kind if kind in bad:
                _send(writer, Reply(200, bad[kind]()))
            case kind:
                _send(writer, self.wire.failure(kind, f"because of {kind}, and not of {KEY}"))
        await writer.drain()
        return False


@asynccontextmanager
async def vectors_at(provider: str, *, timeout: float = 5.0, key: str = KEY) -> AsyncGenerator[Any]:
    """A server, and the settings by which it is that provider: (server, settings)."""
    server = VectorServer(WIRES[provider]())
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}{server.wire.prefix}"
    own = ProviderSettings.model_validate({"url": server.url, "api_key": key, "timeout_seconds": timeout})
    try:
        yield server, LlmSettings(providers=ProvidersSettings(**{provider: own}))
    finally:
        listening.close()
        await server.stop()
