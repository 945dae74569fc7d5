"""Where the wake word ends and the question begins.

A rule file.  An engine is sure of its word a little after the word's end; who runs on without a
pause is then in the middle of the first syllable.  Between the two it is quietest, so that is
where to cut: with a pause in the pause, without one at the seam.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from app.voice.audio.frames import Frame, samples_of

LOOK_BACK: Final = samples_of(240)
"""An engine is at most so late …"""
LATE: Final = samples_of(64)
"""… and at least so late."""
WINDOW: Final = samples_of(16)
STEP: Final = samples_of(4)


def after_wake(frames: list[Frame], sample: int) -> int:
    """The first sample that belongs to the question. frames: what was heard since
    `sample - LOOK_BACK` and perhaps more; sample: where the engine heard the word end."""
    if not frames:
        return sample
    start = frames[0].index
    heard = np.concatenate([frame.samples for frame in frames])
    begin, end = max(0, sample - LOOK_BACK - start), min(len(heard), sample - LATE - start)
    if end - begin < 2 * WINDOW:
        return sample
    squares = np.concatenate(([0.0], np.cumsum(heard[begin:end].astype(np.float64) ** 2)))
    edges = np.arange(0, len(squares) - WINDOW, STEP)
    power = squares[edges + WINDOW] - squares[edges]
    quietest = edges[np.flatnonzero(power <= power.min() * 1.05)[0]]
    return start + begin + int(quietest) + WINDOW // 2
