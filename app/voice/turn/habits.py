"""Where it is kept over restarts what was learnt of people's pauses: one small file, by owner."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import structlog
from pydantic import RootModel, ValidationError

from app.voice.turn.pauses import Pauses

log = structlog.get_logger("solo.turn")

FILE: Final = "pauses.json"
MOST_BYTES: Final = 100_000


class _Known(RootModel[dict[str, Pauses]]):
    pass


class Habits:
    """In this folder. What cannot be read counts as nothing, and what cannot be written is learnt anew: it
    is not worth a failure. Blocking, a millisecond."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def read(self, owner: str) -> Pauses:
        """What is known of them."""
        return self._known().get(owner, Pauses())

    def write(self, owner: str, pauses: Pauses) -> None:
        """Replace it in one step."""
        known = _Known({**self._known(), owner: pauses})
        draft = self._path.with_name(f".{FILE}.{os.getpid()}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(known.model_dump_json(), "utf-8")
            draft.replace(self._path)
        except OSError as error:
            log.warning("pauses_not_kept", error=str(error))

    def _known(self) -> dict[str, Pauses]:
        try:
            if self._path.stat().st_size > MOST_BYTES:
                return {}
            return _Known.model_validate_json(self._path.read_bytes()).root
        except FileNotFoundError:
            return {}
        except (OSError, ValidationError) as error:
            log.warning("pauses_unreadable", file=str(self._path), error=type(error).__name__)
            return {}
