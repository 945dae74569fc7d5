"""Which model is meant by what a person types. A rule file."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from app.config.providers import ProvidersSettings
from app.events.llm import ModelOffer
from app.kernel.errors import BadInput, NotFound


def find_model(key: str, offers: Sequence[ModelOffer]) -> ModelOffer:
    """By `provider:model`, by the model alone, or by a part that only one has. Raises NotFound, BadInput."""
    wanted = key.casefold()
    same = [one for one in offers if wanted in (one.name.casefold(), one.model.casefold())]
    found = same or [one for one in offers if wanted in one.name.casefold()]
    if len({one.name for one in found}) > 1:
        names = ", ".join(one.name for one in found[:5])
        raise BadInput(f"{key!r} may be any of these: {names}.", hint="Say more of it.")
    if not found:
        near = get_close_matches(key, [one.name for one in offers], n=1, cutoff=0.4)
        hint = f"Did you mean {near[0]}?" if near else f"/model lists them.{_keyless(key.partition(':')[0])}"
        raise NotFound(f"There is no model {key!r}.", hint=hint)
    return found[0]


def of_provider(key: str, offers: Sequence[ModelOffer]) -> list[ModelOffer]:
    """Its models, what is in memory first. Raises NotFound."""
    found = [one for one in offers if one.provider.casefold() == key.casefold()]
    if not found:
        known = ", ".join(providers(offers)) or "none"
        hint = f"There are: {known}.{_keyless(key)}"
        raise NotFound(f"There is no provider {key!r} that can be asked.", hint=hint)
    return sorted(found, key=lambda one: not one.loaded)


def _keyless(provider: str) -> str:
    """What brings a provider that is known and not there."""
    if provider.casefold() not in ProvidersSettings.model_fields:
        return ""
    section = f"SOLO_LLM__PROVIDERS__{provider.upper()}"
    return f" {provider} comes with {section}__API_KEY, or its own server with {section}__URL."


def providers(offers: Sequence[ModelOffer]) -> list[str]:
    """Their names, each once."""
    return list(dict.fromkeys(one.provider for one in offers))


def about(offer: ModelOffer) -> str:
    """What is to be known of it before it is chosen."""
    parts = ["here" if offer.local else "elsewhere"]
    if offer.loaded:
        parts.append("loaded")
    if offer.context:
        parts.append(f"{offer.context:,} tokens")
    if offer.tools:
        parts.append("tools")
    if offer.price is not None and any(offer.price):
        parts.append(f"${offer.price[0]:g} / ${offer.price[1]:g} per million tokens read / written")
    return ", ".join(parts)
