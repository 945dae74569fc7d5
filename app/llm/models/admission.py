"""Whether a model fits beside what is loaded, who has to go for it, and what to say where it does not.

Pure: sizes in, a decision out.  All sizes in bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from app.assets.space import human
from app.kernel.errors import NoMemory
from app.llm.models.estimate import BATCH, KV_BYTES, Estimate, estimate, most_context
from app.llm.models.shape import Shape

SHORTEST = 512
"""Tokens of context with less than which no model is of use."""

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A model that is to be loaded. vram: of the graphics cards that it may use, 0: none; layers: how many
    are to go there, -1: as many as fit. kv_bytes: of a key or value; library: bytes that the engine's library
    takes beyond llama.cpp's."""

    name: str
    shape: Shape
    context: int
    slots: int = 1
    batch: int = BATCH
    vram: int = 0
    layers: int = -1
    kv_bytes: float = KV_BYTES
    library: int = 0

    def takes(self, context: int = 0) -> Estimate:
        """What it needs, with its own window or another."""
        room = self.vram if self.layers < 0 else self.vram and self.shape.weights + (1 << 62)
        said = estimate(
            self.shape,
            context or self.context,
            slots=self.slots,
            batch=self.batch,
            vram=room,
            most=self.layers,
            kv_bytes=self.kv_bytes,
        )
        return replace(said, buffers=said.buffers + self.library)


@dataclass(frozen=True, slots=True)
class Resident(Generic[K]):
    """A model that is loaded and could go. takes: bytes; used: when somebody last needed it, seconds."""

    key: K
    takes: int
    used: float


def leaving(needed: int, free: int, residents: Iterable[Resident[K]]) -> tuple[K, ...] | None:
    """Who has to go so that `needed` fits: whom nobody has needed for longest, and no more than must be.
    None: it would not even fit if all of them went, so nobody has to."""
    going: list[Resident[K]] = []
    for one in sorted(residents, key=lambda one: one.used):
        if free >= needed:
            break
        going.append(one)
        free += one.takes
    if free < needed:
        return None
    for one in reversed(going):  # a large one that went last may have made room for all of it
        if free - one.takes >= needed:
            going.remove(one)
            free -= one.takes
    return tuple(one.key for one in going)


def no_room(wanted: Wanted, free: int) -> NoMemory:
    """The sentence, with the window that would do where there is one."""
    needs, dialogues = wanted.takes().ram, f" for {wanted.slots} dialogues" if wanted.slots > 1 else ""
    said = f"{wanted.name} needs about {human(needs)}{dialogues}, {human(max(0, free))} are free"
    longest = most_context(
        wanted.shape,
        free - wanted.library,
        slots=wanted.slots,
        batch=wanted.batch,
        most=wanted.context,
        vram=wanted.vram,
        kv_bytes=wanted.kv_bytes,
    )
    if SHORTEST <= longest < wanted.context:
        said += f"; with a context of {longest:,} it needs {human(wanted.takes(longest).ram)}"
    return NoMemory(
        f"{said}.",
        hint="Take a shorter SOLO_LLM__GENERATION__CONTEXT, fewer SOLO_LLM__SLOTS, or a smaller model.",
    )
