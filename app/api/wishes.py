"""How a question over HTTP is to be answered; imports pydantic only."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class AskOptions(BaseModel):
    """For this one answer; what is not given is as the settings say.

    model: `provider:model` instead of the role's; system: what the model is told about itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Literal["generation", "analysis", "maintenance"] = "generation"
    model: str = Field("", max_length=300)
    system: str | None = Field(None, max_length=20_000)
    max_tokens: int | None = Field(None, ge=1, le=131_072)
    temperature: float | None = Field(None, ge=0, le=2)
    seed: int | None = Field(None, ge=0, le=2**32 - 1)
    top_p: float | None = Field(None, ge=0, le=1)
    top_k: int | None = Field(None, ge=0, le=1_000_000)
    min_p: float | None = Field(None, ge=0, le=1)
    repeat_penalty: float | None = Field(None, ge=0, le=10)
    frequency_penalty: float | None = Field(None, ge=-2, le=2)
    presence_penalty: float | None = Field(None, ge=-2, le=2)
