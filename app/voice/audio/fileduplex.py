"""Two files as microphone and loudspeaker; see duplex.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from app.kernel.clock import Clock
from app.kernel.errors import BadInput
from app.media.wav import WavReader
from app.voice.audio.duplex import Duplex
from app.voice.audio.echopath import EchoShape
from app.voice.audio.frames import FRAME, RATE, Samples
from app.voice.audio.pace import Pace
from app.voice.audio.resample import Resampler


class WavLine:
    """A WAV file, heard once, then silence. Raises what WavReader raises."""

    def __init__(self, path: Path) -> None:
        self._reader = WavReader(path)
        self.name = path.name
        self.rate = max(RATE, self._reader.format.rate)
        self.over = False
        self._frames = _reframed(self._reader, Resampler(self._reader.format.rate, RATE))

    def frame(self, index: int) -> Samples:
        """The next one."""
        frame = None if self.over else next(self._frames, None)
        self.over = frame is None
        return np.zeros(FRAME, np.float32) if frame is None else frame

    def played(self, samples: Samples) -> None:
        """A file does not mind."""

    def close(self) -> None:
        """Close the file."""
        self._reader.close()


class FileDuplex(Duplex):
    """A WAV file is the microphone. Raises what WavReader and WavWriter raise."""

    def __init__(
        self,
        in_path: Path,
        out_path: Path | None,
        *,
        realtime: bool,
        pace: Pace | None = None,
        clock: Clock | None = None,
        echo: EchoShape | None = None,
    ) -> None:
        if out_path is not None and out_path.resolve() == in_path.resolve():
            raise BadInput(f"{in_path} cannot be microphone and loudspeaker at once.")
        super().__init__(WavLine(in_path), out_path, realtime=realtime, pace=pace, clock=clock, echo=echo)


def _reframed(reader: WavReader, converter: Resampler) -> Iterator[Samples]:
    """Frames of 512 samples; the last is filled up with silence."""
    rest: Samples = np.zeros(0, np.float32)
    for block in reader.blocks():
        rest = np.concatenate((rest, converter.process(block)))
        while len(rest) >= FRAME:
            yield rest[:FRAME]
            rest = rest[FRAME:]
    rest = np.concatenate((rest, converter.process(np.zeros(0, np.float32), last=True)))
    rest = np.concatenate((rest, np.zeros(-len(rest) % FRAME, np.float32)))
    yield from rest.reshape(-1, FRAME)
