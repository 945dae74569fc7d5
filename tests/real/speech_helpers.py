"""Recordings and the counting of words, for the tests with real voices."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.voice.audio.frames import Samples
from tests.conftest import SHARED

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
SAME = {"10": ["ten"], "mr": ["mister"], "oh": ["zero"]}
"""Ways to write one word."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A file of the collection; words: what is said in it, empty when nobody wrote that down."""

    path: Path
    kind: str
    language: str
    words: str


def recordings(kind: str, language: str | None = None) -> list[Recording]:
    """All recordings of a kind; transcripts that are not verbatim are left empty."""
    folder = SHARED / "speech"
    with (folder / "manifest.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = [row for row in rows if row["kind"] == kind and language in (None, row["language"])]
    return [Recording(folder / row["file"], row["kind"], row["language"], _verbatim(row)) for row in found]


def _verbatim(row: dict[str, str]) -> str:
    loose = "excluded from WER" in row["note"] or row["transcript"].startswith(("INTENT", "("))
    return "" if loose else row["transcript"]


def sound(path: Path) -> Samples:
    """Any of the collection's formats as mono at 16 kHz."""
    if path.suffix == ".raw":
        return np.fromfile(path, "<i2").astype(np.float32) / 32768
    from faster_whisper.audio import decode_audio

    decoded: Samples = decode_audio(str(path), 16_000)
    return decoded


def words_of(text: str) -> list[str]:
    """Lower-case words without punctuation, digits written out one by one."""
    found: list[str] = []
    for word in re.findall(r"[a-z0-9']+", text.lower().replace("-", " ")):
        found += SAME.get(word) or ([DIGITS[int(d)] for d in word] if word.isdigit() else [word])
    return found


def word_errors(reference: str, heard: str) -> int:
    """Words to be put in, taken out or changed (edit distance)."""
    wanted, got = words_of(reference), words_of(heard)
    row = list(range(len(got) + 1))
    for i, word in enumerate(wanted, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(got, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1]
