"""The voices that are loaded: the settings' own, and a few that were asked for by name."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final, TypeAlias

from app.kernel.errors import Unsupported
from app.voice.tts.port import TextToSpeech

MakeVoice: TypeAlias = Callable[[str], TextToSpeech]
"""An engine, not loaded yet, for the voice of that name."""

GUESTS: Final = 2
"""Other voices kept loaded; a medium Piper voice takes about 100 MB."""


class Voices:
    """Engines by the name of their voice; the one longest not used makes room, unless it is one of `kept`."""

    def __init__(
        self, name: str, engine: TextToSpeech, make: MakeVoice | None, kept: frozenset[str] = frozenset()
    ) -> None:
        self._name = name
        self._engine = engine
        self._make = make
        self._kept = kept
        self._guests: OrderedDict[str, TextToSpeech] = OrderedDict()

    def get(self, name: str | None) -> TextToSpeech | None:
        """The engine for this voice (None: the usual one); None when it has to be loaded first."""
        if name is None or name == self._name:
            return self._engine
        if name in self._guests:
            self._guests.move_to_end(name)
        return self._guests.get(name)

    def make(self, name: str) -> TextToSpeech:
        """An engine for it, not loaded yet. Raises Unsupported when there is no other voice."""
        if self._make is None:
            raise Unsupported(f"Solo speaks with the voice {self._name} only.")
        return self._make(name)

    def keep(self, name: str, engine: TextToSpeech) -> None:
        """This guest is loaded now."""
        self._guests[name] = engine
        passing = [guest for guest in self._guests if guest not in self._kept]
        for guest in passing[:-GUESTS]:
            self._guests.pop(guest).close()

    def drop(self, name: str) -> None:
        """This guest is of no use."""
        if (guest := self._guests.pop(name, None)) is not None:
            guest.close()

    def close(self) -> None:
        """Give all memory back."""
        for engine in (self._engine, *self._guests.values()):
            engine.close()
        self._guests.clear()
