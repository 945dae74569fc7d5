"""Reckoning, exactly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import Field

from app.skills.tools.functions import tool
from app.skills.tools.house.arithmetic import reckoned
from app.skills.tools.surroundings import Surroundings


@tool(effects="none")
async def calculate(
    expression: Annotated[str, Field(description="numbers and signs only")],
) -> str:
    """Calculate numbers: plus, minus, multiplied or divided by, percent of, roots, powers."""
    return reckoned(expression)


def functions(_: Surroundings) -> list[Callable[..., Any]]:
    """All of them."""
    return [calculate]
