"""Mistral's models, by its chat completions.

The format is OpenAI's but for the name of the seed, the ids of calls (nine letters or digits), and
that whatever it does not know is refused.  Spoken with OpenAI's library: Mistral's own takes five
times as long for each piece (decision 27).
"""

from __future__ import annotations

import hashlib
import re
from typing import Any, Literal

from app.llm.completions import ChatCompletions
from app.llm.port import Generation

AN_ID = re.compile(r"[A-Za-z0-9]{9}")


class Mistral(ChatCompletions):
    """See the module and `LanguageModel`."""

    name = "mistral"

    async def look(self) -> None:
        if self.model == "auto":
            await super().look()
        else:  # its list leaves out other names of the same model
            await self.client.models.retrieve(self.model)

    def messages(self, request: Generation) -> list[dict[str, Any]]:
        found = super().messages(request)
        for message in found:
            for call in message.get("tool_calls", ()):
                call["id"] = _id(call["id"])
            if "tool_call_id" in message:
                message["tool_call_id"] = _id(message["tool_call_id"])
        return found

    def why(self, reason: str) -> Literal["stop", "length", "tool_calls"]:
        if reason == "error":
            raise self.failures.broke_off()
        return super().why(reason)


def _id(given: str) -> str:
    """The same id for the same call of another provider, as Mistral wants it."""
    return given if AN_ID.fullmatch(given) else hashlib.sha256(given.encode()).hexdigest()[:9]
