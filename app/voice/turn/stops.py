"""How people tell somebody to be silent, or to forget it, in other languages than English.

Data, and the rule that reads it: text that was heard in a language is compared with that language's
phrases only, for "para" and "still" are no such thing elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.kernel.languages import code_of

_SAID: Final = {
    "de": """stopp | stop | halt | halt an | hör auf | aufhören | sei still | sei leise | sei ruhig
        | still | ruhe | ruhig | leise | schweig | halt den mund | halt die klappe | genug
        | das reicht | es reicht | schluss | schluss jetzt | abbrechen | brich ab | vergiss es
        | schon gut | lass es | lass gut sein""",
    "fr": """stop | arrête | arrêter | arrête-toi | arrêtez | arrête ça | arrête de parler
        | tais-toi | taisez-vous | silence | chut | la ferme | ça suffit | assez | tais toi
        | arrête toi | annule | annuler | laisse tomber | oublie | oublie ça | peu importe""",
    "es": """para | stop | alto | basta | basta ya | para ya | detente | cállate | calla | silencio
        | ya basta | deja de hablar | ya está | suficiente | cancela | cancelar | olvídalo | déjalo
        | no importa""",
}
_COURTESIES: Final = {
    "de": "bitte jetzt mal doch solo jarvis hey okay ok oh nein danke",
    "fr": "s'il te vous plaît plait maintenant solo jarvis hey okay ok oh non merci",
    "es": "por favor ahora ya solo jarvis oye hey okay ok oh no gracias",
}


def _phrases(text: str) -> frozenset[str]:
    return frozenset(" ".join(phrase.replace("-", " ").split()) for phrase in text.split("|"))


STOPS: Final = {language: _phrases(text) for language, text in _SAID.items()}
COURTESY: Final = {language: frozenset(text.split()) for language, text in _COURTESIES.items()}


def is_stop_in(language: str | None, sentences: Sequence[Sequence[str]]) -> bool:
    """In this language nothing is said in these sentences (words in lower case) but that Solo should be
    silent, once or several times."""
    code = code_of(language or "")
    if code not in STOPS:
        return False
    whole = [word for sentence in sentences for word in sentence]
    told = [sentence for sentence in sentences if not COURTESY[code].issuperset(sentence)]
    return _is_stop(whole, code) or (bool(told) and all(_is_stop(sentence, code) for sentence in told))


def _is_stop(words: Sequence[str], code: str) -> bool:
    plain = [word for word in words if word not in COURTESY[code]]
    return " ".join(words) in STOPS[code] or " ".join(plain) in STOPS[code]
