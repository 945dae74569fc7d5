"""Which requests may be answered from the cache, and under which key.  A rule file.

The key holds everything that the answer depends on, and always whose it is: two people never share one.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import fields
from typing import Any, Final

from pydantic import BaseModel

from app.events.llm import LLMRequestEvent
from app.llm.port import Generation

FORMAT: Final = 1
"""Counts up when what is stored changes its meaning."""
KEY: Final = re.compile(r"[0-9a-f]{64}")
_NOT_IN_IT: Final = frozenset({"dialogue", "priority", "deadline"})
"""What changes when an answer comes, not what it is."""


def may_cache(request: LLMRequestEvent, generation: Generation) -> bool:
    """Whether an earlier answer will do: as the request says, else where it would come out the same.
    generation: the request with every default filled in."""
    if request.read_only:
        return False
    if request.cached is not None:
        return request.cached
    return generation.temperature == 0 or generation.seed is not None


def key_of(generation: Generation, *, owner: str, model: str, template: str = "", day: str = "") -> str:
    """64 hexadecimal digits. model: the identity of the file (`identity`), or provider:model; template: the
    chat template, where it is known; day: today, which counts where the template tells the date."""
    names = (field.name for field in fields(generation) if field.name not in _NOT_IN_IT)
    told = {
        "format": FORMAT,
        "owner": owner,
        "model": model,
        "template": template,
        "day": day if "strftime_now" in template else "",
        "asked": {name: _plain(getattr(generation, name)) for name in names},
    }
    return _digest(json.dumps(told, ensure_ascii=True, sort_keys=True, separators=(",", ":")))


def shelf_of(owner: str) -> str:
    """The folder of one person's answers: their name is nobody's business who lists files."""
    return _digest(f"owner:{owner}")[:32]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value
