"""What is known of a provider and its models: address, key, abilities, window and price, as data."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, TypeAlias, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.events.llm import Role

Ability: TypeAlias = Literal[
    "tools",
    "forced_tools",
    "json",
    "schema",
    "grammar",
    "logprobs",
    "temperature",
    "sampling",
    "seed",
    "penalties",
]
"""forced_tools: calls one when it must (looked at for Anthropic's models alone); json, schema, grammar:
answers in that shape, natively; temperature: that and top_p; sampling: top_k, min_p and repeat_penalty."""


def _as_json(value: Any) -> Any:
    return json.dumps(value, sort_keys=True) if isinstance(value, dict) else value


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LongPrice(_Entry):
    """What a request with a longer prompt than `above` tokens costs instead, all of it."""

    above: int
    input: float
    output: float
    cached: float | None = None
    kept: float | None = None


class Price(_Entry):
    """US dollars for a million tokens. cached: of the prompt, when the provider held them already; kept:
    when it is asked to hold them for the next time (both None: as any other)."""

    input: Annotated[float, Field(ge=0)]
    output: Annotated[float, Field(ge=0)]
    cached: Annotated[float, Field(ge=0)] | None = None
    kept: Annotated[float, Field(ge=0)] | None = None
    long: LongPrice | None = None


class ModelFacts(_Entry):
    """One model. context, output: tokens of its window and of its longest answer, 0 where that is not
    known; send: what goes along with each request, as JSON; names: what it calls a field of OpenAI's
    format that it calls otherwise, as JSON."""

    context: Annotated[int, Field(ge=0)] = 0
    output: Annotated[int, Field(ge=0)] = 0
    can: tuple[Ability, ...] = ()
    price: Price | None = None
    send: Annotated[str, BeforeValidator(_as_json)] = "{}"
    names: Annotated[str, BeforeValidator(_as_json)] = "{}"


class EmbeddingFacts(_Entry):
    """A model that turns texts into vectors. dimensions: their length, 0 where that is not known;
    shortens: fewer may be asked for; longest: tokens of a text, the rest is cut off; texts, tokens: of
    one request at most; query, passage: what goes before questions and before all else; query_task,
    passage_task: how the request names the two; packed: its numbers may come in base64; price: US dollars
    for a million tokens."""

    dimensions: Annotated[int, Field(ge=0)] = 0
    shortens: bool = True
    longest: Annotated[int, Field(ge=1)] = 512
    texts: Annotated[int, Field(ge=1)] = 8
    tokens: Annotated[int, Field(ge=1)] = 8192
    query: str = ""
    passage: str = ""
    query_task: str = ""
    passage_task: str = ""
    packed: bool = False
    price: Annotated[float, Field(ge=0)] | None = None


class Provider(_Entry):
    """Who answers. engine: speaks its wire; variable: where its own tools look for its key; paid: it
    wants one; lists: asked for its models when one is loaded; library: a module that has to be installed
    for it; all: what holds for each of its models unless the model's own entry says otherwise; prices:
    where and when they were read; recommended: the model for each role that the preset `cloud` takes;
    embeddings: its models that make vectors."""

    name: str = ""
    label: str
    url: str
    engine: str = "openai"
    variable: str = ""
    paid: bool = False
    lists: bool = True
    library: str = ""
    prices: str = ""
    recommended: dict[Role, str] = {}
    all: ModelFacts = ModelFacts()
    models: dict[str, ModelFacts] = {}
    embeddings: dict[str, EmbeddingFacts] = {}

    def facts(self, model: str) -> ModelFacts:
        """Of a model; of one that has no entry, what holds for all."""
        return self.models.get(model, self.all)

    def embedding(self, model: str) -> EmbeddingFacts:
        """Of a model that makes vectors, whatever its tag."""
        known = self.embeddings.get(model) or self.embeddings.get(model.partition(":")[0])
        return known or EmbeddingFacts()


def provider_of(name: str, data: object) -> Provider:
    """An entry as it is written in YAML or JSON. Raises pydantic's ValidationError."""
    if isinstance(data, Provider):
        return data.model_copy(update={"name": name})
    plain = dict(cast(dict[str, Any], data)) if isinstance(data, dict) else {}
    shared: dict[str, Any] = plain.get("all") or {}
    listed: dict[str, Any] = plain.get("models") or {}
    plain["models"] = {model: {**shared, **(facts or {})} for model, facts in listed.items()}
    return Provider.model_validate({**plain, "name": name})
