"""Cutting long recordings, and noticing that a recognizer repeats itself.

Recordings of more than 20 s are cut into shorter pieces, where they are quietest.  Decoders miss
the end of a recording now and then and say things again and again.

A rule file: sound and token ids in, decisions out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from app.voice.audio.frames import RATE, Samples

TOKENS_PER_SECOND: Final = 7.0
"""More than anyone says."""
TOKENS_FREE: Final = 10
SHORTEST_LOOP: Final = 3
WHOLE: Final = 20.0
"""Seconds up to which a recording is heard as one: longer ones lose sentences now and then."""
EARLIEST_CUT, LATEST_CUT = 5.0, 14.5
"""Seconds: how long the pieces of a longer one are; the last may be shorter."""
QUIET: Final = 0.3
"""Seconds of sound whose loudness is compared when a cut is looked for."""


def pieces(audio: Samples) -> list[Samples]:
    """The recording in pieces that fit into a window, cut where a third of a second is quietest."""
    begin, longest, quiet = (round(seconds * RATE) for seconds in (EARLIEST_CUT, LATEST_CUT, QUIET))
    found: list[Samples] = []
    if audio.size <= WHOLE * RATE:
        return [audio]
    while audio.size > longest:
        energy = np.concatenate(([0.0], np.cumsum(audio[begin:longest].astype(np.float64) ** 2)))
        loudness = energy[quiet:] - energy[:-quiet]
        # Of equally quiet places the last: fewer pieces.
        last = loudness.size - 1 - int(np.argmin(loudness[::-1]))
        cut = begin + last + quiet // 2
        found.append(audio[:cut])
        audio = audio[cut:]
    return [*found, audio]


def most_tokens(seconds: float) -> int:
    """More tokens than that for so much sound are a loop."""
    return TOKENS_FREE + int(TOKENS_PER_SECOND * seconds)


def unrolled(tokens: Sequence[int]) -> list[int]:
    """What is said over and over up to the very end, once; empty when that is not so."""
    total = len(tokens)
    for size in range(SHORTEST_LOOP, total // 2 + 1):
        if all(tokens[place] == tokens[place - size] for place in range(size, total)):
            return list(tokens[:size])
    return []


def loops(tokens: Sequence[int]) -> bool:
    """Does it say three tokens or more and then at once the same again?"""
    total = len(tokens)
    for size in range(SHORTEST_LOOP, total // 2 + 1):
        for start in range(total - 2 * size + 1):
            if tokens[start : start + size] == tokens[start + size : start + 2 * size]:
                return True
    return False
