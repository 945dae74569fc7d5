"""A loaded model and the keys and values that it keeps of the last prompt (the KV cache).

Called from one thread.  What a new prompt has in common with what is kept is not read again.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

import numpy as np

from app.llm.checkpoints.sampler import Logits

BATCH: Final = 128
"""Prompt tokens read between two looks at whether anybody still wants the answer."""


class Decoder:
    """model: of transformers, on its device. reading, writing: threads of the processor."""

    def __init__(self, model: Any, *, reading: int, writing: int) -> None:
        self._torch: Any = import_module("torch")
        self._caches: Any = import_module("transformers.cache_utils")
        self._model = model
        self._reading, self._writing = reading, writing
        self._held: list[int] = []
        self._cache: Any = None
        self._before: tuple[list[int], Logits] | None = None
        # A state that is no list of keys and values can neither be cut back nor be gone on with in pieces.
        self._whole = bool(getattr(model, "_is_stateful", False))
        self._last = "logits_to_keep" in inspect.signature(model.forward).parameters

    @property
    def tokens(self) -> list[int]:
        """What the model has read and written since the prompt began."""
        return self._held

    def read(self, prompt: list[int], cancelled: Callable[[], bool]) -> tuple[int, Logits | None]:
        """How many tokens of the prompt were kept from before, and what the model thinks comes next; None
        when it was cancelled. The very same prompt is not read at all: in numbers of 16 bits another way of
        reading it would be another answer."""
        again = self._before[1] if self._before is not None and self._before[0] == prompt else None
        kept = self._keep(prompt, len(prompt) if again is not None else len(prompt) - 1)
        logits = again if kept == len(prompt) else None
        self._torch.set_num_threads(self._reading)
        step = len(prompt) if self._whole else BATCH
        for start in range(kept, len(prompt), step):
            if cancelled():
                return kept, None
            logits = self._forward(prompt[start : start + step])
        self._torch.set_num_threads(self._writing)
        self._before = None if logits is None else (prompt, logits)
        return kept, logits

    def write(self, token: int) -> Logits:
        """The model goes on with this token."""
        return self._forward([token])

    def forget(self) -> None:
        """Nothing is kept."""
        self._held, self._cache, self._before = [], None, None

    def _keep(self, prompt: list[int], most: int) -> int:
        """Cut back what is kept to what the prompt begins with, at most so many tokens; how many that are."""
        shorter = min(len(self._held), most)
        same = next((at for at in range(shorter) if self._held[at] != prompt[at]), shorter)
        if self._cache is None or self._whole or not same:
            same = 0
        elif same < len(self._held):
            try:
                self._cache.crop(same - len(self._held))  # below zero: so many tokens less
            except (ValueError, RuntimeError, AttributeError):  # a window that has moved on
                same = 0
        if not same:
            self.forget()
            self._cache = self._caches.DynamicCache(config=self._model.config)
        self._held = prompt[:same]
        return same

    def _forward(self, tokens: list[int]) -> Logits:
        torch = self._torch
        more = {"logits_to_keep": 1} if self._last else {}
        with torch.inference_mode():
            done = self._model(
                input_ids=torch.tensor([tokens], device=self._model.device),
                past_key_values=self._cache,
                use_cache=True,
                **more,
            )
        self._cache = done.past_key_values
        self._held += tokens
        return np.asarray(done.logits[0, -1].float().cpu().numpy(), dtype=np.float32)
