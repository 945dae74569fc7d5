"""Who answers for a role by the preset that is set.  Reads entries of providers, once, and nothing else.

roles   as each role's own settings say
cloud   what the providers that have a key recommend for the role, then the role's own; a role that
        names a provider itself stays as it is
local   of the role's own, who is on this machine
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

from app.config.llm import LlmSettings
from app.events.llm import Role
from app.kernel.loopback import is_loopback
from app.llm.providers.entries import Provider
from app.llm.providers.shelf import is_provider, provider, provider_names
from app.llm.roles.chain import ROLES, configured, once, role_settings
from app.llm.spec import OLD_NAME, SERVER
from app.llm.targets import LOCAL, split

UNPRICED = float("inf")


def usual_chain(settings: LlmSettings, role: Role, *, offline: bool = False) -> tuple[str, ...]:
    """Whom to ask, in order. Raises NotFound for a provider that there is not."""
    own = configured(settings, role)
    if settings.preset == "local":
        return tuple(target for target in own if _is_here(target, settings)) or (f"{LOCAL}:auto",)
    if settings.preset == "cloud" and not offline and not _is_paid(own[0]):
        return once((*recommended(settings, role), *own))
    return own


def recommended(settings: LlmSettings, role: Role) -> tuple[str, ...]:
    """The models for a role of the providers that could be asked."""
    entries = [provider(name) for name in settings.cloud or provider_names()]
    asked = [entry for entry in entries if role in entry.recommended and _can_be_asked(entry, settings)]
    if not settings.cloud:
        asked.sort(key=lambda entry: (_price(entry, role), entry.name))
    return tuple(f"{entry.name}:{entry.recommended[role]}" for entry in asked)


def remarks(settings: LlmSettings, *, offline: bool) -> Iterator[tuple[str, str]]:
    """What a person should know of these settings, and the way out: sentences."""
    here = "so only models of this machine answer"
    if settings.preset == "cloud" and offline:
        yield f"The preset cloud is set, but Solo is to stay offline, {here}.", "Set SOLO_OFFLINE=false."
    elif settings.preset == "cloud" and not recommended(settings, "generation"):
        known = [provider(name) for name in provider_names()]
        names = ", ".join(entry.variable for entry in known if entry.recommended and entry.variable)
        yield f"The preset cloud is set, but no provider has a key, {here}.", f"Set one of {names}."
    for role in ROLES:
        if role_settings(settings, role).engine == OLD_NAME:
            name = f"SOLO_LLM__{role.upper()}__ENGINE"
            yield (
                f"{name}={OLD_NAME} is the old name of the server at {settings.server.url}.",
                f"Write {name}={SERVER}; OpenAI itself is SOLO_LLM__{role.upper()}__MODEL=openai:…",
            )


def _can_be_asked(entry: Provider, settings: LlmSettings) -> bool:
    key = settings.providers.of(entry.name).api_key.get_secret_value()
    return bool(key) and (not entry.library or find_spec(entry.library) is not None)


def _price(entry: Provider, role: Role) -> float:
    price = entry.facts(entry.recommended[role]).price
    return UNPRICED if price is None else price.input + price.output


def _is_paid(target: str) -> bool:
    name, _ = split(target)
    return is_provider(name) and provider(name).paid


def _is_here(target: str, settings: LlmSettings) -> bool:
    name, _ = split(target)
    if name == SERVER:
        return is_loopback(settings.server.url)
    if not is_provider(name):
        return True
    return is_loopback(settings.providers.of(name).url or provider(name).url)
