"""Whether a call needs the person's yes, how it is asked for, and the call kept until it comes.

A rule file; time and ids are handed in.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, cast

from app.events.tools import Tool
from app.skills.tools.results import cleaned

Wanted: TypeAlias = Literal["never", "world", "changes"]

KEPT: Final = 8
"""Calls of one person that wait for a yes; the oldest is forgotten."""
PEOPLE: Final = 64
"""People whose calls are kept."""
SHOWN: Final = 4
"""Arguments that a question names."""
LONGEST_NAME: Final = 64
LONGEST_VALUE: Final = 60
ITEMS: Final = 3
_VERBS = """
accept add allow answer append apply approve archive assign attach block book build buy call cancel
change charge clear close commit connect convert copy create delete deliver deploy disable disconnect
download draw drop edit email empty enable end erase execute export fetch fill find finish forget
forward get give grant hang hide import increase insert install invite invoke join kill launch leave
like list lock lower make mark merge message modify mount move mute open order organize pause pay pin
place play post press print publish pull purchase push put raise read rebuild record register reject
release remember remind remove rename renew reply request reset resize restart restore resume run save
schedule search sell send set share show shut sign snooze speak start stop store submit subscribe switch
sync take tell toggle transfer trigger turn unlock unmute unsubscribe update upgrade upload use write
"""
VERBS: Final = frozenset(_VERBS.split())
_WORDS = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ENDS = re.compile(r"[.!?…:;]+(?=\s|$)")
_QUOTES = re.compile(r"[\"“”„«»`<>{}\[\]|\\]+")


def needs_yes(tool: Tool, wanted: Wanted, *, tainted: bool) -> bool:
    """Must the person be asked before this runs?"""
    if tool.confirm:
        return True
    if tool.effects == "none" or (tool.unasked and not tainted):
        return False
    return tainted or wanted == "changes" or (wanted == "world" and tool.effects == "world")


def question(tool: Tool, arguments: Mapping[str, Any]) -> str:
    """One spoken sentence. What stands in the arguments may be anybody's words, so it is short, in one line,
    and ends no sentence."""
    words = spoken_name(tool.name)
    doing = words if words.split(" ")[0] in VERBS else f"use {words}"
    parts = [f"{spoken_name(key)} {_value(value)}" for key, value in [*arguments.items()][:SHOWN]]
    if len(arguments) > SHOWN:
        parts.append(f"{len(arguments) - SHOWN} more")
    return f"Shall I {doing}, with {_listed(parts)}?" if parts else f"Shall I {doing}?"


def spoken_name(name: str) -> str:
    """set_light, setLight or set-light as words."""
    return " ".join(_WORDS.findall(_HUMP.sub(" ", name[:LONGEST_NAME]))).lower() or "that"


def _value(value: Any, *, inner: bool = False) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and not inner:
        items = cast(list[Any], value)
        more = [f"{len(items) - ITEMS} more"] if len(items) > ITEMS else []
        return _listed([_value(one, inner=True) for one in items[:ITEMS]] + more) or "nothing"
    if isinstance(value, dict | list):
        return f"{len(cast(dict[str, Any] | list[Any], value))} details"
    if value is None:
        return "nothing"
    text = _QUOTES.sub(" ", cleaned(str(value)[: 4 * LONGEST_VALUE]))
    text = _ENDS.sub(",", " ".join(text.split())).strip(" ,")
    if len(text) > LONGEST_VALUE:
        text = text[: LONGEST_VALUE + 1].rpartition(" ")[0] or text[:LONGEST_VALUE]
        text = text[:LONGEST_VALUE].rstrip(" ,") + " and so on"
    return text or "nothing"


def _listed(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that waits for a yes: exactly this one. until: monotonic seconds."""

    owner: str
    tool: Tool
    arguments: dict[str, Any]
    until: float


class Tickets:
    """Calls that wait, by ticket. Each can be taken once, by its owner, while it is not too old."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Asked] = OrderedDict()

    def keep(self, ticket: str, asked: Asked, now: float) -> None:
        """Until it is taken, too old, or crowded out by newer ones."""
        self._forget(now)
        self._kept[ticket] = asked
        own = [key for key, one in self._kept.items() if one.owner == asked.owner]
        for key in own[:-KEPT]:
            del self._kept[key]
        while len(self._kept) > KEPT * PEOPLE:
            self._kept.popitem(last=False)

    def take(self, ticket: str, owner: str, now: float) -> Asked | None:
        """The call, no longer kept; None when it is not there, too old, or another's."""
        self._forget(now)
        found = self._kept.get(ticket)
        if found is None or found.owner != owner:
            return None
        return self._kept.pop(ticket)

    def _forget(self, now: float) -> None:
        for key in [key for key, one in self._kept.items() if one.until <= now]:
            del self._kept[key]
