"""How a section of the settings is written down.

Sections are frozen pydantic models and know nothing of the environment: `load.py` reads it.  Every
setting carries one line of explanation, from which `.env.example` and the reference are made.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    """A frozen group of settings; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


def setting(default: Any, description: str, **limits: Any) -> Any:
    """A setting with its default, its explanation, and pydantic's limits (gt, le, pattern …)."""
    return Field(default, description=description, **limits)
