"""A conversation that is longer than the window: whole turns fall out at its beginning, and a few lines say
what they were about.  A rule file.

Where it is cut depends only on what came before the cut and on how far beyond the window it has grown, in
large steps: a conversation that grows message by message keeps the same beginning for many turns, and with
it the engine's KV prefix.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

from app.events.llm import ChatMessage
from app.kernel.tokens import estimate_tokens

MESSAGE_TOKENS: Final = 8
"""What a chat template may add around a message."""
STEP: Final = 0.5
"""The part of the window that is made free at once."""
GIST_SHARE: Final = 8
"""An eighth of the window may go to what is said about the turns that fell out."""
_GIST_LINE: Final = 120
_EARLIER: Final = "(What we said before, in short:"

Count = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Fitted:
    """messages: what is sent; fallen: the turns that are not; fits: whether it is within the window now
    (the last turn always stays)."""

    messages: tuple[ChatMessage, ...]
    fallen: tuple[ChatMessage, ...] = field(default=())
    fits: bool = True


def fit(
    messages: Sequence[ChatMessage],
    budget: int,
    *,
    summary: str | None = None,
    count: Count = estimate_tokens,
) -> Fitted:
    """As many whole turns from the end as `budget` tokens take, behind what the model is told first.

    A turn is a message of the user and all up to the next. summary: what fell out, in words; None: the
    first words of each thing the user said (`gist`); empty: nothing is said about it.
    """
    lead, turns = split(messages)
    sizes = [_tokens(turn, count) for turn in turns]
    left = budget - _tokens(lead, count)
    if sum(sizes) <= left or len(turns) < 2:
        return Fitted(tuple(messages), fits=sum(sizes) <= left)
    room = left // GIST_SHARE if summary is None else count(summary) if summary else 0
    kept_from = _cut(sizes, max(0, left - room - MESSAGE_TOKENS))
    fallen = tuple(message for turn in turns[:kept_from] for message in turn)
    words = gist(fallen, room, count) if summary is None else summary
    kept = [message for turn in turns[kept_from:] for message in turn]
    if words:
        first = kept[0].model_copy(update={"content": f"{_EARLIER}\n{words})\n\n{kept[0].content}"})
        kept[0] = first
    made = (*lead, *kept)
    return Fitted(made, fallen, _tokens(made, count) <= budget)


def split(messages: Sequence[ChatMessage]) -> tuple[list[ChatMessage], list[list[ChatMessage]]]:
    """What the model is told at the beginning, and the turns."""
    lead: list[ChatMessage] = []
    turns: list[list[ChatMessage]] = []
    for message in messages:
        if message.role == "system" and not turns:
            lead.append(message)
        elif message.role == "user" or not turns:
            turns.append([message])
        else:
            turns[-1].append(message)
    return lead, turns


def gist(fallen: Sequence[ChatMessage], budget: int, count: Count = estimate_tokens) -> str:
    """What the user spoke of, a line each, the latest that fit into `budget` tokens."""
    lines: list[str] = []
    left = budget
    for message in reversed(fallen):
        if message.role != "user":
            continue
        line = f"- {_short(message.content)}"
        left -= count(line) + 1
        if left < 0:
            break
        lines.append(line)
    return "\n".join(reversed(lines))


def _short(text: str) -> str:
    """The end of a long message is what it asks for."""
    last = text.rpartition("\n\n")[2]
    words = " ".join(last.split())
    return words if len(words) <= _GIST_LINE else words[: _GIST_LINE - 1].rstrip() + "…"


def _cut(sizes: Sequence[int], room: int) -> int:
    """The first turn that stays: what goes is a multiple of the step, then up to the end of a turn."""
    step = max(1, int(room * STEP))
    beyond = sum(sizes) - room
    gone = step * max(1, -(-beyond // step))
    ends = list(accumulate(sizes))
    return min(next((at + 1 for at, end in enumerate(ends) if end >= gone), len(sizes)), len(sizes) - 1)


def _tokens(messages: Sequence[ChatMessage], count: Count) -> int:
    return sum(
        count(message.content) + sum(count(call.arguments) for call in message.tool_calls) + MESSAGE_TOKENS
        for message in messages
    )
