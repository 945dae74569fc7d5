"""Which language something was said in, when the sound alone leaves doubts.

On recordings of real speech the most probable language was the right one each time, a single word
included; noise and music were taken for Nynorsk, Japanese, Welsh or Javanese, with less certainty.  So
only the languages of the household count, and a word that may be of two languages ("ja", "okay") is
taken for one of the language that is being spoken.

A rule file: probabilities in, a code out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

SHORT_SECONDS: Final = 1.6
"""Up to this length, with the silence around it, it is hardly more than a word."""
SURE: Final = 0.45
"""Another language than before is believed from this probability on, among all languages …"""
SURE_AMONG: Final = 0.9
"""… or from this one on among those that may be heard, which a word alone always has to reach."""
GUESSED: Final = 0.4
"""Below this it is hardly speech at all."""
USUAL: Final = "en"


def recognised(
    probabilities: Sequence[tuple[str, float]], allowed: Sequence[str], before: str | None, seconds: float
) -> str:
    """The language of a piece of speech. allowed: those that may be heard, empty for all; before: that of
    the conversation so far."""
    among = [(code, chance) for code, chance in probabilities if not allowed or code in allowed]
    total = sum(chance for _, chance in among)
    usual = before or (allowed[0] if allowed else USUAL)
    if not among or total <= 0.0:
        return usual
    best, chance = max(among, key=lambda pair: pair[1])
    if before is None:
        return best if chance / total >= GUESSED else usual
    alone = chance / total >= SURE_AMONG
    if seconds <= SHORT_SECONDS:
        return best if chance >= SURE and alone else before
    return best if chance >= SURE or (chance >= GUESSED and alone) else before
