"""Between what was said and what the model is given: recalling, counting, cutting to size.

Nothing here may keep an answer from being given: without memory it goes on without memories,
without a counter it estimates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import anyio
import structlog

from app.config.settings import Settings
from app.dialogue.acting.tools import Tools
from app.dialogue.context import (
    MESSAGE_TOKENS,
    Line,
    Prompt,
    Remembered,
    compose,
    interrupted,
    prompt,
    window,
    within,
)
from app.dialogue.steps import spec_of
from app.dialogue.tongue import answer_in
from app.events.dialogue import UserSaidEvent
from app.events.llm import CountTokensEvent, TokenCountEvent, ToolSpec
from app.events.memory import RecalledEvent, RecallEvent
from app.events.tools import Tool
from app.kernel.errors import SoloError, TooLarge
from app.kernel.runtime import Runtime
from app.kernel.tokens import estimate_tokens

log = structlog.get_logger("solo.dialogue")

COUNT_SECONDS = 0.25
"""A counter that needs longer is busy; an estimate will do."""
GRACE_SECONDS = 0.1
"""What recall may overrun its own time limit by before nobody waits for it any more."""
FAR = 3
"""Times that a prompt fits into the context: then an estimate of it will do."""
LINES_RECALLED = 24
REPLY_SHARE = 4
"""A quarter of the context is kept for the reply, unless less is allowed anyway."""
TOOLS_SHARE = 3
"""Of what is free at most a third goes to telling the model of tools."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is sent: the prompt, and of it the person's message with its estimated tokens; the tools that
    may be called, and about how many tokens their results may have together."""

    prompt: Prompt
    sent: str
    tokens: int
    tools: tuple[Tool, ...] = ()
    room: int = 0

    def specs(self) -> tuple[ToolSpec, ...]:
        """The tools as the model is told of them."""
        return tuple(map(spec_of, self.tools))


class Preparation:
    """Makes the prompt of a turn. It changes nothing, so it may be thrown away."""

    def __init__(self, runtime: Runtime, settings: Settings, tools: Tools) -> None:
        self._bus = runtime.bus
        self._tools = tools
        self._memory = settings.memory
        self._role = settings.llm.generation
        self._prompts = settings.llm.prompts
        self._known: dict[str, int] = {}
        """Tokens that each model takes, as it said itself."""

    async def __call__(self, said: UserSaidEvent, content: str, lines: list[Line], start: int) -> Prepared:
        """The prompt for `content`, said behind `lines`. start: where the window began at the last
        turn. Raises TooLarge."""
        memories: list[Remembered] = []
        counts: list[int] = []
        tools: list[Tool] = []
        told = self._told(said)
        shown = [line for line in lines if line.sequence >= start]

        async def recall() -> None:
            memories.extend(await self._recall(said, content, lines, start))

        async def count() -> None:
            counts.extend(await self._count(said, (told, content), lines))

        async def list_tools() -> None:
            tools.extend(await self._tools.fitting(said, content, called_last(shown)))

        async with anyio.create_task_group() as group:
            group.start_soon(recall)
            group.start_soon(count)
            group.start_soon(list_tools)
        system, words, context = counts
        note = answer_in(said.language, shown)
        text = compose(content, memories, cut=interrupted(lines), note=note)
        tokens = words + estimate_tokens(text) - estimate_tokens(content)
        left = (
            context - self._reserve(context, said.options.max_tokens) - system - tokens - 3 * MESSAGE_TOKENS
        )
        while tools and sum(map(_cost, tools)) > left // TOOLS_SHARE:
            tools.pop()
        left -= sum(map(_cost, tools))
        if left < 0:
            raise TooLarge(
                f"That is about {tokens:,} tokens; the model takes {context:,} in all.",
                hint="Say it in parts, or raise SOLO_LLM__GENERATION__CONTEXT.",
            )
        start = window(lines, start, left)
        made = prompt(told, lines, text, start=start, budget=left)
        room = max(0, left - sum(estimate_tokens(message.content) for message in made.messages[1:]))
        return Prepared(made, text, tokens, tuple(tools), room)

    def _told(self, said: UserSaidEvent) -> str:
        """What the model is told about itself."""
        if said.options.system is not None:
            return said.options.system
        return self._prompts.system(self._role.system_prompt, channel=said.channel, owner=said.owner)

    def _reserve(self, context: int, most: int | None) -> int:
        return min(self._role.max_tokens if most is None else most, context // REPLY_SHARE)

    async def _recall(
        self, said: UserSaidEvent, content: str, lines: list[Line], start: int
    ) -> list[Remembered]:
        settings = self._memory
        if not (said.recall and settings.enabled and settings.recall_tokens):
            return []
        if self._bus.owner_of(RecallEvent) is None:
            return []
        turns = {other.turn: None for other in lines if other.sequence >= start}
        request = RecallEvent(
            owner=said.owner,
            turn=said.turn,
            revision=said.revision,
            query=content,
            budget_tokens=settings.recall_tokens,
            budget_ms=settings.recall_ms,
            limit=LINES_RECALLED,
            exclude_turns=(*turns, said.turn or ""),
        )
        try:
            found = await self._bus.request(
                request, RecalledEvent, timeout=settings.recall_ms / 1000 + GRACE_SECONDS
            )
        except SoloError as error:
            log.warning("recall_failed", turn=said.turn, code=error.code)
            return []
        memories = [Remembered(memory.text, memory.speaker) for memory in found.memories]
        return within(memories, settings.recall_tokens)

    async def _count(self, said: UserSaidEvent, texts: tuple[str, ...], lines: list[Line]) -> tuple[int, ...]:
        """Tokens of each text, then those of the context."""
        estimates = (*map(estimate_tokens, texts), self._role.context)
        model = said.options.model
        known = self._known.get(model, 0)
        if known and FAR * (sum(estimates[:-1]) + sum(line.tokens for line in lines)) < known:
            return (*estimates[:-1], known)
        request = CountTokensEvent(
            owner=said.owner, turn=said.turn, revision=said.revision, texts=texts, model=model
        )
        try:
            found = await self._bus.request(request, TokenCountEvent, timeout=COUNT_SECONDS)
        except SoloError:
            return estimates
        self._known[model] = found.context
        return (*found.counts, found.context)


def called_last(lines: Sequence[Line]) -> tuple[str, ...]:
    """What worked in the last turn: "and in Berlin?" means it again."""
    last = lines[-1].steps if lines else ()
    return tuple(dict.fromkeys(step.call.name for step in last if step.ok or step.asked))


def _cost(tool: Tool) -> int:
    """About so many tokens the model is told of it in."""
    return estimate_tokens(f"{tool.name}{tool.description}{tool.parameters}") + MESSAGE_TOKENS
