"""What `solo llm test` is to try: prompts, and the ways in which each is answered. A rule file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from app.cli.chatting.wishes import number
from app.kernel.errors import BadInput

MOST_PROMPTS = 1_000
MOST_WAYS = 100


@dataclass(frozen=True, slots=True)
class Way:
    """model: empty for the role's own; values: what the parameters are set to."""

    model: str = ""
    values: tuple[tuple[str, float], ...] = ()

    @property
    def title(self) -> str:
        """How it is named in a table."""
        return " ".join([self.model or "(the role's)", *(f"{name}={value:g}" for name, value in self.values)])


def ways(models: Sequence[str], settings: Sequence[str]) -> list[Way]:
    """Every model with every combination; settings: "temperature=0,0.7". Raises BadInput."""
    names: list[str] = []
    lists: list[list[float]] = []
    for setting in settings:
        name, equals, values = setting.partition("=")
        if not equals or not values.strip():
            raise BadInput(
                f"{setting[:60]!r} is not of the form NAME=VALUE[,VALUE…].", hint="temperature=0,0.7"
            )
        if name.strip() in names:
            raise BadInput(f"{name.strip()} is given twice.", hint=f"Name its values in one: {name}=0,0.7")
        names.append(name.strip())
        lists.append([number(names[-1], value.strip()) for value in values.split(",")])
    chosen = [dict.fromkeys(models or [""]), *map(dict.fromkeys, lists)]
    made = [
        Way(str(model), tuple(zip(names, map(float, values), strict=True)))
        for model, *values in product(*chosen)
    ]
    if len(made) > MOST_WAYS:
        raise BadInput(f"That is {len(made)} ways to answer; at most {MOST_WAYS} are tried at once.")
    return made


def prompts(text: str) -> list[str]:
    """Those of a file: a JSON list of strings, or one in each line, without empty ones and # comments.

    Raises BadInput.
    """
    found = _listed(text) if text.lstrip().startswith("[") else None
    if found is None:
        lines = [line.strip() for line in text.splitlines()]
        found = [line for line in lines if line and not line.startswith("#")]
    if not found:
        raise BadInput("There is no prompt in that file.")
    if len(found) > MOST_PROMPTS:
        raise BadInput(f"These are {len(found)} prompts; at most {MOST_PROMPTS} are tried at once.")
    return found


def _listed(text: str) -> list[str] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    texts = [one for one in found if isinstance(one, str) and one.strip()]
    return texts if len(texts) == len(found) else None
