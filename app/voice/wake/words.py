"""Which words were asked for, and how strict to be with each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from app.config.voice import WakeSettings
from app.kernel.errors import BadSettings, NotFound


@dataclass(frozen=True, slots=True)
class Chosen:
    """A word to listen for. path: its model, None when the engine brings it along; threshold: None
    when the model's own recommendation holds."""

    word: str
    path: Path | None
    threshold: float | None


def choose(settings: WakeSettings, known: Sequence[str], suffixes: Sequence[str]) -> list[Chosen]:
    """The words of the settings, each checked: a name the engine knows, or a file of its kind.

    Raises NotFound with the nearest name, BadSettings for no word at all or a threshold for a word
    that is not listened for.
    """
    if not settings.words:
        raise BadSettings(
            "There is no wake word to listen for.",
            hint="Set SOLO_VOICE__WAKE__WORDS, or SOLO_VOICE__WAKE__ENGINE=none to be heard always.",
        )
    found = [_one(word, known, suffixes) for word in settings.words]
    names = [name for name, _ in found]
    for name in settings.thresholds:
        if plain(name) not in names:
            raise BadSettings(f"There is a threshold for {name!r}, which is no wake word of yours.")
    own = {plain(name): value for name, value in settings.thresholds.items()}
    return [Chosen(name, path, own.get(name, settings.threshold)) for name, path in found]


def plain(word: str) -> str:
    """ "Hey Jarvis" and "hey-jarvis" are hey_jarvis."""
    return "_".join(word.strip().lower().replace("-", " ").replace("_", " ").split())


def spoken(word: str) -> str:
    """hey_jarvis, as a person would read it: hey jarvis."""
    return word.replace("_", " ")


def _one(word: str, known: Sequence[str], suffixes: Sequence[str]) -> tuple[str, Path | None]:
    path = Path(word).expanduser()
    if path.suffix in suffixes:
        if not path.is_file():
            raise NotFound(f"There is no wake word model at {path}.")
        return plain(path.stem), path
    if plain(word) in known:
        return plain(word), None
    near = get_close_matches(plain(word), known, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(sorted(known))}."
    raise NotFound(f"There is no wake word {word!r}.", hint=hint)
