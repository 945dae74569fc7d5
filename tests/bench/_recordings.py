"""The recordings of ../shared/speech at 16 kHz mono."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

from app.voice.audio.frames import RATE, Samples

SPEECH = Path(__file__).resolve().parents[3] / "shared" / "speech"


def decoded(path: Path) -> Samples:
    """A sound file of any form."""
    return np.concatenate(list(_blocks(path)))


def manifest(folder: Path = SPEECH) -> list[dict[str, str]]:
    """One row for each file."""
    with (folder / "manifest.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def recording(name: str, folder: Path = SPEECH) -> Samples:
    """Whatever its form is."""
    path = folder / name
    if path.suffix == ".raw":
        return np.frombuffer(path.read_bytes(), "<i2").astype(np.float32) / 32768
    return decoded(path)


def _blocks(path: Path) -> Iterator[Samples]:
    convert = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    with av.open(str(path)) as container:
        frames = [*container.decode(audio=0), None]
        for frame in frames:
            for piece in convert.resample(frame):
                yield piece.to_ndarray().reshape(-1).astype(np.float32) / 32768
