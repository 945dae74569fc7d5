"""What a generation has written so far, and what is left of it when it goes on after giving way.

Text is gone on with: what was written becomes the beginning of the assistant's message, whose prompt
the slot still holds.  Where the rules of the answer (a grammar, calls of tools, with some engines any
shape) begin with its first token, it is written anew; so of such an answer nothing is told before it
is whole.
"""

from __future__ import annotations

from dataclasses import replace

from app.events.llm import ChatMessage
from app.llm.port import Finished, Generation, Piece, Step
from app.llm.scheduler.rules import is_background


class Story:
    """Feed it the steps of every run: `tell` what it says. shapes: the engine goes on with JSON that has
    a schema."""

    def __init__(self, request: Generation, *, shapes: bool) -> None:
        self._request = request
        self._background = is_background(request.priority)
        self._whole = self._background and not _can_go_on(request, shapes)
        self._kept: list[Step] = []
        self._text = ""
        self._written = 0
        self._before = 0
        self.ended = False

    def rest(self) -> Generation:
        """What is left to be generated."""
        self._before = self._written
        if not self._text:
            return self._request
        messages = self._request.messages
        begun = ""
        if messages and messages[-1].role == "assistant":  # the asker had begun it, too
            begun, messages = messages[-1].content, messages[:-1]
        so_far = ChatMessage(role="assistant", content=begun + self._text)
        left = self._request.max_tokens - self._written
        return replace(self._request, messages=(*messages, so_far), max_tokens=left)

    def tell(self, step: Step) -> list[Step]:
        """What the asker hears of this step."""
        if isinstance(step, Finished):
            self.ended = True
            kept, self._kept = self._kept, []
            return [*kept, self._end(step)]
        if self._whole:
            self._kept.append(step)
            return []
        if isinstance(step, Piece) and self._background:
            self._text += step.text
            self._written += 1
        return [step]

    def give_way(self) -> Finished | None:
        """It stopped in the middle; an end when nothing was left to be written."""
        self._kept.clear()
        if self._written >= self._request.max_tokens:
            return Finished("length", completion_tokens=self._written)
        return None

    def _end(self, end: Finished) -> Finished:
        """Of the last run's end, the end of the whole: what was read again had been written before."""
        prompt = max(0, end.prompt_tokens - self._before)
        return replace(
            end,
            prompt_tokens=prompt,
            cached_tokens=min(end.cached_tokens, prompt),
            completion_tokens=self._before + end.completion_tokens,
        )


def _can_go_on(request: Generation, shapes: bool) -> bool:
    free = request.shape is None or (shapes and request.shape.kind != "grammar")
    return free and not request.tools
