"""Checking what is on disk against the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from app.assets import state
from app.assets.catalogue import Catalogue, Model
from app.assets.progress import Observer, Step, silent
from app.kernel.errors import SoloError

Condition = Literal["good", "unchecked", "missing", "incomplete", "broken"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a model is on disk. words: a sentence for what is wrong, with the way out."""

    name: str
    condition: Condition
    words: str = ""


def glance(models_dir: Path, model: Model) -> Verdict:
    """Without reading: good (checked before and unchanged), unchecked, missing, incomplete or broken."""
    absent = state.missing(models_dir, model)
    pull = f"solo models pull {model.name}"
    if len(absent) == len(model.files):
        return Verdict(model.name, "missing", f"{model.name} is not here. Pull it: {pull}")
    if absent:
        return Verdict(model.name, "incomplete", f"{absent[0].path} is missing. Pull it: {pull}")
    try:
        for file in model.files:
            state.check_size(models_dir, model, file)
    except SoloError as error:
        return Verdict(model.name, "broken", str(error))
    return Verdict(model.name, "good" if state.marked(models_dir, model) else "unchecked")


def verify(models_dir: Path, models: Sequence[Model], observer: Observer = silent) -> list[Verdict]:
    """Read every file of these models and compare its sha256. Never raises for a broken file."""
    return [_verify(models_dir, model, observer) for model in models]


def _verify(models_dir: Path, model: Model, observer: Observer) -> Verdict:
    first = glance(models_dir, model)
    if first.condition in ("missing", "incomplete", "broken"):
        return first
    try:
        state.check_files(
            models_dir, model, lambda done: observer(Step(model.name, "check", done, model.size))
        )
    except SoloError as error:
        return Verdict(model.name, "broken", str(error))
    return Verdict(model.name, "good")


def installed(models_dir: Path, catalogue: Catalogue) -> list[Model]:
    """The models of which at least one file is there."""
    return [model for model in catalogue.models if len(state.missing(models_dir, model)) < len(model.files)]
