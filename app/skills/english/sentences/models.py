"""Which language model Solo thinks with."""

from __future__ import annotations

from typing import Final

from app.skills.english.sentences.building import plain, rules
from app.skills.english.words import several
from app.skills.grammar import Rule, Slots
from app.skills.intents import Intent, TellModel, UseModel, Which

_KINDS: Final[dict[Which, str]] = {
    "largest": "big bigger biggest large larger largest strong stronger strongest best better clever smart",
    "smallest": "small smaller smallest little tiny fast faster fastest quick quicker light lighter",
    "cloud": "cloud online remote paid",
    "local": "local offline own private",
}
_WHICH: Final[dict[str, Which]] = {word: which for which, text in _KINDS.items() for word in several(text)}


def _model(slots: Slots) -> Intent:
    wanted = slots["wanted"]
    meant: list[Which] = [_WHICH[word] for word in wanted.tokens if word in _WHICH]
    return UseModel(wanted.raw, meant[0] if meant else "")


MODELS: Final[tuple[Rule, ...]] = (
    *rules(
        """
        (use|switch to|change to) [the|your] (usual|normal|default|standard|first|regular) model [again]
        (go|switch|change) back to [the|your] [usual|normal|default|standard|first|regular|old|other] model
        """,
        plain(UseModel("")),
    ),
    *rules(
        """
        (use|switch to|change to|change over to) [the|your|a] {wanted} (model|language model) [again]
        (use|switch to|change to) [the] {wanted=cloud}
        think with [the|your|a] {wanted} model
        """,
        _model,
    ),
    *rules(
        """
        (what|which) [language] model (are you using|do you use|are you running|are you on|is that|is this)
        (what|which) [language] model are you running on
        """,
        plain(TellModel()),
    ),
)
