"""SOLO_MEMORY__…: what is remembered and recalled."""

from __future__ import annotations

from app.config.section import Section, setting


class MemorySettings(Section):
    """Memory."""

    enabled: bool = setting(True, "remember what is said and draw on it")
    index: str = setting("chroma", "chroma, or numpy (the rows alone)")
    recall_tokens: int = setting(300, "how much of a prompt memories may take", ge=0, le=8000)
    recall_ms: int = setting(
        150, "how long recall may take; what is not found by then is left out", ge=10, le=10000
    )
