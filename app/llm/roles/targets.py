"""From `provider:model` to what an engine is built from.  Pure."""

from __future__ import annotations

from pathlib import Path

from app.assets.catalogue import clipped
from app.config.llm import LlmSettings
from app.events.llm import Role
from app.kernel.errors import NotFound
from app.llm.roles.chain import own_target, role_settings
from app.llm.spec import EngineSpec, engine_of
from app.llm.targets import LOCAL, at_home, find_target, split

HERE = LOCAL
"""The provider that stands for this machine: whichever engine is installed."""


def target_of(name: str) -> str:
    """A name that a person says as a target: without a provider it is a model of this machine, unless
    it is known as a provider's.

    Raises NotFound for a file: names only.
    """
    provider, model = split(name)
    if provider in at_home() and _is_path(model):
        raise NotFound(
            f"{clipped(name)} is not the name of a model.", hint="Name one of them: solo models list"
        )
    return f"{provider}:{model}"


def _is_path(model: str) -> bool:
    """A name is said by anybody; which files are opened, the settings alone decide."""
    return any(mark in model for mark in ("/", "\\", "\0")) or model.startswith((".", "~"))


def spec_of(target: str, settings: LlmSettings, role: Role, models_dir: Path, offline: bool) -> EngineSpec:
    """What to build for this target. Window, threads and layers are the role's; at a provider the window
    is the provider's. Raises NotFound with the nearest names."""
    section = role_settings(settings, role)
    if target == own_target(section):
        if target.startswith(f"{engine_of(section)}:"):
            return EngineSpec.of_role(settings, section, models_dir, offline)
        return find_target(target, settings, models_dir, offline=offline, role=section)
    return find_target(target_of(target), settings, models_dir, offline=offline, role=section)
