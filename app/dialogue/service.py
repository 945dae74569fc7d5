"""Takes up what people say, has it answered, and keeps the history.

A turn: find the dialogue, wait for the turns before it, recall what bears on the person's words, put
them into the history, let the model answer, put the answer into the history. Whatever breaks on the
way, the words are kept and the asker learns why. What was said provisionally waits with the history
until it is committed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from typing import Literal

import anyio
import structlog
from anyio.abc import TaskGroup

from app.config.settings import Settings
from app.db.engine import Database
from app.dialogue.answering import Answering
from app.dialogue.archive import Archive
from app.dialogue.claims.lexicon import prepare
from app.dialogue.context import Line, opening, window_start
from app.dialogue.history import History, no_dialogue
from app.dialogue.record import Commitments, Record
from app.dialogue.shelf import Shelf
from app.dialogue.skilled import Skilled
from app.dialogue.turns import Latest, Queues, Recent, Reply
from app.dialogue.warming import Warming
from app.events.base import Answer, Event
from app.events.dialogue import (
    ReplyEvent,
    ReplyWrittenEvent,
    TurnCancelledEvent,
    TurnCommittedEvent,
    UserSaidEvent,
)
from app.events.llm import LLMResponseEvent, ToolSpec
from app.events.voice import (
    BargeInEvent,
    PartialTranscriptEvent,
    ReplySpokenEvent,
    SpeechStartedEvent,
    WakeWordEvent,
)
from app.kernel.errors import BadInput, SoloError, TooLarge, TurnCancelled
from app.kernel.lifecycle import Ready
from app.kernel.runtime import Runtime

log = structlog.get_logger("solo.dialogue")

TURNS_AT_ONCE = 64
HEARD: tuple[type[Event], ...] = (
    BargeInEvent,
    ReplySpokenEvent,
    TurnCommittedEvent,
    WakeWordEvent,
    SpeechStartedEvent,
    PartialTranscriptEvent,
)
"""What dialogue wants to be told: interruptions, what counts, that somebody begins to speak, and what
they have said so far."""


class DialogueService:
    """Owns UserSaidEvent and, in its archive, what is asked of dialogues as wholes; calls turns off when
    they are interrupted."""

    def __init__(self, runtime: Runtime, settings: Settings, database: Database) -> None:
        self._bus = runtime.bus
        self._clock = runtime.clock
        self._settings = settings.dialogue
        self._history = History(database, runtime.clock)
        self._answering = Answering(runtime, settings)
        self._skilled = Skilled(runtime.bus)
        self._commitments = Commitments()
        self._warming = Warming(runtime.bus)
        self._llm = settings.llm
        self._heard_now: dict[str, str] = {}
        """owner → the turn whose answer is being heard, or about to be."""
        self._queues = Queues()
        self._recent = Recent()
        self._latest: dict[tuple[str, str], Latest] = {}
        self._choosing = asyncio.Lock()
        self._archive = Archive(runtime.bus, Shelf(database), self._queues, self._deleted)

    async def run(self, ready: Ready) -> None:
        bus = self._bus
        with bus.subscribe(*HEARD, name="dialogue") as facts:
            async with (
                bus.serve(UserSaidEvent, self._said, name="dialogue", limit=TURNS_AT_ONCE),
                self._archive.serving(),
                anyio.create_task_group() as group,
            ):
                prepare()
                ready()
                async for fact in facts:
                    self._hear(fact, group)

    # -- interruptions -------------------------------------------------------------------------

    def _hear(self, fact: Event, group: TaskGroup) -> None:
        if isinstance(fact, WakeWordEvent | SpeechStartedEvent | PartialTranscriptEvent):
            group.start_soon(self._expect, fact.owner, _said_so_far(fact))
        if fact.turn is None:
            return
        if isinstance(fact, TurnCommittedEvent):
            self._commitments.commit(fact.owner, fact.turn, fact.revision)
        elif isinstance(fact, BargeInEvent):
            log.info("turn_interrupted", turn=fact.turn, reason=fact.reason)
            self._bus.publish(
                TurnCancelledEvent(
                    owner=fact.owner, turn=fact.turn, revision=fact.revision, reason=fact.reason
                )
            )
        elif isinstance(fact, ReplySpokenEvent):
            self._no_longer_heard(fact.owner, fact.turn)
            self._correct(fact, fact.turn, group)

    def _no_longer_heard(self, owner: str, turn: str) -> None:
        if self._heard_now.get(owner) == turn:
            del self._heard_now[owner]

    def _correct(self, fact: ReplySpokenEvent, turn: str, group: TaskGroup) -> None:
        if fact.unheard:
            # The place in the dialogue's line is taken now, before that of whatever is said next;
            # the waiting is done in a task of its own, so that no other dialogue waits along.
            dialogue = self._recent.get(fact.owner, turn)
            place = self._queues.join(dialogue) if dialogue else nullcontext()
            group.start_soon(self._heard, fact, turn, place)

    async def _expect(self, owner: str, said: UserSaidEvent | None) -> None:
        """A person speaks: let the model read what the answer will continue. said: their words so far.
        While an answer is heard nobody knows yet how much of it will have been heard."""
        if owner in self._heard_now:
            return
        try:
            async with self._choosing:
                dialogue = await self._continue(owner, "voice")
            lines = await self._history.load(owner, dialogue)
            tools: tuple[ToolSpec, ...] = ()
            if said is None:
                told = self._llm.prompts.system(
                    self._llm.generation.system_prompt, channel="voice", owner=owner
                )
                messages = opening(told, lines)
            else:
                prepared = await self._answering.prepare(said, said.text, lines, window_start(lines))
                messages, tools = prepared.prompt.messages, prepared.specs()
        except SoloError as error:
            log.debug("not_expected", code=error.code)
            return
        if messages:
            await self._warming.read(owner, dialogue, messages, tools)

    async def _heard(
        self, fact: ReplySpokenEvent, turn: str, place: AbstractAsyncContextManager[None]
    ) -> None:
        try:
            async with place:
                await self._history.heard(fact.owner, turn, fact.heard, fact.unheard)
        except SoloError as error:
            log.error("heard_not_stored", turn=turn, code=error.code)

    # -- turns ---------------------------------------------------------------------------------

    async def _said(self, said: UserSaidEvent) -> AsyncGenerator[Answer, None]:
        text, turn = self._checked(said)
        dialogue, known = await self._choose(said)
        self._recent.add(said.owner, turn, dialogue)
        if said.channel == "voice":
            self._heard_now[said.owner] = turn
        async with self._queues.join(dialogue):
            lines = await self._history.load(said.owner, dialogue)
            if known and not lines:
                raise no_dialogue(dialogue)
            self._warming.begin(dialogue)
            committed = self._commitments.of(said)
            record = Record(self._bus, self._history, said, dialogue, text, lines, committed)
            reply = record.reply
            try:
                async with aclosing(self._answer(said, dialogue, record, lines)) as deltas:
                    async for delta in deltas:
                        yield delta
                if said.channel == "voice":
                    yield ReplyWrittenEvent(owner=said.owner, turn=said.turn, revision=said.revision)
                await record.committed()
                self._answering.over(said.owner, dialogue, turn)
            except (asyncio.CancelledError, GeneratorExit, TurnCancelled):
                reply.finish = "cancelled"
                self._no_longer_heard(said.owner, turn)
                raise
            except SoloError:
                # Whoever takes it back now need not know; who commits it is told.
                await record.committed()
                raise
            finally:
                await record.end()
                self._warming.end(dialogue)
        yield _reply_event(said, dialogue, reply)

    def _checked(self, said: UserSaidEvent) -> tuple[str, str]:
        if said.turn is None:
            raise BadInput("What is said needs the id of a turn.")
        limit = self._settings.max_text_chars
        if len(said.text) > limit:
            raise TooLarge(
                f"The text has {len(said.text):,} characters; at most {limit:,} can be said at once.",
                hint="Say it in parts, or raise SOLO_DIALOGUE__MAX_TEXT_CHARS.",
            )
        # What no database and no tokenizer takes: lone surrogates, and NUL.
        text = said.text.encode("utf-8", "replace").decode().replace("\0", "").strip()
        if not text:
            raise BadInput("There is nothing in the text.")
        return text, said.turn

    async def _choose(self, said: UserSaidEvent) -> tuple[str, bool]:
        """The dialogue that it belongs to, and whether the person named it."""
        if said.dialogue is not None:
            return said.dialogue, True
        if said.channel != "voice":
            return self._clock.new_id(), False
        async with self._choosing:
            return await self._continue(said.owner, said.channel), False

    async def _continue(self, owner: str, channel: str) -> str:
        key = (owner, channel)
        latest = self._latest.get(key)
        if latest is None and (row := await self._history.last_spoken(*key)) is not None:
            latest = Latest(*row)
        now = self._clock.now()
        if latest is not None and latest.continues(now, self._settings.idle_minutes):
            dialogue = latest.dialogue
        else:
            dialogue = self._clock.new_id()
        self._latest[key] = Latest(dialogue, now)
        return dialogue

    def _deleted(self, dialogue: str) -> None:
        """It is not gone on with."""
        for key in [key for key, latest in self._latest.items() if latest.dialogue == dialogue]:
            del self._latest[key]

    async def _answer(
        self, said: UserSaidEvent, dialogue: str, record: Record, lines: list[Line]
    ) -> AsyncGenerator[Answer, None]:
        if not self._answering.is_reply(said, dialogue, record.text):
            async with aclosing(self._skilled.answer(said, dialogue, record)) as deltas:
                async for delta in deltas:
                    yield delta
            if record.reply.response is not None:
                return
        async with aclosing(self._answering.answer(said, dialogue, record, lines)) as pieces:
            async for piece in pieces:
                yield piece


def _said_so_far(fact: Event) -> UserSaidEvent | None:
    if not isinstance(fact, PartialTranscriptEvent) or not fact.text:
        return None
    return UserSaidEvent(owner=fact.owner, text=fact.text, channel="voice", language=fact.language)


def _finish(done: LLMResponseEvent) -> Literal["stop", "length"]:
    """What no tool was offered for ends as any other answer."""
    return "length" if done.finish == "length" else "stop"


def _reply_event(said: UserSaidEvent, dialogue: str, reply: Reply) -> ReplyEvent:
    done = reply.response
    assert done is not None  # noqa: S101  (else _answer has raised)
    return ReplyEvent(
        owner=said.owner,
        turn=said.turn,
        revision=said.revision,
        text=reply.text,
        dialogue=dialogue,
        finish=_finish(done),
        model=done.model,
        provider=done.provider,
        queue_ms=done.queue_ms,
        first_token_ms=done.first_token_ms,
        tokens_per_second=done.tokens_per_second,
        prompt_tokens=done.prompt_tokens,
        cached_tokens=done.cached_tokens,
        completion_tokens=done.completion_tokens,
        cost=done.cost,
    )
