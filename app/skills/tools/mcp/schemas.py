"""The schema of a tool's arguments, as a stranger wrote it, made one that costs a bounded time to use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from app.kernel.errors import BadInput
from app.skills.tools.arguments import broken
from app.skills.tools.schemas import plain

LARGEST: Final = 32 * 1024
"""Bytes of JSON."""


class UnusableSchema(ValueError):
    """It cannot be used; the message is why."""


def usable(schema: Mapping[str, Any]) -> str:
    """As JSON, without references and whatever else can take for ever. Raises UnusableSchema."""
    try:
        made = plain({"type": "object", **schema})
    except BadInput as error:
        raise UnusableSchema(error.message) from None
    text = json.dumps(made, ensure_ascii=False)
    if len(text.encode("utf-8", "replace")) > LARGEST:
        raise UnusableSchema(f"its schema is larger than {LARGEST // 1024} KiB")
    why = broken(text)
    if why:
        raise UnusableSchema(why)
    return text
