"""From the model that a setting names to a file that may be given to C++ code."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from app.assets.catalogue import load
from app.assets.choose import default_llm
from app.assets.gguf import check_gguf
from app.assets.locate import locate, looks_like_path
from app.kernel.errors import BadInput, BrokenFile, NotFound
from app.llm.checkpoints.folder import CONFIG, is_checkpoint, name_of
from app.llm.models.checkpoint import check_checkpoint
from app.llm.models.entry import Entry
from app.llm.models.inventory import Inventory
from app.llm.models.machine import machine
from app.llm.models.need import Need, is_need, understood
from app.llm.models.select import Machine, select
from app.llm.spec import CHECKPOINTS, EngineSpec

WHAT = "language model"
SMALLEST = "qwen2.5-coder-0.5b-instruct"


@dataclass(frozen=True, slots=True)
class Found:
    """A model that a setting means. reason: why this one, where it was chosen; context: tokens that it was
    chosen for, 0 where nobody asked."""

    name: str
    path: Path
    reason: str = ""
    context: int = 0

    @property
    def checkpoint(self) -> bool:
        """It is a folder of Hugging Face's, and no GGUF."""
        return is_checkpoint(self.path)


def find_weights(spec: EngineSpec) -> tuple[str, Path]:
    """Name and file of the model; the file has been looked at: it is whole. As `find`."""
    if spec.file is not None:
        return spec.model, spec.file
    found = find(spec, Inventory.of(spec.models_dir, spec.folders))
    return found.name, found.path


def find(spec: EngineSpec, inventory: Inventory, *, spare: int = 0) -> Found:
    """The model of a setting, whose file has been looked at: it is a whole GGUF, or a whole checkpoint of
    Hugging Face's, which the engine reads.

    A name is one of the catalogue, a path, or that of a file or a checkpoint in one of the folders; or it
    says what the model is for (need.py); `auto` is the best that this machine can hold. spare: memory that it
    must leave, in bytes. Reads the disk: call it in a thread. Raises NotFound, BrokenFile, BadInput,
    Unsupported.
    """
    name = spec.model
    if name == "auto":
        found = (
            _best(spec, inventory) if spec.engine != CHECKPOINTS else _needed(spec, Need(), inventory, spare)
        )
    elif name in load().names or looks_like_path(name):
        found = _located(spec, name)
    else:
        found = _named(spec, name, inventory, spare)
    _check_kind(spec, found)
    if found.checkpoint:
        check_checkpoint(found.path)
    else:
        check_gguf(found.path)
    return found


def _located(spec: EngineSpec, name: str) -> Found:
    """By the catalogue or a path: a file, or the folder of a checkpoint."""
    path = locate(spec.models_dir, name, what=WHAT)
    if path.is_dir() or is_checkpoint(path):
        config = path / CONFIG if path.is_dir() else path
        return Found(name_of(config.parent.resolve()), config)
    return Found(path.stem if Path(name).suffix == ".gguf" else name, path)


def _check_kind(spec: EngineSpec, found: Found) -> None:
    """The engine reads such a model. Raises BadInput with the other way."""
    if found.checkpoint and spec.engine not in (CHECKPOINTS, "auto"):
        raise BadInput(
            f"{found.name} is a checkpoint of Hugging Face's, which the engine {spec.engine} does not read.",
            hint=f"Name it {CHECKPOINTS}:{found.name}, or make a GGUF of it: solo models convert",
        )
    if not found.checkpoint and spec.engine == CHECKPOINTS:
        raise BadInput(
            f"{found.name} is a GGUF file, which the engine {CHECKPOINTS} does not read.",
            hint=f"Name it local:{found.name}.",
        )


def _named(spec: EngineSpec, name: str, inventory: Inventory, spare: int) -> Found:
    """The file of that name in one of the folders, with all its parts; else what is meant by it."""
    if all(name != one.name for one in inventory.models()):
        if is_need(name):
            return _needed(spec, understood(name), inventory, spare)
        return Found(name, locate(spec.models_dir, name, what=WHAT))  # whose sentence knows the catalogue
    entry = inventory.find(name, what=WHAT)
    if entry.broken:
        raise BrokenFile(entry.broken, hint="Look at it with: solo models verify")
    return Found(name, entry.path)


def _needed(spec: EngineSpec, need: Need, inventory: Inventory, spare: int) -> Found:
    """Which of the files that are here serves this."""
    room = machine(spare=spare)
    if spec.gpu_layers == 0:
        room = replace(room, vram=0)
    window = max(need.context, spec.context)
    choice = select(
        inventory.models(read=True),
        need,
        room,
        slots=spec.slots,
        window=window,
        checkpoints=spec.engine == CHECKPOINTS,
    )
    if choice.entry is None:
        raise NotFound(choice.reason, hint="See what there is: solo models list")
    return Found(choice.entry.name, choice.entry.path, choice.reason, need.context)


def _best(spec: EngineSpec, inventory: Inventory) -> Found:
    """The catalogue's best that fits this machine, or its small one where only that has been pulled;
    else the best of the files that are here."""
    best = default_llm(psutil.virtual_memory().total, os.cpu_count() or 1)
    try:
        path = locate(spec.models_dir, best, what=WHAT)
        return Found(best, path, f"{best}: the catalogue's best for this machine.")
    except NotFound as absent:
        try:
            path = locate(spec.models_dir, SMALLEST, what=WHAT)
            return Found(SMALLEST, path, f"{SMALLEST}: the one of the catalogue's that is here.")
        except NotFound:
            chosen, reason = _own(spec, inventory)
        if chosen is None:
            raise absent from None
        return Found(chosen.name, chosen.path, reason)


def _own(spec: EngineSpec, inventory: Inventory) -> tuple[Entry | None, str]:
    """The best of the files that fit and know how to talk."""
    talkers = [one for one in inventory.models(read=True) if one.facts.template]
    room = Machine(psutil.virtual_memory().available)
    choice = select(talkers, Need(context=min(spec.context, 4096)), room, slots=spec.slots)
    return choice.entry, choice.reason
