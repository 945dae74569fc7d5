"""Asking Solo from a terminal: the one that runs, else one of one's own in a thread beside.

Both give the answer piece by piece through a queue, so that the terminal stays free to notice that
the person does not want to hear the rest.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from app.cli.reach import OwnSolo, reached
from app.events.dialogue import ReplyDeltaEvent, ReplyEvent, UserSaidEvent
from app.kernel.errors import Interrupted, SoloError

if TYPE_CHECKING:
    from app.api.client import SoloClient
    from app.config.settings import Settings

POLL_SECONDS = 0.05
"""How often the terminal is looked at while the next piece is awaited."""


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask. dialogue: the one to go on with; recall: draw on memory."""

    text: str
    dialogue: str | None = None
    recall: bool = True


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


Piece = str | Told | SoloError | None
"""A few characters, the whole, what went wrong; None: nothing more comes."""


@dataclass(slots=True)
class Answer:
    """An answer on its way: iterate over it for pieces of text, then look at `told`."""

    pieces: queue.Queue[Piece]
    cancel: Callable[[], object]
    told: Told | None = field(default=None)

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
        stop = threading.Event()
        answer = Answer(queue.Queue(), stop.set)
        threading.Thread(target=self._feed, args=(question, answer, stop), daemon=True).start()
        return answer

    def _feed(self, question: Question, answer: Answer, stop: threading.Event) -> None:
        put = answer.pieces.put
        try:
            stream = self._client.ask_stream(
                question.text, dialogue=question.dialogue, recall=question.recall
            )
            for piece in stream:
                if stop.is_set():
                    break  # leaving the stream hangs up, and that cancels the turn
                put(
                    piece
                    if isinstance(piece, str)
                    else Told(
                        piece.text,
                        piece.dialogue,
                        piece.finish,
                        piece.model,
                        piece.first_token_ms,
                        piece.tokens_per_second,
                        piece.completion_tokens,
                    )
                )
            put(None)
        except SoloError as error:
            put(error)


class Own:
    """The parts of Solo that answering takes, in a thread of this process."""

    def __init__(self, solo: OwnSolo) -> None:
        self._portal = solo.portal
        self._runtime = solo.runtime

    def ask(self, question: Question) -> Answer:
        pieces: queue.Queue[Piece] = queue.Queue()
        task = self._portal.start_task_soon(self._feed, question, pieces.put)
        return Answer(pieces, task.cancel)

    async def _feed(self, question: Question, put: Callable[[Piece], None]) -> None:
        said = UserSaidEvent(
            text=question.text,
            channel="shell",
            dialogue=question.dialogue,
            recall=question.recall,
            turn=self._runtime.clock.new_id(),
        )
        try:
            async with self._runtime.bus.ask(said) as answers:
                async for answer in answers:
                    if isinstance(answer, ReplyDeltaEvent):
                        put(answer.text)
                    elif isinstance(answer, ReplyEvent):
                        put(_told(answer))
            put(None)
        except SoloError as error:
            put(error)


def _told(reply: ReplyEvent) -> Told:
    return Told(
        reply.text,
        reply.dialogue,
        reply.finish,
        reply.model,
        reply.first_token_ms,
        reply.tokens_per_second,
        reply.completion_tokens,
    )


def whole(answer: Answer) -> Told:
    """The answer once all of it is there. Raises Interrupted when it has no end."""
    if answer.told is None:
        raise Interrupted("Solo's answer broke off.")
    return answer.told
