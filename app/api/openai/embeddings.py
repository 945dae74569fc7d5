"""POST /v1/embeddings."""

from __future__ import annotations

import base64
import json
import struct
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.api.dependencies import Given
from app.api.openai.asked import check_length, texts_of
from app.api.openai.errors import BadParameter
from app.api.openai.names import EMBEDDERS, only
from app.api.openai.schemas import MOST_TEXTS, EmbeddingBody
from app.api.streaming import leaving_cancels
from app.events.llm import EmbeddedEvent, EmbedEvent
from app.kernel.tokens import estimate_tokens

router = APIRouter(prefix="/v1", tags=["openai"])


@router.post("/embeddings", response_class=Response)
async def embeddings(body: EmbeddingBody, request: Request, deps: Given) -> Response:
    """A vector of length 1 for each text."""
    api, own = deps.settings.api, deps.settings.llm.embedding.model
    only(body.model, own, api.model_names, EMBEDDERS, "embeddings")
    texts = texts_of(body.input, "input")
    if len(texts) > MOST_TEXTS:
        raise BadParameter(f"`input` takes {MOST_TEXTS} texts at most.", "input")
    check_length(texts, api.max_prompt_chars)
    wanted = EmbedEvent(texts=texts, query=body.input_type == "query")
    async with leaving_cancels(request, deps.closing):
        found = await deps.runtime.bus.request(wanted, EmbeddedEvent, timeout=api.timeout_seconds)
        size = len(found.vectors[0])
        if body.dimensions not in (None, size):
            raise BadParameter(f"The vectors of {found.model} have {size} numbers, no other.", "dimensions")
        # Two thousand vectors are three quarters of a million numbers to be written.
        told = await deps.runtime.pool.run(_told, body, texts, found)
    return Response(told, media_type="application/json")


def _told(body: EmbeddingBody, texts: tuple[str, ...], found: EmbeddedEvent) -> bytes:
    tokens = sum(estimate_tokens(text) for text in texts)
    data = [
        {"object": "embedding", "index": place, "embedding": _vector(body, vector)}
        for place, vector in enumerate(found.vectors)
    ]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return json.dumps({"object": "list", "data": data, "model": found.model, "usage": usage}).encode()


def _vector(body: EmbeddingBody, vector: tuple[float, ...]) -> Any:
    if body.encoding_format == "float":
        return vector
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
