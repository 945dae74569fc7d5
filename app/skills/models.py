"""Which language model somebody means who speaks of it.  A rule file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from app.events.llm import ModelOffer
from app.skills.intents import Which

_MARKS: Final = re.compile(r"([-_.](q\d\w*|iq\d\w*|f16|bf16|f32))?(\.gguf)?$", re.IGNORECASE)


def pick(wanted: str, which: Which, offers: Sequence[ModelOffer]) -> ModelOffer | None:
    """The one that is meant by its size, its place or (a part of) its name; None when there is none, or
    several are as likely."""
    here = sorted((offer for offer in offers if offer.local), key=lambda offer: (offer.size, offer.name))
    away = [offer for offer in offers if not offer.local]
    match which:
        case "cloud":
            return away[0] if away else None
        case "largest" | "local":
            return here[-1] if here else None
        case "smallest":
            return here[0] if here else None
        case "":
            words = _words(wanted)
            named = [offer for offer in offers if words and words <= _words(offer.name)]
            return named[0] if len(named) == 1 else None


def spoken(model: str) -> str:
    """A model's name as one says it: without the marks of files and formats."""
    plain = _MARKS.sub("", model.rpartition("/")[2], count=1)
    return re.sub(r"[-_]+", " ", plain)


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]+|\d+(?:\.\d+)?", text.lower()))
