"""The language in which the conversation is being held."""

from __future__ import annotations

from app.events.voice import STTEvent


class Tongue:
    """language: that of the last words that counted; None before the first ones."""

    def __init__(self) -> None:
        self.language: str | None = None

    def heard(self, said: STTEvent | None) -> None:
        """These words count."""
        if said is not None and said.text.strip():
            self.language = said.language
