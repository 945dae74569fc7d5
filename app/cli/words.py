"""Text that comes in by the command line, and text that goes out to a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from app.kernel.errors import BadInput, TooLarge

if TYPE_CHECKING:
    from app.config.settings import Settings

_BYTES_PER_CHARACTER = 4


def readable(text: str, settings: Settings) -> str:
    """The text itself, or for "-" what standard input holds.

    Raises BadInput for bytes that are no text and for nothing at all, TooLarge.
    """
    limit = settings.dialogue.max_text_chars
    if text == "-":
        # One byte more than the limit tells that it is too much, however much there is.
        text = decoded(sys.stdin.buffer.read(limit * _BYTES_PER_CHARACTER + 1), "Standard input")
    # What the shell hands over in another encoding arrives as halves of surrogate pairs.
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise BadInput("The text is not in UTF-8.")
    if len(text) > limit:
        raise TooLarge(
            f"The text has more than {limit:,} characters.",
            hint="Say it in parts, or raise SOLO_DIALOGUE__MAX_TEXT_CHARS.",
        )
    if not text.strip():
        raise BadInput("There is nothing in that text.")
    return text


def decoded(data: bytes, what: str) -> str:
    """Bytes as UTF-8, a character that was cut off at the end forgiven. Raises BadInput."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and len(data) - error.start < _BYTES_PER_CHARACTER:
            return data[: error.start].decode("utf-8")
        raise BadInput(f"{what} is not text in UTF-8.") from error


def printable(text: str) -> str:
    """Without what would steer the terminal."""
    return "".join(character for character in text if character.isprintable() or character in "\n\t")
