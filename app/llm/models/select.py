"""Which of the models that are here serves a need: plain rules, with the reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.assets.space import human
from app.llm.models.entry import Entry
from app.llm.models.estimate import estimate
from app.llm.models.need import Need
from app.llm.models.quantizations import worth

USUAL_CONTEXT = 4096


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is to fill, in bytes: memory that is free, and of a graphics card (0: none)."""

    memory: int
    vram: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """entry: the model, None where none will do. reason: a sentence. refused: (name, why not) of others."""

    entry: Entry | None
    reason: str
    refused: tuple[tuple[str, str], ...] = ()


def select(
    entries: Iterable[Entry],
    need: Need,
    machine: Machine,
    *,
    slots: int = 1,
    window: int = 0,
    checkpoints: bool = False,
) -> Choice:
    """The model for this need. The entries have been read to their ends. Those that bring a chat template
    go first: what has none was hardly made for talk.

    window: tokens for which it will be loaded where the need names none; 0: the usual. checkpoints: of those
    of Hugging Face's, else of the GGUF files.
    """
    fitting: list[Entry] = []
    refused: list[tuple[str, str]] = []
    for entry in entries:
        why = refusal(entry, need, machine, slots=slots, window=window) or _other_kind(entry, checkpoints)
        if why:
            refused.append((entry.name, why))
        else:
            fitting.append(entry)
    if not fitting:
        first = f" ({refused[0][0]}: {refused[0][1]})" if refused else ""
        return Choice(None, f"No model that is here will do{first}.", tuple(refused))
    if need.goal == "smallest":
        chosen = min(fitting, key=lambda one: (not one.facts.template, _size(one), one.name))
    else:
        chosen = max(fitting, key=lambda one: (one.facts.template, _wits(one), one.facts.context, one.name))
    takes = _takes(chosen, need, machine, slots, window)
    return Choice(chosen, _reason(chosen, need, machine, len(fitting), takes), tuple(refused))


def _other_kind(entry: Entry, checkpoints: bool) -> str:
    if entry.checkpoint == checkpoints:
        return ""
    return "is no checkpoint" if checkpoints else f"is a checkpoint: name it transformers:{entry.name}"


def refusal(entry: Entry, need: Need, machine: Machine, *, slots: int = 1, window: int = 0) -> str:
    """Why a model will not do; empty when it will."""
    facts = entry.facts
    if entry.broken:
        return entry.broken.rstrip(".")
    if facts.kind != "model":
        return f"is no model that talks but {facts.kind}"
    if need.tools and not facts.tools:
        return "its template knows no tools"
    if need.thinking and not facts.thinks:
        return "it does not think aloud first"
    if facts.context and facts.context < need.context:
        return f"was made for {facts.context:,} tokens"
    about = f"{entry.name} {facts.name} {facts.architecture}".lower()
    absent = [word for word in need.words if word not in about]
    if absent:
        return f"has no {absent[0]!r} in its name"
    takes, room = _takes(entry, need, machine, slots, window), need.room or machine.memory
    return f"takes {human(takes)} of {human(room)}" if takes > room else ""


def _takes(entry: Entry, need: Need, machine: Machine, slots: int, window: int) -> int:
    context = need.context or window or min(USUAL_CONTEXT, entry.facts.context or USUAL_CONTEXT)
    vram = 0 if need.room else machine.vram
    return estimate(entry.facts.shape, context, slots=slots, vram=vram).ram


def _size(entry: Entry) -> int:
    return entry.facts.shape.weights or entry.size


def _wits(entry: Entry) -> float:
    """Larger models know more; numbers of too few bits make them forget it."""
    facts = entry.facts
    return (facts.parameters or entry.size) * worth(facts.bits or 4.5)


def _reason(entry: Entry, need: Need, machine: Machine, fitting: int, takes: int) -> str:
    wanted = [
        *(["can call tools"] if need.tools else []),
        *(["think aloud"] if need.thinking else []),
        *([f"take {need.context:,} tokens"] if need.context else []),
        *([f"have {', '.join(need.words)} in the name"] if need.words else []),
    ]
    which = f" that {' and '.join(wanted)}" if wanted else ""
    room = need.room or machine.memory
    others = f"the {need.goal} of {fitting}" if fitting > 1 else "the only one"
    return f"{entry.name}: {others}{which}; it takes {human(takes)} of {human(room)}."
