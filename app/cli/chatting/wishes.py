"""How one chat wants its answers: `/set`, `/model`, `/role`, `/system`. Others are answered as before.

A rule file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final

from app.kernel.errors import BadInput

DEFAULT: Final = "-"
"""What is typed to have it as the settings say."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number that a person may set."""

    low: float
    high: float
    help: str
    whole: bool = False


PARAMETERS: Final[dict[str, Parameter]] = {
    "temperature": Parameter(0, 2, "0 is always the same answer, higher is freer"),
    "max_tokens": Parameter(1, 131_072, "longest answer, in tokens", whole=True),
    "top_p": Parameter(0, 1, "only the likeliest that make up this much"),
    "top_k": Parameter(0, 1_000_000, "only so many of the likeliest; 0: all", whole=True),
    "min_p": Parameter(0, 1, "only what is this likely, compared with the likeliest"),
    "repeat_penalty": Parameter(0, 10, "over 1: less of what was written lately"),
    "frequency_penalty": Parameter(-2, 2, "over 0: less of what was written often"),
    "presence_penalty": Parameter(-2, 2, "over 0: less of what was written at all"),
    "seed": Parameter(0, 2**32 - 1, "the same answer again, where the engine can", whole=True),
}


def number(name: str, text: str) -> float:
    """What was typed for a parameter. Raises BadInput."""
    parameter = PARAMETERS.get(name)
    if parameter is None:
        near = get_close_matches(name, PARAMETERS, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(PARAMETERS)}."
        raise BadInput(f"There is no parameter {name}.", hint=hint)
    try:
        value = int(text) if parameter.whole else float(text)
    except ValueError:
        kind = "a whole number" if parameter.whole else "a number"
        raise BadInput(f"{name} must be {kind}, not {text[:40]!r}.") from None
    if not parameter.low <= value <= parameter.high:
        raise BadInput(f"{name} must be between {parameter.low:g} and {parameter.high:g}.")
    return value


@dataclass(slots=True)
class Wishes:
    """See the module. Empty and None: as the settings say."""

    role: str = ""
    model: str = ""
    system: str | None = None
    values: dict[str, float] = field(default_factory=dict[str, float])

    def set(self, name: str, text: str) -> None:
        """Set a parameter, or with DEFAULT no longer. Raises BadInput."""
        if text == DEFAULT:
            if name not in PARAMETERS:
                number(name, text)
            self.values.pop(name, None)
        else:
            self.values[name] = number(name, text)

    def options(self) -> dict[str, Any]:
        """As the API's AskOptions takes them: only what was set."""
        named = {"role": self.role, "model": self.model}
        given: dict[str, Any] = {name: value for name, value in named.items() if value}
        if self.system is not None:
            given["system"] = self.system
        return {**given, **self.values}
