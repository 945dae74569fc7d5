"""What a turn leaves in the history, and when.

The person's words are written as soon as the turn is committed and it is known how they were sent,
the reply when it is over.  Of a turn that is taken back before it was committed nothing is written.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace

import anyio

from app.dialogue.context import CUT, Line, broken_off, window_start
from app.dialogue.history import Draft, History
from app.dialogue.steps import tokens_of
from app.dialogue.turns import Reply
from app.events.dialogue import TurnEndedEvent, TurnStartedEvent, UserSaidEvent
from app.kernel.bus import Bus
from app.kernel.tokens import estimate_tokens


class Commitments:
    """Which turns count. What was not said provisionally always does."""

    def __init__(self, size: int = 256) -> None:
        self._size = size
        self._events: OrderedDict[tuple[str, str, int], asyncio.Event] = OrderedDict()

    def commit(self, owner: str, turn: str, revision: int) -> None:
        """This revision of the turn counts; may come before or after it was taken up."""
        self._event((owner, turn, revision)).set()

    def of(self, said: UserSaidEvent) -> asyncio.Event:
        """Set once it counts."""
        if not said.provisional:
            event = asyncio.Event()
            event.set()
            return event
        return self._event((said.owner, said.turn or "", said.revision))

    def _event(self, key: tuple[str, str, int]) -> asyncio.Event:
        event = self._events.setdefault(key, asyncio.Event())
        while len(self._events) > self._size:
            self._events.popitem(last=False)
        return event


class Record:
    """One turn's part of the history. lines: what stands before it; text: the person's words."""

    def __init__(
        self,
        bus: Bus,
        history: History,
        said: UserSaidEvent,
        dialogue: str,
        text: str,
        lines: Sequence[Line],
        committed: asyncio.Event,
    ) -> None:
        self.text = text
        self.reply = Reply()
        self._bus = bus
        self._history = history
        self._said = said
        self._dialogue = dialogue
        self._first = not lines
        self._committed = committed
        self._line: Line | None = None
        start = window_start(lines)
        tokens = estimate_tokens(text)
        self._draft = Draft("user", text, said.channel, said.turn or "", tokens=tokens, window_start=start)

    @property
    def window_start(self) -> int:
        """Where the window onto the dialogue began at the last turn."""
        return self._draft.window_start

    def sent_as(self, sent: str, tokens: int, window_start: int) -> None:
        """How the words are given to the model, for all later prompts."""
        self._draft = replace(self._draft, sent=sent, tokens=tokens, window_start=window_start)

    async def begin(self) -> None:
        """Write the person's words, if the turn is committed and they are not written yet."""
        if self._line is not None or not self._committed.is_set():
            return
        with anyio.CancelScope(shield=True):
            write = self._history.begin if self._first else self._history.append
            self._line = await write(self._said.owner, self._draft, self._dialogue)
        self._bus.publish(
            TurnStartedEvent(
                owner=self._said.owner,
                turn=self._said.turn,
                revision=self._said.revision,
                channel=self._said.channel,
                dialogue=self._dialogue,
            )
        )

    async def committed(self) -> None:
        """Wait until the turn is committed, and write the words."""
        await self._committed.wait()
        await self.begin()

    async def end(self) -> None:
        """Write what came of it. A turn that was not committed leaves nothing."""
        with anyio.CancelScope(shield=True):
            await self.begin()
            if self._line is not None:
                await self._write_reply(self._line)

    async def _write_reply(self, line: Line) -> None:
        owner, reply, done = self._said.owner, self.reply, self.reply.response
        whole = reply.finish in ("stop", "length")
        if not whole:
            await self._history.amend(owner, line, finish=reply.finish)
        if reply.text.strip() or whole or reply.steps:
            written = max(done.completion_tokens if done else 0, 1)
            did = tokens_of(reply.steps)
            draft = Draft(
                "assistant",
                reply.text,
                line.channel,
                line.turn,
                sent=reply.text if whole else broken_off(reply.text),
                finish="" if reply.finish == "stop" else reply.finish,
                model=done.model if done else "",
                tokens=did + (written if whole else estimate_tokens(reply.text + CUT)),
                steps=tuple(reply.steps),
            )
            await self._history.append(owner, draft, line.dialogue)
        self._bus.publish(
            TurnEndedEvent(
                owner=owner,
                turn=self._said.turn,
                revision=self._said.revision,
                channel=self._said.channel,
                dialogue=line.dialogue,
                user_text=line.content,
                reply_text=reply.text,
                finish=reply.finish,
                model=done.model if done else "",
                completion_tokens=done.completion_tokens if done else 0,
                tokens_per_second=done.tokens_per_second if done else 0.0,
                skill=reply.skill,
            )
        )
