"""From `provider:model`, as people say it, to the engine that answers; and what an answer costs.

A target is a provider and its model (`anthropic:claude-haiku-5-5`), a provider alone (its first
model), a model of this machine (`local:name`, `xllamacpp:name`), or a model alone: a provider's, if
exactly one has an entry for it, else one of this machine.
"""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from app.config.llm import LlmSettings, RoleSettings
from app.events.llm import ModelOffer
from app.kernel.errors import NotFound
from app.kernel.plugins import names
from app.llm.engines.table import ENGINES
from app.llm.providers.entries import Price, Provider
from app.llm.providers.shelf import OWN, is_provider, provider, provider_names
from app.llm.spec import SERVER, SPEAKS_OPENAI, EngineSpec

LOCAL = "auto"
"""The engine of this machine that is installed; `local` is another name for it."""
ALIASES = {"local": LOCAL}
ELSEWHERE = ("openai", "anthropic", "mistral", "google")
"""Engines that speak to a provider: they are named by it."""
DOLLARS_PER = 1_000_000


def find_target(
    target: str,
    settings: LlmSettings,
    models_dir: Path = Path("models"),
    *,
    offline: bool = False,
    role: RoleSettings | None = None,
) -> EngineSpec:
    """The engine of a target; role: whose window, threads and layers a model of this machine gets.

    Reads entries of providers (once), opens nothing. Raises NotFound with the nearest names.
    """
    name, model = split(target)
    role = (role or settings.generation).model_copy(update={"engine": "auto", "model": "auto"})
    base = EngineSpec.of_role(settings, role, models_dir, offline)
    if name == SERVER:
        return replace(base, engine=SPEAKS_OPENAI, model=model or "auto")
    if name in OWN or (name not in {LOCAL, *ENGINES} and is_provider(name)):
        return base.at(provider(name), settings.providers.of(name), model)
    if name in at_home():
        return replace(base, engine=name, model=model or "auto")
    raise _unknown(target, name)


def at_home() -> list[str]:
    """What may stand before a model of this machine, engines that are plugged in included."""
    return [LOCAL, *(name for name in names("llm", ENGINES) if name not in ELSEWHERE)]


def split(target: str) -> tuple[str, str]:
    """Provider and model; the model may have colons itself, and be a path of Windows."""
    target = target.strip()
    name, colon, model = target.partition(":")
    is_path = len(name) == 1 or "/" in name or "\\" in name
    if colon and not is_path:
        name = name.strip().lower().replace("-", "_")
        return ALIASES.get(name, name), model.strip()
    plain = target.lower().replace("-", "_")
    plain = ALIASES.get(plain, plain)
    if not target or plain in {SERVER, *OWN} or plain in {*at_home(), *provider_names()}:
        return plain or LOCAL, ""
    owners = [known for known in OWN if target in provider(known).models]
    return (owners[0] if len(owners) == 1 else LOCAL), target


def offers(settings: LlmSettings) -> tuple[ModelOffer, ...]:
    """The models with an entry of every provider that could be asked: whose key is set, or which wants
    none. What a server has loaded only the server knows."""
    found: list[ModelOffer] = []
    for name in provider_names():
        entry = provider(name)
        if entry.paid and not settings.providers.of(name).api_key.get_secret_value():
            continue
        found += [_offer(entry, model) for model in entry.models]
    return tuple(found)


def _offer(entry: Provider, model: str) -> ModelOffer:
    facts = entry.facts(model)
    price = (facts.price.input, facts.price.output) if facts.price is not None else None
    return ModelOffer(
        name=f"{entry.name}:{model}",
        provider=entry.name,
        model=model,
        local=False,
        context=facts.context,
        tools="tools" in facts.can,
        price=price,
    )


def _unknown(target: str, name: str) -> NotFound:
    there = sorted({SERVER, *at_home(), *provider_names()})
    every = [f"{known}:{model}" for known in OWN for model in provider(known).models]
    near = get_close_matches(target, every, n=2, cutoff=0.7) or get_close_matches(name, there, n=1)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(there)}."
    return NotFound(f"There is no provider of language models called {name!r}.", hint=hint)


def price_of(
    spec: EngineSpec, prompt_tokens: int, cached: int, completion_tokens: int, *, kept: int = 0
) -> float:
    """What an answer costs in US dollars by the provider's list; 0 where it is free or not known.

    cached: those of the prompt that the provider held already; kept: those that it holds from now on.
    """
    price = spec.remote.facts.price if spec.remote is not None else None
    if price is None:
        return 0.0
    now = _in_force(price, prompt_tokens)
    held = min(max(cached, 0), prompt_tokens)
    kept = min(max(kept, 0), prompt_tokens - held)
    held_price = now.input if now.cached is None else now.cached
    kept_price = now.input if now.kept is None else now.kept
    read = (prompt_tokens - held - kept) * now.input + held * held_price + kept * kept_price
    return (read + completion_tokens * now.output) / DOLLARS_PER


def _in_force(price: Price, prompt_tokens: int) -> Price:
    long = price.long
    if long is None or prompt_tokens <= long.above:
        return price
    return Price(input=long.input, output=long.output, cached=long.cached, kept=long.kept)
