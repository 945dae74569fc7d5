"""How many tokens a text has, when the model cannot be asked."""

from __future__ import annotations

BYTES_PER_TOKEN = 3
"""Low on purpose (English has about four): whoever keeps to a budget must not overrun it."""


def estimate_tokens(text: str) -> int:
    """At least one, and rather too many than too few."""
    return 1 + len(text.encode("utf-8", "replace")) // BYTES_PER_TOKEN
