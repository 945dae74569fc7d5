"""Asks the models of a chain one after the other until one answers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import structlog

from app.events.base import Answer
from app.events.llm import LLMQueuedEvent, LLMRequestEvent, LLMResponseEvent
from app.kernel.clock import Clock
from app.kernel.errors import RateLimited, SoloError, Unavailable
from app.llm.roles.breaker import Breakers
from app.llm.roles.deadline import Deadline
from app.llm.roles.fallback import counts_against, goes_on, soonest

log = structlog.get_logger("solo.llm")

Attempt = Callable[[LLMRequestEvent, str], AsyncGenerator[Answer, None]]
"""Let one target (`provider:model`) answer."""


class Router:
    """See the module. After the first word nobody else is asked: half of one answer and half of
    another is worse than an honest failure."""

    def __init__(self, clock: Clock, attempt: Attempt) -> None:
        self._clock = clock
        self._attempt = attempt
        self.breakers = Breakers()

    async def run(self, request: LLMRequestEvent, chain: tuple[str, ...]) -> AsyncGenerator[Answer, None]:
        """The answers of the first target that works. Raises what the first that was asked raised when
        none does, what any raises after its first word, and TooLate when the request's time is over."""
        deadline = Deadline(self._clock, request.deadline)
        failed: dict[str, SoloError] = {}
        for target in chain:
            trial = _Trial(self, request, target, deadline)
            async with aclosing(trial.answers()) as answers:
                async for answer in answers:
                    yield answer
            if trial.asked and trial.error is None:
                return
            if trial.error is not None:
                failed[target] = trial.error
        again = soonest(failed, deadline.left())
        if again is None:
            raise next(iter(failed.values()), None) or _left_alone(chain)
        await self._clock.sleep(again.after)
        trial = _Trial(self, request, again.target, deadline)
        async with aclosing(trial.answers()) as answers:
            async for answer in answers:
                yield answer
        if trial.error is not None or not trial.asked:
            raise trial.error or _left_alone(chain)

    def likely(self, chain: tuple[str, ...]) -> str:
        """Who will answer, if nothing changes."""
        now = self.now()
        return next((one for one in chain if self.breakers.of(one).state(now) == "closed"), chain[0])

    def attempt(self, request: LLMRequestEvent, target: str) -> AsyncGenerator[Answer, None]:
        """Let this one answer."""
        return self._attempt(request, target)

    def now(self) -> float:
        """Seconds, for the breakers."""
        return self._clock.monotonic()


class _Trial:
    """One target's turn. error: why the next is to be asked; asked: its breaker let it try."""

    def __init__(self, router: Router, request: LLMRequestEvent, target: str, deadline: Deadline) -> None:
        self._router = router
        self._request = request
        self._target = target
        self._deadline = deadline
        self._breaker = router.breakers.of(target)
        self._began = router.now()
        self._heard = False
        self.asked = False
        self.error: SoloError | None = None

    async def answers(self) -> AsyncGenerator[Answer, None]:
        """What it says; ends without a word when the next is to be asked."""
        self.asked = self._breaker.ask(self._router.now())
        if not self.asked:
            return
        spoken = worked = False
        try:
            async with aclosing(self._steps()) as answers:
                async for answer in answers:
                    self._heard = True
                    spoken = spoken or not isinstance(answer, LLMQueuedEvent)
                    yield answer
            worked = True
        except SoloError as error:
            self._note(error)
            if spoken or not goes_on(error):
                raise
            self.error = error
        finally:
            if worked:
                self._breaker.worked()
            else:
                self._breaker.left()

    def _steps(self) -> AsyncGenerator[Answer, None]:
        """What the model says within the time that is left."""
        left = self._deadline.left()
        if left is None:
            return self._router.attempt(self._request, self._target)
        request = self._request.model_copy(update={"deadline": left})
        return self._deadline.within(self._router.attempt(request, self._target), _is_whole)

    def _note(self, error: SoloError) -> None:
        now = self._router.now()
        if counts_against(error, 0.0 if self._heard else now - self._began):
            after = error.after if isinstance(error, RateLimited) else None
            self._breaker.failed(now, after)
        log.warning("model_failed", target=self._target, code=error.code, reason=error.message)


def _is_whole(answer: Answer) -> bool:
    return isinstance(answer, LLMResponseEvent)


def _left_alone(chain: tuple[str, ...]) -> Unavailable:
    return Unavailable(
        f"{', '.join(chain)} failed several times and will be tried again soon.",
        hint="Look at the log for the reason, or name another model.",
    )
