"""Which models answer for a role, in which order.  Pure.

A target is `provider:model`.  What a role's settings name comes first, then its fallbacks; a preset
puts others before them or takes some away; a live switch puts another in front for as long as Solo
runs, and the request itself may name one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast, get_args

from app.config.llm import LlmSettings, RoleSettings
from app.events.llm import Role, RoleChain
from app.llm.spec import engine_of

ROLES = cast(tuple[Role, ...], get_args(Role))


def role_settings(settings: LlmSettings, role: Role) -> RoleSettings:
    """The section of a role."""
    found: RoleSettings = getattr(settings, role)
    return found


def configured(settings: LlmSettings, role: Role) -> tuple[str, ...]:
    """What the settings say."""
    section = role_settings(settings, role)
    return once((own_target(section), *section.fallback))


def own_target(section: RoleSettings) -> str:
    """What a role names itself; its model may say the provider."""
    engine, model = engine_of(section), section.model
    provider, colon, _ = model.partition(":")
    is_path = len(provider) == 1 or "/" in provider or "\\" in provider
    return model if engine == "auto" and colon and not is_path else f"{engine}:{model}"


Usual = Callable[[LlmSettings, Role], tuple[str, ...]]
"""The chain of a role while nobody has switched."""


@dataclass(slots=True)
class Roles:
    """The chains as they are now."""

    settings: LlmSettings
    usual: Usual = configured
    _usual: dict[Role, tuple[str, ...]] = field(default_factory=dict[Role, tuple[str, ...]])
    _chosen: dict[Role, str] = field(default_factory=dict[Role, str])

    def chain(self, role: Role, wanted: str = "") -> tuple[str, ...]:
        """Whom to ask, in order. wanted: what the request itself names; then nobody else will do."""
        if wanted:
            return (wanted,)
        usual = self._of(role)
        return once((self._chosen[role], *usual)) if role in self._chosen else usual

    def _of(self, role: Role) -> tuple[str, ...]:
        if role not in self._usual:
            self._usual[role] = self.usual(self.settings, role)
        return self._usual[role]

    def choose(self, role: Role, target: str) -> None:
        """From now on this one is asked first; empty: as the settings say."""
        if target and target != self._of(role)[0]:
            self._chosen[role] = target
        else:
            self._chosen.pop(role, None)

    def chosen(self, role: Role) -> str:
        """What was switched to; empty where the settings hold."""
        return self._chosen.get(role, "")

    def seen(self, role: Role, named: Callable[[str], str] = str) -> RoleChain:
        """For whoever asks. named: the name by which a target is known."""
        targets = tuple(named(target) for target in self.chain(role))
        return RoleChain(role=role, targets=targets, chosen=role in self._chosen)


def once(targets: tuple[str, ...]) -> tuple[str, ...]:
    """Each of them where it stands first."""
    return tuple(dict.fromkeys(targets))
