"""Asking Solo from a terminal: the one that runs, else one of one's own in a thread beside.

Both give the answer piece by piece through a queue, so that the terminal stays free to notice that
the person does not want to hear the rest.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from app.cli.reach import OwnSolo, reached
from app.events.base import Event, Request
from app.events.dialogue import AnswerOptions, ReplyDeltaEvent, ReplyEvent, ReplyStepEvent, UserSaidEvent
from app.kernel.errors import Interrupted, SoloError

if TYPE_CHECKING:
    from app.api.client import SoloClient
    from app.api.pieces import AskStep
    from app.api.schemas import AskReply
    from app.config.settings import Settings

POLL_SECONDS = 0.05
"""How often the terminal is looked at while the next piece is awaited."""


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask. dialogue: the one to go on with; recall: draw on memory; options: how it is to be
    answered, as the API's AskOptions says."""

    text: str
    dialogue: str | None = None
    recall: bool = True
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Told:
    """The whole answer and what it cost."""

    text: str
    dialogue: str
    finish: str
    model: str
    first_token_ms: float
    tokens_per_second: float
    completion_tokens: int
    prompt_tokens: int = 0
    cached_tokens: int = 0
    provider: str = ""
    cost: float = 0.0
    queue_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """A tool is called for the answer, or was. asks: it waits for the person's yes."""

    tool: str
    done: bool
    ok: bool
    asks: bool = False


Piece = str | Step | Told | SoloError | None
"""A few characters, a call of a tool, the whole, what went wrong; None: nothing more comes."""


@dataclass(slots=True)
class Answer:
    """An answer on its way: iterate over it for pieces of text, then look at `told`. used: the tools that
    were called for it so far."""

    pieces: queue.Queue[Piece]
    cancel: Callable[[], object]
    told: Told | None = field(default=None)
    used: list[Step] = field(default_factory=list[Step])

    def __iter__(self) -> Iterator[str]:
        for piece in self.polled():
            if piece:
                yield piece

    def polled(self) -> Iterator[str]:
        """As iterating, with an empty piece now and then while none comes. Raises what went wrong."""
        while True:
            try:
                piece = self.pieces.get(timeout=POLL_SECONDS)
            except queue.Empty:
                yield ""
                continue
            if isinstance(piece, SoloError):
                raise piece
            if piece is None:
                return
            if isinstance(piece, Told):
                self.told = piece
            elif isinstance(piece, Step):
                self.used += [piece] if piece.done else []
                yield ""
            else:
                yield piece


class Asker(Protocol):
    """Somebody who answers."""

    def ask(self, question: Question) -> Answer:
        """Begin to answer."""
        ...


@contextmanager
def asker(settings: Settings) -> Generator[Asker]:
    """The Solo that runs on this data folder, else what is needed of one, started for this."""
    with reached(settings, {"dialogue"}, Remote, Own) as found:
        yield found


class Remote:
    """A Solo that runs already."""

    def __init__(self, client: SoloClient) -> None:
        self._client = client

    def ask(self, question: Question) -> Answer:
        def stream() -> Iterator[str | Step | Told]:
            pieces = self._client.ask_stream(
                question.text,
                dialogue=question.dialogue,
                recall=question.recall,
                options=dict(question.options),
            )
            for piece in pieces:
                yield piece if isinstance(piece, str) else _known(piece)

        return by_thread(stream)


def by_thread(stream: Callable[[], Iterator[str | Step | Told]]) -> Answer:
    """What a client streams, read in a thread of its own."""
    stop = threading.Event()
    answer = Answer(queue.Queue(), stop.set)

    def feed() -> None:
        put = answer.pieces.put
        try:
            for piece in stream():
                if stop.is_set():
                    break  # leaving the stream hangs up, and that cancels the work
                put(piece)
            put(None)
        except SoloError as error:
            put(error)

    threading.Thread(target=feed, daemon=True).start()
    return answer


class Own:
    """The parts of Solo that answering takes, in a thread of this process."""

    def __init__(self, solo: OwnSolo) -> None:
        self._asked = solo

    def ask(self, question: Question) -> Answer:
        said = UserSaidEvent(
            text=question.text,
            channel="shell",
            dialogue=question.dialogue,
            recall=question.recall,
            turn=self._asked.runtime.clock.new_id(),
            options=AnswerOptions.flat(question.options),
        )
        return by_portal(self._asked, said, _read)


def by_portal(solo: OwnSolo, request: Request, read: Callable[[Event], str | Step | Told | None]) -> Answer:
    """What comes for a request on the bus, as `read` makes it; None is left out."""
    pieces: queue.Queue[Piece] = queue.Queue()

    async def feed() -> None:
        try:
            async with solo.runtime.bus.ask(request) as answers:
                async for answer in answers:
                    if (piece := read(answer)) is not None:
                        pieces.put(piece)
            pieces.put(None)
        except SoloError as error:
            pieces.put(error)

    task = solo.portal.start_task_soon(feed)
    return Answer(pieces, task.cancel)


def _read(answer: Event) -> str | Step | Told | None:
    if isinstance(answer, ReplyDeltaEvent):
        return answer.text
    if isinstance(answer, ReplyStepEvent):
        return Step(answer.tool, answer.done, answer.ok, answer.asks)
    return _told(answer) if isinstance(answer, ReplyEvent) else None


def _known(piece: AskStep | AskReply) -> Step | Told:
    from app.api.schemas import AskReply

    if isinstance(piece, AskReply):
        return _told(piece)
    return Step(piece.tool, piece.done, piece.ok, piece.asks)


def _told(reply: ReplyEvent | AskReply) -> Told:
    return Told(
        reply.text,
        reply.dialogue,
        reply.finish,
        reply.model,
        reply.first_token_ms,
        reply.tokens_per_second,
        reply.completion_tokens,
        reply.prompt_tokens,
        reply.cached_tokens,
        reply.provider,
        reply.cost,
        reply.queue_ms,
    )


def whole(answer: Answer) -> Told:
    """The answer once all of it is there. Raises Interrupted when it has no end."""
    if answer.told is None:
        raise Interrupted("Solo's answer broke off.")
    return answer.told
