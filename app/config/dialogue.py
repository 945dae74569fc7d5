"""SOLO_DIALOGUE__…: conversations."""

from __future__ import annotations

from app.config.section import Section, setting


class DialogueSettings(Section):
    """Conversations."""

    idle_minutes: float = setting(
        30.0, "silence after which what is spoken begins a new conversation", gt=0, le=10080
    )
    max_text_chars: int = setting(20_000, "longest text that a person may say at once", ge=100, le=1_000_000)
    check_claims: bool = setting(
        True, "never let an answer say that something was done which no tool or skill did"
    )
