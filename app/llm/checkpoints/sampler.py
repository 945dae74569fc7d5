"""The choice of the next token from what the model thinks of each.  Pure: the same seed, the same tokens.

The order is llama.cpp's: penalties, the likeliest so many (top k), those that make up so much of the chances
(top p), those that are not far behind the first (min p), temperature.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.events.llm import Sampling

Logits = NDArray[np.float32]

LOOKED_BACK: Final = 64
"""Tokens that penalties count."""


@dataclass(frozen=True, slots=True)
class Usual:
    """What holds where a request says nothing: llama.cpp's own choices, or what the checkpoint recommends."""

    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    repeat_penalty: float = 1.0

    @classmethod
    def of(cls, said: dict[str, Any]) -> Usual:
        """From a generation_config.json, as far as it makes sense."""
        usual = cls()
        return cls(
            top_k=int(_number(said, "top_k", usual.top_k, 0, 1 << 20)),
            top_p=_number(said, "top_p", usual.top_p, 0, 1),
            min_p=_number(said, "min_p", usual.min_p, 0, 1),
            repeat_penalty=_number(said, "repetition_penalty", usual.repeat_penalty, 0.1, 10),
        )


class Sampler:
    """Of one answer. temperature 0: always the likeliest."""

    def __init__(self, sampling: Sampling, temperature: float, seed: int | None, usual: Usual) -> None:
        self._temperature = temperature
        self._top_k = usual.top_k if sampling.top_k is None else sampling.top_k
        self._top_p = usual.top_p if sampling.top_p is None else sampling.top_p
        self._min_p = usual.min_p if sampling.min_p is None else sampling.min_p
        self._repeat = usual.repeat_penalty if sampling.repeat_penalty is None else sampling.repeat_penalty
        self._frequency = sampling.frequency_penalty or 0.0
        self._presence = sampling.presence_penalty or 0.0
        self._chance = np.random.default_rng(None if seed is None else seed & 0xFFFFFFFFFFFFFFFF)

    def choose(self, logits: Logits, before: list[int]) -> int:
        """The next token. before: the tokens until now, prompt included."""
        logits = self._penalized(logits, before)
        if self._temperature <= 0:
            return int(logits.argmax())
        kept = self._kept(logits)
        chances = _softmax(logits[kept] / max(self._temperature, 1e-3))
        return int(kept[self._chance.choice(len(kept), p=chances)])

    def _penalized(self, logits: Logits, before: list[int]) -> Logits:
        if self._repeat in (0.0, 1.0) and not self._frequency and not self._presence:
            return logits
        logits = logits.copy()
        for token, times in Counter(before[-LOOKED_BACK:]).items():
            if self._repeat:
                logits[token] *= self._repeat if logits[token] <= 0 else 1 / self._repeat
            logits[token] -= times * self._frequency + self._presence
        return logits

    def _kept(self, logits: Logits) -> NDArray[np.intp]:
        """The tokens that may be chosen, the likeliest first."""
        if 0 < self._top_k < len(logits):
            best = np.argpartition(logits, -self._top_k)[-self._top_k :]
            order = best[np.argsort(-logits[best], kind="stable")]
        else:
            order = np.argsort(-logits, kind="stable")
        chances = _softmax(logits[order])
        enough = int(np.searchsorted(np.cumsum(chances), self._top_p)) + 1
        near = int((chances >= self._min_p * chances[0]).sum())
        return order[: max(1, min(enough, near))]


def _softmax(logits: Logits) -> NDArray[np.float64]:
    raised = np.exp(logits.astype(np.float64) - float(logits.max()))
    return raised / raised.sum()


def _number(said: dict[str, Any], name: str, otherwise: float, least: float, most: float) -> float:
    value = said.get(name)
    known = isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most
    return float(value) if known else otherwise  # type: ignore[arg-type]
