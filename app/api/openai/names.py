"""Which model is meant. A rule file.

`solo`, or nothing, is Solo's own choice, and `solo:analysis` that of another role; `provider:model` is
meant as it stands.  For hearing, speaking and embeddings there is one model each, which OpenAI's names
for such a model stand for too, so that programs need not be changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Final, get_args

from app.api.openai.errors import NoSuchModel
from app.events.llm import ModelOffer, Role

SOLO: Final = "solo"
ROLES: Final[tuple[Role, ...]] = get_args(Role)
EARS: Final = ("whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe")
VOICES: Final = ("tts-1", "tts-1-hd", "gpt-4o-mini-tts")
EMBEDDERS: Final = ("text-embedding-3-small", "text-embedding-3-large", "text-embedding-ada-002")
SPEAKERS: Final = (
    *("", "solo", "alloy", "ash", "ballad", "cedar", "coral", "echo", "fable", "marin", "nova", "onyx"),
    *("sage", "shimmer", "verse"),
)
"""OpenAI's voices: all of them are Solo's own here."""


def meant(name: str, others: Mapping[str, str]) -> tuple[str, Role]:
    """The model and the role: no model is the role's own choice. others: the settings' other names."""
    name = others.get(name, name)
    if name in ("", SOLO):
        return "", "generation"
    for role in ROLES:
        if name == f"{SOLO}:{role}":
            return "", role
    return name, "generation"


def offered(name: str, offers: Sequence[ModelOffer]) -> str:
    """The `provider:model` of a model that was named alone. Raises NoSuchModel with the nearest name."""
    for offer in offers:
        if name in (offer.name, offer.model):
            return offer.name
    known = [SOLO, *(offer.name for offer in offers)]
    near = get_close_matches(name, [*known, *(offer.model for offer in offers)], n=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(known[:8])}."
    raise NoSuchModel(f"There is no model {name!r}.", hint=hint)


def only(name: str, own: str, others: Mapping[str, str], theirs: Sequence[str], what: str) -> str:
    """The one model that there is for this, if that is meant. Raises NoSuchModel."""
    if others.get(name, name) in ("", SOLO, own, *theirs):
        return own
    raise NoSuchModel(f"There is no model {name!r} for {what}.", hint=f"There is {own!r}.")


def speaker(voice: str) -> str | None:
    """The voice that is meant; None: Solo's own."""
    return None if voice in SPEAKERS else voice
