"""Asks for an answer, or for several side by side, and hands on what comes."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack

import anyio

from app.api.dependencies import Deps
from app.api.openai.errors import body
from app.api.openai.told import DONE, Choice, Form
from app.api.streaming import Emit, Streamed
from app.events.base import Answer
from app.events.llm import LLMRequestEvent, LLMResponseEvent, LLMTokenEvent
from app.kernel.errors import Interrupted, SoloError, explain

Take = Callable[[int, Answer], Awaitable[None]]
"""Is told the number of an answer, and what came for it."""


class Several:
    """Requests that are asked together. thread: what the first of each prompt's answers goes on with;
    prompts: how many there are (the requests of one stand together)."""

    def __init__(self, deps: Deps, requests: Sequence[LLMRequestEvent], threads: Sequence[str]) -> None:
        self._deps = deps
        self._requests = requests
        self._threads = threads

    async def whole(self, form: Form) -> bytes:
        """All answers in one object."""
        choices = [Choice() for _ in self._requests]

        async def take(index: int, answer: Answer) -> None:
            if isinstance(answer, LLMTokenEvent):
                choices[index].chances += answer.chances
            elif isinstance(answer, LLMResponseEvent):
                choices[index].end = answer

        await self._ask(take)
        return json.dumps(form.whole(choices, len(self._threads))).encode()

    def streamed(self, form: Form) -> Streamed:
        """All answers as they are written, as server-sent events."""
        return Streamed(
            lambda emit: self._stream(form, emit),
            "text/event-stream",
            closing=self._deps.closing,
            epilogue=failed,
            idle=b": still here\n\n",
        )

    async def _stream(self, form: Form, emit: Emit) -> None:
        begun: set[int] = set()
        ends: dict[int, LLMResponseEvent] = {}

        async def take(index: int, answer: Answer) -> None:
            if isinstance(answer, LLMTokenEvent):
                piece = form.token(index, answer)
            elif isinstance(answer, LLMResponseEvent):
                ends[index] = answer
                piece = form.end(index, answer)
            else:
                return
            if index not in begun:
                begun.add(index)
                piece = form.begin(index) + piece
            await emit(piece)

        await self._ask(take)
        await emit(form.usage([ends[index] for index in sorted(ends)], len(self._threads)) + DONE)

    async def _ask(self, take: Take) -> None:
        with ExitStack() as stack:
            each = len(self._requests) // len(self._threads)
            keys = [stack.enter_context(self._deps.threads.taken(thread)) for thread in self._threads]
            requests = [
                request.model_copy(update={"dialogue": None if index % each else keys[index // each]})
                for index, request in enumerate(self._requests)
            ]
            if len(requests) == 1:
                await self._one(0, requests[0], take)
                return
            await self._all(requests, take)

    async def _all(self, requests: Sequence[LLMRequestEvent], take: Take) -> None:
        try:
            async with anyio.create_task_group() as group:
                for index, request in enumerate(requests):
                    group.start_soon(self._one, index, request, take, name="api.choice")
        except* SoloError as several:
            failure: SoloError | None = explain(several)
        else:
            failure = None
        if failure is not None:
            raise failure

    async def _one(self, index: int, request: LLMRequestEvent, take: Take) -> None:
        ended = False
        bus, seconds = self._deps.runtime.bus, self._deps.settings.api.timeout_seconds
        async with bus.ask(request, timeout=seconds) as answers:
            async for answer in answers:
                ended = ended or isinstance(answer, LLMResponseEvent)
                await take(index, answer)
        if not ended:
            raise Interrupted("The answer broke off.")


def failed(error: SoloError) -> bytes:
    """The last event of a stream that broke off."""
    return f"data: {json.dumps(body(error))}\n\n".encode()
