"""Choosing a sound device by what a person calls it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal, TypeAlias

from app.kernel.errors import NotFound

Role: TypeAlias = Literal["microphone", "speaker"]


@dataclass(frozen=True, slots=True)
class Device:
    """One entry of the system's list. inputs, outputs: channels; rate: its usual samples per second."""

    number: int
    name: str
    inputs: int
    outputs: int
    rate: int
    default_input: bool = False
    default_output: bool = False

    def can(self, role: Role) -> bool:
        """It has channels in that direction."""
        return (self.inputs if role == "microphone" else self.outputs) > 0

    def is_default(self, role: Role) -> bool:
        """The system would take it."""
        return self.default_input if role == "microphone" else self.default_output


WAY_OUT = {
    "microphone": "Talk to Solo by typing (solo chat, solo ask), in the dashboard, or with a WAV file: "
    "solo talk --in question.wav --out reply.wav.",
    "speaker": "Solo still answers in writing: solo chat, the dashboard, or solo say TEXT --out x.wav.",
}
"""How to do without."""


def choose(devices: Sequence[Device], wanted: str, role: Role) -> Device:
    """The device meant by a number, a name or a part of one; nothing means the system's default.

    A whole name goes before a beginning, that before any part; among equals the default, then the
    first. Raises NotFound with the nearest names.
    """
    able = [device for device in devices if device.can(role)]
    if not able:
        raise NotFound(f"There is no {role} on this machine.", hint=WAY_OUT[role])
    if not wanted.strip():
        return next((device for device in able if device.is_default(role)), able[0])
    matching = _matching(able, wanted.strip().casefold())
    if matching:
        return next((device for device in matching if device.is_default(role)), matching[0])
    if _matching([device for device in devices if not device.can(role)], wanted.strip().casefold()):
        raise NotFound(f"The device {wanted!r} is no {role}.", hint=_offer(able, wanted))
    raise NotFound(f"There is no {role} called {wanted!r}.", hint=_offer(able, wanted))


def _matching(devices: Sequence[Device], wanted: str) -> list[Device]:
    if wanted.isdecimal():
        numbered = [device for device in devices if device.number == int(wanted)]
        if numbered:
            return numbered
    for fits in (str.__eq__, str.startswith, str.__contains__):
        found = [device for device in devices if fits(device.name.casefold(), wanted)]
        if found:
            return found
    return []


def _offer(devices: Sequence[Device], wanted: str) -> str:
    by_name = {device.name.casefold(): device.name for device in devices}
    near = get_close_matches(wanted.casefold(), by_name, n=3, cutoff=0.4)
    names = [by_name[name] for name in near] or list(by_name.values())[:5]
    return f"There is: {', '.join(names)}. See all: solo devices."
