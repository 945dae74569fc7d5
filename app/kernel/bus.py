"""The bus: the one road for typed events between services of this process.

* `publish` a fact: it is put into the bounded queue of every subscriber and never waits.
* `subscribe` to kinds of facts: an async iterator over a queue of one's own.
* `serve` a kind of request: one owner; each request runs in a task of its own, a bounded number.
* `ask`: the one place that correlates a request with its answers, streams them (here
  back-pressure waits), times out and cancels.  Leaving the `async with` cancels the work.

Urgent events overtake what waits.  A fact whose class `cancels_turn` ends every request of that
turn, running or waiting, and later requests of it are refused.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar, cast

import anyio
from anyio.abc import TaskGroup

from app.events.base import Answer, Event, Fact, Request
from app.kernel.clock import Clock
from app.kernel.errors import SoloError, TimedOut, TurnCancelled, Unavailable, explain

R = TypeVar("R", bound=Request)
A = TypeVar("A", bound=Event)

Handler = Callable[[R], AsyncGenerator[Answer, None]]
"""What serves a request: an async generator function that yields the answers."""
Observer = Callable[[Request, Answer, float], None]
"""Told the first answer of each request and its monotonic time."""

CANCELLED_TURNS_KEPT = 256
ANSWERS_AHEAD = 64
"""Answers that may wait for the asker before the owner has to."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """An event on its way. at: monotonic seconds when it was published."""

    sequence: int
    at: float
    event: Event


@dataclass(slots=True)
class Counters:
    """What a subscription or a served kind has seen."""

    delivered: int = 0
    dropped: int = 0
    overruns: int = 0
    failed: int = 0
    cancelled: int = 0


class Overrun(SoloError):
    """A subscriber was too slow, its queue ran over, and it lost its subscription."""

    code = "overrun"


class _Lane(asyncio.Queue[Envelope | None]):
    """A FIFO in which urgent envelopes go before all others, in their own order."""

    _queue: deque[Envelope | None]

    def _init(self, maxsize: int) -> None:
        self._queue = deque()
        self._urgent = 0

    def _put(self, item: Envelope | None) -> None:
        if item is not None and item.event.urgent:
            self._queue.insert(self._urgent, item)
            self._urgent += 1
        else:
            self._queue.append(item)

    def _get(self) -> Envelope | None:
        if self._urgent:
            self._urgent -= 1
        return self._queue.popleft()

    def drop_oldest(self) -> bool:
        """Take out the oldest droppable envelope; False when there is none."""
        for position, item in enumerate(self._queue):
            if item is not None and item.event.droppable:
                del self._queue[position]
                return True
        return False


class Subscription(Generic[A]):
    """A queue of facts; iterate over it for the events, over `envelopes()` for them with times.

    Raises Overrun from the iteration when the subscriber has been too slow.
    """

    def __init__(self, bus: Bus, kinds: tuple[type[A], ...], name: str, size: int) -> None:
        self.name = name
        self.kinds = kinds
        self.counters = Counters()
        self._bus = bus
        self._lane = _Lane(size)
        self._lost = False
        self._closed = False

    def deliver(self, envelope: Envelope) -> None:
        """Put it into the queue without waiting (the bus calls this)."""
        lane = self._lane
        if lane.full() and not self._make_room(envelope):
            return
        lane.put_nowait(envelope)
        self.counters.delivered += 1

    def _make_room(self, envelope: Envelope) -> bool:
        if self._lane.drop_oldest():
            self.counters.dropped += 1
            return True
        if envelope.event.droppable:
            self.counters.dropped += 1
            return False
        self.counters.overruns += 1
        self._lost = True
        self._bus.unsubscribe(self)
        return False

    def pending(self) -> int:
        """How many envelopes wait."""
        return self._lane.qsize()

    async def next(self) -> Envelope | None:
        """The next envelope, None after `close`."""
        if self._lost and self._lane.empty():
            raise Overrun(f"{self.name} was too slow for the events that it subscribed to.")
        if self._closed and self._lane.empty():
            return None
        return await self._lane.get()

    async def envelopes(self) -> AsyncIterator[Envelope]:
        """The events with their sequence numbers and times."""
        while (envelope := await self.next()) is not None:
            yield envelope

    async def __aiter__(self) -> AsyncIterator[A]:
        while (envelope := await self.next()) is not None:
            yield cast(A, envelope.event)

    def close(self) -> None:
        """End the iteration once what waits has been taken; idempotent."""
        self._bus.unsubscribe(self)
        self._closed = True
        if self._lane.empty():
            self._lane.put_nowait(None)  # somebody may be waiting

    def __enter__(self) -> Subscription[A]:
        return self

    def __exit__(self, *exc: object) -> None:
        self._bus.unsubscribe(self)


@dataclass(eq=False, slots=True)
class _Call:
    """A request on its way to its owner and its answers on their way back."""

    request: Request
    answers: asyncio.Queue[Answer | SoloError | None]
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    done: bool = False

    def fail(self, error: SoloError) -> None:
        """Call the work off; the asker gets `error` at once, before answers that still wait."""
        if self.done:
            return
        self.done = True
        while not self.answers.empty():
            self.answers.get_nowait()
        self.answers.put_nowait(error)
        self.scope.cancel()

    async def finish(self) -> None:
        if not self.done:
            self.done = True
            await self.answers.put(None)


class Answers:
    """The answers to one request, as they come."""

    def __init__(self, call: _Call) -> None:
        self._call = call
        self._over = False

    async def __aiter__(self) -> AsyncIterator[Answer]:
        while not self._over:
            item = await self._call.answers.get()
            if item is None or isinstance(item, SoloError):
                self._over = True
                if item is not None:
                    raise item
                return
            yield item

    async def one(self, kind: type[A]) -> A:
        """The last answer of this kind; raises Unavailable when the owner ended without one."""
        found: A | None = None
        async for answer in self:
            if isinstance(answer, kind):
                found = answer
        if found is None:
            raise Unavailable(f"{type(self._call.request).__name__} was not answered.")
        return found


@dataclass(eq=False, slots=True)
class _Owner:
    name: str
    handler: Handler[Request]
    group: TaskGroup
    limit: asyncio.Semaphore
    counters: Counters
    observe: Callable[[Request, Answer], None]
    calls: set[_Call] = field(default_factory=set[_Call])

    async def run(self, call: _Call) -> None:
        self.calls.add(call)
        try:
            with call.scope:
                async with self.limit, aclosing(self.handler(call.request)) as answers:
                    first = True
                    async for answer in answers:
                        if first:
                            self.observe(call.request, answer)
                            first = False
                        await call.answers.put(answer)
                    self.counters.delivered += 1
                    await call.finish()
        except Exception as error:  # noqa: BLE001  (the seam: whatever breaks in an owner answers the asker)
            self.counters.failed += 1
            call.fail(explain(error))
        finally:
            if not call.done:
                self.counters.cancelled += 1
                call.fail(Unavailable(f"{self.name} stopped before it had answered."))
            self.calls.discard(call)


class Bus:
    """See the module. One per process; everything on it happens on one event loop."""

    def __init__(self, clock: Clock, *, queue_size: int = 1024) -> None:
        self._clock = clock
        self._size = queue_size
        self._sequence = 0
        self._subscriptions: list[Subscription[Event]] = []
        self._routes: dict[type[Event], tuple[Subscription[Event], ...]] = {}
        self._owners: dict[type[Request], _Owner] = {}
        self._cancelled: OrderedDict[str, None] = OrderedDict()
        self._published = 0
        self._observers: list[Observer] = []

    # -- facts ---------------------------------------------------------------------------------

    def publish(self, event: Fact | Answer) -> Envelope:
        """Broadcast something that happened. Never waits, never raises for a listener's sake."""
        self._sequence += 1
        self._published += 1
        envelope = Envelope(self._sequence, self._clock.monotonic(), event)
        kind = type(event)
        if kind.cancels_turn and event.turn is not None:
            self._cancel(event.turn)
        routes = self._routes.get(kind)
        if routes is None:
            routes = self._route(kind)
        for subscription in routes:
            subscription.deliver(envelope)
        return envelope

    def subscribe(self, *kinds: type[A], name: str, size: int | None = None) -> Subscription[A]:
        """Receive these kinds (and their subclasses) from now on; a context manager."""
        subscription = Subscription(self, kinds, name, size or self._size)
        self._subscriptions.append(subscription)  # type: ignore[arg-type]
        self._routes.clear()
        return subscription

    def unsubscribe(self, subscription: Subscription[A]) -> None:
        """Stop delivering to it; idempotent."""
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)  # type: ignore[arg-type]
            self._routes.clear()

    def _route(self, kind: type[Event]) -> tuple[Subscription[Event], ...]:
        found = tuple(s for s in self._subscriptions if issubclass(kind, s.kinds))
        self._routes[kind] = found
        return found

    # -- requests ------------------------------------------------------------------------------

    @asynccontextmanager
    async def serve(
        self, kind: type[R], handler: Handler[R], *, name: str, limit: int = 8
    ) -> AsyncGenerator[None]:
        """Own a kind of request while the context is open, at most `limit` of them at a time.

        Leaving cancels what runs: its askers get Unavailable. A failing request does not fail
        the owner.
        """
        if kind in self._owners:
            raise RuntimeError(f"{kind.__name__} is owned by {self._owners[kind].name} already")
        async with anyio.create_task_group() as group:
            owner = _Owner(name, handler, group, asyncio.Semaphore(limit), Counters(), self._observe)  # type: ignore[arg-type]
            self._owners[kind] = owner
            try:
                yield
            finally:
                del self._owners[kind]
                group.cancel_scope.cancel()

    def owner_of(self, kind: type[Request]) -> str | None:
        """Name of the service that owns this kind of request now."""
        owner = self._owners.get(kind)
        return owner.name if owner else None

    @asynccontextmanager
    async def ask(self, request: Request, *, timeout: float | None = None) -> AsyncGenerator[Answers]:
        """Ask the owner of this request. Raises Unavailable at once when there is none,
        TurnCancelled when its turn has been called off, TimedOut after `timeout` seconds."""
        kind = type(request)
        owner = self._owners.get(kind)
        if owner is None:
            what = f"Solo's {kind.part}" if kind.part else f"What answers {kind.__name__}"
            raise Unavailable(f"{what} is not there at the moment.", hint="/status and solo doctor say why.")
        if request.turn is not None and request.turn in self._cancelled:
            raise TurnCancelled
        call = _Call(request, asyncio.Queue(ANSWERS_AHEAD))
        # Entered now, so that a turn cancelled before the task's first step is not lost on it.
        owner.calls.add(call)
        owner.group.start_soon(owner.run, call, name=f"{owner.name}:{kind.__name__}")
        try:
            with anyio.move_on_after(timeout) as limit:
                yield Answers(call)
        finally:
            call.done = True
            call.scope.cancel()
        if limit.cancelled_caught:
            raise TimedOut(f"{owner.name} did not answer within {timeout:g} s.")

    async def request(self, request: Request, kind: type[A], *, timeout: float | None = None) -> A:
        """Ask and wait for the last answer of `kind`: for requests that have just one."""
        async with self.ask(request, timeout=timeout) as answers:
            return await answers.one(kind)

    def observe(self, observer: Observer) -> Callable[[], None]:
        """Tell `observer` the first answer of each request, for measuring; returns how to stop."""
        self._observers.append(observer)
        return lambda: self._observers.remove(observer)

    def _observe(self, request: Request, answer: Answer) -> None:
        if self._observers:
            at = self._clock.monotonic()
            for observer in self._observers:
                observer(request, answer, at)

    # -- turns ---------------------------------------------------------------------------------

    def is_cancelled(self, turn: str) -> bool:
        """Was this turn called off (lately)?"""
        return turn in self._cancelled

    def _cancel(self, turn: str) -> None:
        self._cancelled[turn] = None
        while len(self._cancelled) > CANCELLED_TURNS_KEPT:
            self._cancelled.popitem(last=False)
        for owner in self._owners.values():
            for call in [c for c in owner.calls if c.request.turn == turn]:
                call.fail(TurnCancelled())

    # -- counters ------------------------------------------------------------------------------

    def counters(self) -> dict[str, Counters]:
        """By subscription and by owned kind of request."""
        found = {f"facts:{s.name}": s.counters for s in self._subscriptions}
        return found | {f"requests:{k.__name__}": o.counters for k, o in self._owners.items()}

    @property
    def published(self) -> int:
        """How many facts there have been."""
        return self._published
