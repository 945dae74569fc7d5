"""Remembers what is said and recalls what bears on what is asked.

Owns RecallEvent and ForgetEvent. What a turn said becomes rows at once; their vectors come in the
background, a few at a time, so that nobody who asks has to wait. Until a vector is there, and
whenever embeddings or the index are away, the text index finds the line.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

import anyio
import numpy as np
import structlog
from anyio.abc import TaskGroup

from app.config.memory import MemorySettings
from app.db.engine import Database
from app.events.base import Answer
from app.events.dialogue import TurnEndedEvent
from app.events.llm import EmbeddedEvent, EmbedEvent
from app.events.memory import ForgetEvent, ForgottenEvent, Memory, RecalledEvent, RecallEvent
from app.events.system import ServiceStateEvent
from app.events.voice import ReplySpokenEvent
from app.kernel.errors import SoloError, Unavailable
from app.kernel.lifecycle import Ready
from app.kernel.runtime import Runtime
from app.memory.embedder import Embedder
from app.memory.recall import Found, Ranked, fit, rank
from app.memory.slot import IndexSlot
from app.memory.store import Said, Store

log = structlog.get_logger("solo.memory")

BY_WORDS, BY_MEANING = 100, 300
"""Lines that each list may bring; by meaning more, since whoever asks often has asked it before, and
nothing is nearer to a question than itself."""
MISSED = 200
"""Messages caught up with at once."""
RECALLS_AT_ONCE = 16


@dataclass(slots=True)
class _Lists:
    """What has been found so far; a list that was not ready in time is empty."""

    by_words: list[Found] = field(default_factory=list[Found])
    by_meaning: list[Found] = field(default_factory=list[Found])


class MemoryService:
    """See the module. patience: seconds that readiness may wait for the embedding model, for a single
    command that asks at once and never again."""

    def __init__(
        self,
        runtime: Runtime,
        settings: MemorySettings,
        database: Database,
        slot: IndexSlot,
        *,
        patience: float = 0.0,
    ) -> None:
        self._bus = runtime.bus
        self._clock = runtime.clock
        self._pool = runtime.pool
        self._settings = settings
        self._store = Store(database, runtime.clock)
        self._slot = slot
        self._embedder = Embedder(runtime, self._store, slot)
        self._patience = patience
        self._group: TaskGroup | None = None
        self._deleted: set[tuple[str, str]] = set()
        """(owner, dialogue): what ended in these and is told only now is not to be remembered."""

    async def run(self, ready: Ready) -> None:
        bus = self._bus
        with bus.subscribe(TurnEndedEvent, ReplySpokenEvent, name="memory") as facts:
            async with (
                anyio.create_task_group() as group,
                bus.serve(RecallEvent, self._recall, name="memory", limit=RECALLS_AT_ONCE),
                bus.serve(ForgetEvent, self._forget, name="memory"),
            ):
                self._group = group
                await self._catch_up()
                group.start_soon(self._embedder.run)
                if self._patience:
                    await self._wait_for_vectors()
                ready()
                async for fact in facts:
                    await self._remember(fact)

    async def _wait_for_vectors(self) -> None:
        with self._bus.subscribe(ServiceStateEvent, name="memory:start") as states:
            async with anyio.create_task_group() as group:

                async def known() -> None:
                    await self._slot.known()
                    group.cancel_scope.cancel()

                group.start_soon(known)
                with anyio.move_on_after(self._patience):
                    async for state in states:
                        if state.service == "embedding" and state.state == "degraded":
                            break
                group.cancel_scope.cancel()

    # -- remembering ---------------------------------------------------------------------------

    async def _catch_up(self) -> None:
        """Keep what the history has and memory has not: Solo ended before it could."""
        while missed := await self._store.missed(MISSED):
            await self._store.add(missed)
            self._embedder.wake()
            log.info("memories_caught_up", count=len(missed))

    async def _remember(self, fact: TurnEndedEvent | ReplySpokenEvent) -> None:
        try:
            if isinstance(fact, TurnEndedEvent) and fact.skill and fact.turn is not None:
                # "It's ten past six" is not true tomorrow.
                await self._store.pass_over(fact.owner, fact.turn)
            elif isinstance(fact, TurnEndedEvent):
                await self._store.add(self._said(fact))
                if (fact.owner, fact.dialogue) in self._deleted:  # while this was on its way
                    await self._drop(fact.owner, (), fact.dialogue)
            elif fact.turn is not None and fact.unheard:
                await self._correct(fact, fact.turn)
        except SoloError as error:
            # The history has the words: the next start catches up.
            log.error("not_remembered", turn=fact.turn, code=error.code)
        if not (isinstance(fact, TurnEndedEvent) and fact.channel == "voice"):
            self._embedder.wake()  # what is spoken is written before it is heard: the voice goes first

    def _said(self, ended: TurnEndedEvent) -> list[Said]:
        if ended.turn is None:
            return []
        now = self._clock.now()
        said = [Said(ended.owner, ended.turn, ended.dialogue, "user", ended.user_text, now)]
        if ended.finish in ("stop", "length"):
            said.append(Said(ended.owner, ended.turn, ended.dialogue, "assistant", ended.reply_text, now))
        return said

    async def _correct(self, spoken: ReplySpokenEvent, turn: str) -> None:
        """Solo said only what was heard of it."""
        ids = await self._store.of_turn(spoken.owner, turn, "assistant")
        async with self._slot.changing:
            await self._slot.remove(spoken.owner, await self._store.forget(spoken.owner, ids))

    # -- forgetting ----------------------------------------------------------------------------

    async def _forget(self, asked: ForgetEvent) -> AsyncGenerator[Answer, None]:
        if asked.dialogue:
            self._deleted.add((asked.owner, asked.dialogue))
        count = await self._drop(asked.owner, asked.ids, asked.dialogue)
        log.info("memories_forgotten", count=count)
        yield ForgottenEvent(owner=asked.owner, turn=asked.turn, count=count)

    async def _drop(self, owner: str, ids: Sequence[str], dialogue: str) -> int:
        """Take these out, and all of the dialogue; how many there were."""
        gone: list[str] = []
        with anyio.CancelScope(shield=True):
            async with self._slot.changing:
                more = await self._store.of_dialogue(owner, dialogue) if dialogue else []
                gone = await self._store.forget(owner, [*ids, *more])
                await self._slot.remove(owner, gone)
        return len(gone)

    # -- recalling -----------------------------------------------------------------------------

    async def _recall(self, asked: RecallEvent) -> AsyncGenerator[Answer, None]:
        began = self._clock.monotonic()
        lists = await self._search(asked)
        # Some milliseconds of pure computing: not on the loop, where audio is waiting.
        kept = await self._pool.run(_best, asked, lists, self._slot.floor)
        yield RecalledEvent(
            owner=asked.owner,
            turn=asked.turn,
            revision=asked.revision,
            memories=tuple(
                Memory(
                    id=found.line.id,
                    text=found.line.text,
                    created_at=found.line.created_at.isoformat(),
                    score=round(found.score, 4),
                    speaker=found.line.speaker,
                )
                for found in kept
            ),
            took_ms=1000 * (self._clock.monotonic() - began),
            index=self._slot.name,
        )

    async def _search(self, asked: RecallEvent) -> _Lists:
        """Both searches side by side, for as long as there is time."""
        if self._group is None:
            raise Unavailable("Memory is stopping.")
        lists, done = _Lists(), [anyio.Event(), anyio.Event()]
        # In the service's own tasks: a search that comes too late ends in peace, and is not heard.
        self._group.start_soon(self._by_words, asked, lists, done[0])
        self._group.start_soon(self._by_meaning, asked, lists, done[1])
        seconds = None if asked.budget_ms is None else asked.budget_ms / 1000
        with anyio.move_on_after(seconds) as limit:
            for event in done:
                await event.wait()
        if limit.cancelled_caught:
            log.info("recall_cut_short", turn=asked.turn, words=len(lists.by_words))
        return _Lists(list(lists.by_words), list(lists.by_meaning))

    async def _by_words(self, asked: RecallEvent, lists: _Lists, done: anyio.Event) -> None:
        try:
            lists.by_words = await self._store.by_words(asked.owner, asked.query, BY_WORDS)
        except SoloError as error:
            log.warning("text_search_failed", turn=asked.turn, code=error.code)
        finally:
            done.set()

    async def _by_meaning(self, asked: RecallEvent, lists: _Lists, done: anyio.Event) -> None:
        try:
            if self._slot.model is None:
                return
            request = EmbedEvent(owner=asked.owner, turn=asked.turn, texts=(asked.query,), query=True)
            embedded = await self._bus.request(request, EmbeddedEvent)
            if embedded.model != self._slot.model:
                return
            vector = np.asarray(embedded.vectors[0], np.float32)
            hits = await self._slot.search(asked.owner, vector, BY_MEANING)
            lists.by_meaning = await self._store.by_hits(asked.owner, hits)
        except SoloError as error:
            log.info("vector_search_failed", turn=asked.turn, code=error.code)
        finally:
            done.set()


def _best(asked: RecallEvent, lists: _Lists, floor: float) -> list[Ranked]:
    ranked = rank(
        asked.query,
        lists.by_words,
        lists.by_meaning,
        floor=floor,
        exclude_turns=asked.exclude_turns,
        loose=asked.loose,
    )
    return fit(ranked, asked.budget_tokens, asked.limit)
