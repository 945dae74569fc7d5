"""SOLO_LLM__MODELS: what holds for single models of this machine, whichever role asks them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.config.section import Section, setting

_MARKS = re.compile(r"[^a-z0-9]+")


class ModelSettings(Section):
    """One model. What is not set is as its role says."""

    context: int | None = setting(None, "context window in tokens", ge=512, le=131072)
    slots: int | None = setting(None, "dialogues that it keeps warm and answers at once", ge=1, le=32)
    threads: int | None = setting(None, "CPU threads; 0: as many as there are cores", ge=0, le=256)
    gpu_layers: int | None = setting(None, "layers on the GPU; -1: as many as fit, 0: none", ge=-1)
    device: str = setting(
        "",
        "cpu, or the number of the graphics card to take; empty: all there are",
        pattern=r"^(|cpu|\d{1,2})$",
    )


def of_model(models: Mapping[str, ModelSettings], name: str) -> ModelSettings:
    """The settings of a model. Case does not count, nor which marks stand in a name, because names of
    variables have neither dots nor dashes."""
    if name in models:
        return models[name]
    plain = {_plain(known): found for known, found in models.items()}
    return plain.get(_plain(name)) or ModelSettings()


def _plain(name: str) -> str:
    return _MARKS.sub("_", name.lower()).strip("_")
