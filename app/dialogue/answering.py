"""The language model's part of a turn: it answers, has tools called, and answers from what they say.

A tool that changes something runs once the turn is committed, and not before.  What the model says that
it did is held against what was really done before it is told; where nothing shows it, the model is made
to call a tool, or the person hears that it was not done.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

import structlog

from app.config.settings import Settings
from app.dialogue.acting.consent import Asked, Consents, verdict
from app.dialogue.acting.evidence import evidence_of
from app.dialogue.acting.tools import Tools
from app.dialogue.claims.filter import ClaimFilter
from app.dialogue.claims.honesty import honest
from app.dialogue.context import Line
from app.dialogue.preparation import Preparation, Prepared
from app.dialogue.record import Record
from app.dialogue.steps import Step, is_call, messages_of, numbered, step_of, was_called
from app.events.base import Answer
from app.events.dialogue import ReplyDeltaEvent, ReplyStepEvent, UserSaidEvent
from app.events.llm import LLMRequestEvent, LLMResponseEvent, LLMTokenEvent, ToolCall
from app.events.tools import Tool, ToolResultEvent
from app.kernel.errors import Unavailable
from app.kernel.runtime import Runtime
from app.sayings.languages import sayings

log = structlog.get_logger("solo.dialogue")

MOST_CALLS = 16
"""Of one answer; a model that wants more has lost its way."""
CHARACTERS_A_TOKEN = 3


@dataclass(slots=True)
class _Turn:
    """What is known of a turn while it is answered. asked: the person is asked back; corrected: the model
    was already made to act instead of saying that it did; anew: what is said next begins a sentence."""

    said: UserSaidEvent
    dialogue: str
    record: Record
    prepared: Prepared
    lines: Sequence[Line]
    responses: list[LLMResponseEvent] = field(default_factory=list[LLMResponseEvent])
    corrected: bool = False
    asked: bool = False
    anew: bool = False
    known: dict[str, Tool] = field(default_factory=dict[str, Tool])

    @property
    def steps(self) -> list[Step]:
        """What tools did in it."""
        return self.record.reply.steps

    @property
    def tainted(self) -> bool:
        """Words of others are in it."""
        return any(step.outside for step in self.steps)

    def calls_before(self) -> int:
        """In all that the model is shown."""
        return sum(len(line.steps) for line in self.lines) + len(self.steps)

    def did(self, calls: int) -> bool:
        """One of the last calls has changed something."""
        return any(step.ok and step.effects != "none" for step in self.steps[-calls:])

    def room(self) -> int:
        """Characters that the next result may have."""
        used = sum(len(step.text) for step in self.steps)
        return max(200, self.prepared.room * CHARACTERS_A_TOKEN - used)


class Answering:
    """See the module."""

    def __init__(self, runtime: Runtime, settings: Settings) -> None:
        self._bus = runtime.bus
        self._settings = settings.tools
        self._checks = settings.dialogue.check_claims
        self._tools = Tools(runtime.bus, settings.tools)
        self._consents = Consents(runtime.clock, settings.tools.confirm_seconds)
        self._model = "unknown"
        """Who answered last: an answer that is cut off by us has no end that says it."""
        self.prepare = Preparation(runtime, settings, self._tools)

    def is_reply(self, said: UserSaidEvent, dialogue: str, text: str) -> bool:
        """Does this answer what Solo asked before it does something?"""
        return (
            self._consents.open(said.owner, dialogue) is not None and verdict(text, said.language) != "other"
        )

    def over(self, owner: str, dialogue: str, turn: str) -> None:
        """A turn was committed and is over."""
        self._consents.settle(owner, dialogue, turn)

    async def answer(
        self, said: UserSaidEvent, dialogue: str, record: Record, lines: Sequence[Line]
    ) -> AsyncGenerator[Answer, None]:
        """The pieces of the reply, and its response in the record. Raises what the model raises."""
        prepared = await self.prepare(said, record.text, list(lines), record.window_start)
        record.sent_as(prepared.sent, prepared.tokens, prepared.prompt.start)
        start = prepared.prompt.start
        shown = [line for line in lines if line.sequence >= start]
        turn = _Turn(said, dialogue, record, prepared, shown)
        turn.known = {tool.name: tool for tool in prepared.tools}
        await record.begin()
        asked = self._consents.open(said.owner, dialogue)
        answered = verdict(record.text, said.language) if asked is not None else "other"
        if asked is not None and answered == "no":
            yield self._say(turn, sayings(said.language).consent.refused)
        else:
            if asked is not None and answered == "yes":
                async for step in self._do(turn, asked):
                    yield step
            async with aclosing(self._rounds(turn)) as pieces:
                async for piece in pieces:
                    yield piece
        record.reply.response = self._response(turn)
        record.reply.finish = "length" if record.reply.response.finish == "length" else "stop"

    # -- rounds --------------------------------------------------------------------------------

    async def _rounds(self, turn: _Turn) -> AsyncGenerator[Answer, None]:
        choice, offered = "auto", True
        for left in range(self._settings.rounds, -1, -1):
            turn.anew = True
            offered = offered and left > 0
            filter_ = ClaimFilter(
                evidence_of(turn.lines, turn.steps),
                language=turn.said.language or "en",
                asked=turn.record.text,
            )
            calls: tuple[ToolCall, ...] = ()
            async with aclosing(self._once(turn, filter_, choice if offered else "none")) as pieces:
                async for piece in pieces:
                    if isinstance(piece, LLMResponseEvent):
                        calls = piece.tool_calls if offered else ()
                    else:
                        yield piece
            if filter_.claim:
                turn.anew = True
                log.info("claim_withheld", turn=turn.said.turn, corrected=turn.corrected)
                if left and turn.prepared.tools and not turn.corrected:
                    turn.corrected, choice = True, "required"
                    continue
                yield self._say(turn, honest(filter_.claim, turn.said.language or "en"))
                return
            if not calls and turn.anew and offered and turn.prepared.tools and not turn.steps:
                offered = False  # it said nothing; without tools it may
                continue
            if not calls:
                break
            choice = "auto"
            fresh = [call for call in calls[:MOST_CALLS] if not was_called(turn.steps, call)]
            if not fresh:
                # A small model calls what it has called; without tools it answers from what they said.
                offered = False
                continue
            async for step in self._call(turn, fresh):
                yield step
            if turn.asked:
                return
            # A small model that has done it does it again, and names the timer this time.
            offered = not (turn.responses[-1].local and turn.did(len(fresh)))
        if not turn.record.reply.text.strip() and turn.steps:
            # A small model has nothing to add to what a tool said.
            done = turn.steps[-1]
            yield self._say(turn, done.text if done.ok else sayings(turn.said.language).excuses.failed)

    async def _once(self, turn: _Turn, filter_: ClaimFilter, choice: str) -> AsyncGenerator[Answer, None]:
        """One answer of the model, as far as it may be told; its LLMResponseEvent last, unless it was left
        in the middle of a claim."""
        request = self._request(turn, choice)
        async with self._bus.ask(request) as answers:
            async for answer in answers:
                if isinstance(answer, LLMTokenEvent):
                    if turn.anew and is_call(answer.text):
                        continue  # of a tool that there is not: nothing that a person should hear
                    text = filter_.feed(answer.text) if self._checks else answer.text
                    if text:
                        yield self._say(turn, text)
                    if filter_.claim:
                        return
                    await turn.record.begin()  # it may have been committed meanwhile
                elif isinstance(answer, LLMResponseEvent):
                    turn.responses.append(answer)
                    self._model = answer.model
                    if rest := filter_.finish() if self._checks else "":
                        yield self._say(turn, rest)
                    yield answer
                    return
        raise Unavailable("The language model ended without an answer.")

    def _request(self, turn: _Turn, choice: str) -> LLMRequestEvent:
        said, wanted = turn.said, turn.said.options
        tools = turn.prepared.specs() if choice != "none" else ()
        return LLMRequestEvent(
            owner=said.owner,
            turn=said.turn,
            revision=said.revision,
            messages=(*turn.prepared.prompt.messages, *messages_of(turn.steps)),
            priority="voice" if said.channel == "voice" else "chat",
            dialogue=turn.dialogue,
            role=wanted.role,
            model=wanted.model,
            max_tokens=wanted.max_tokens,
            temperature=wanted.temperature,
            seed=wanted.seed,
            sampling=wanted.sampling,
            tools=tools,
            tool_choice=choice if tools else "auto",
            cached=False,  # a dialogue that is deleted must be gone, and nobody wants the same talk twice
        )

    def _say(self, turn: _Turn, text: str) -> ReplyDeltaEvent:
        """Tell a piece of the reply."""
        reply, said = turn.record.reply, turn.said
        if turn.anew:
            text = f" {text.lstrip()}" if reply.text.strip() and not reply.text[-1].isspace() else text
            turn.anew = False
        reply.text += text
        return ReplyDeltaEvent(owner=said.owner, turn=said.turn, revision=said.revision, text=text)

    # -- tools ---------------------------------------------------------------------------------

    async def _call(self, turn: _Turn, calls: Sequence[ToolCall]) -> AsyncGenerator[Answer, None]:
        """Carry out what the model called."""
        before = turn.calls_before()
        named = [numbered(call, before + place) for place, call in enumerate(calls)]
        if not all(self._may_be_early(turn, call) for call in named):
            await turn.record.committed()
        for call in named:
            yield self._step(turn, call.name)
        results = await self._tools.call(turn.said, named, tainted=turn.tainted)
        number = turn.steps[-1].round + 1 if turn.steps else 0
        for call, result in zip(named, results, strict=True):
            tool = turn.known.get(call.name)
            turn.steps.append(step_of(number, call, tool, result, turn.room()))
            yield self._step(turn, call.name, result)
            if result.question and not turn.asked:
                turn.asked = True
                self._consents.ask(
                    turn.said.owner, turn.dialogue, turn.said.turn or "", call, tool, result.ticket
                )
                turn.anew = True
                yield self._say(turn, result.question)

    def _may_be_early(self, turn: _Turn, call: ToolCall) -> bool:
        """What only reads, and in Solo's own house, may be done while the person may yet go on."""
        tool = turn.known.get(call.name)
        return tool is not None and tool.effects == "none" and not (tool.outside or tool.confirm)

    async def _do(self, turn: _Turn, asked: Asked) -> AsyncGenerator[Answer, None]:
        """Carry out what the person said yes to."""
        await turn.record.committed()
        call = numbered(asked.call, turn.calls_before())
        if asked.tool is not None:
            turn.known[call.name] = asked.tool
        yield self._step(turn, call.name)
        result = await self._tools.one(turn.said, call, ticket=asked.ticket)
        turn.steps.append(step_of(0, call, asked.tool, result, turn.room()))
        yield self._step(turn, call.name, result)

    def _step(self, turn: _Turn, tool: str, result: ToolResultEvent | None = None) -> ReplyStepEvent:
        said = turn.said
        return ReplyStepEvent(
            owner=said.owner,
            turn=said.turn,
            revision=said.revision,
            tool=tool,
            done=result is not None,
            ok=result is None or result.ok,
            asks=result is not None and bool(result.ticket),
        )

    # -- the end -------------------------------------------------------------------------------

    def _response(self, turn: _Turn) -> LLMResponseEvent:
        """What all answers of the turn came to."""
        text, done = turn.record.reply.text, turn.responses
        if not done:
            return LLMResponseEvent(text=text, finish="stop", model=self._model)
        return done[-1].model_copy(
            update={
                "text": text,
                "prompt_tokens": sum(one.prompt_tokens for one in done),
                "cached_tokens": sum(one.cached_tokens for one in done),
                "completion_tokens": sum(one.completion_tokens for one in done),
                "cost": sum(one.cost for one in done),
                "queue_ms": sum(one.queue_ms for one in done),
                "first_token_ms": done[0].first_token_ms,
            }
        )
