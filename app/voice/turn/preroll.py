"""The last few seconds of what was heard, so that a beginning can be fetched back.

A rule file: frames in, frames out.
"""

from __future__ import annotations

from collections import deque

from app.voice.audio.frames import Frame


class Preroll:
    """Keeps at least `kept` samples (while there are so many) of the latest frames."""

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._frames: deque[Frame] = deque()
        self._held = 0

    def add(self, frame: Frame) -> None:
        """The next frame. One that does not follow on the last (sound was lost) begins anew."""
        if self._frames and frame.index != self.end:
            self._frames.clear()
            self._held = 0
        self._frames.append(frame)
        self._held += len(frame.samples)
        while self._held - len(self._frames[0].samples) >= self._kept:
            self._held -= len(self._frames.popleft().samples)

    @property
    def end(self) -> int:
        """Index of the sample after the last one."""
        return self._frames[-1].index + len(self._frames[-1].samples) if self._frames else 0

    def since(self, sample: int) -> list[Frame]:
        """The frames that hold this sample and all after it, as far as they are still here."""
        return [frame for frame in self._frames if frame.index + len(frame.samples) > sample]
