"""Which memories come into a prompt: pure ranking.

Two lists, one by words (FTS5's bm25) and one by meaning (vectors), are fused by reciprocal rank.
What tells comes before what merely asks: "what is my sister's name?" asked twenty times must not
crowd out "my sister's name is Ada". Of lines that say the same the newest stays; of lines that fit
equally well the newest comes first.

Source of the fusion: Cormack, Clarke, Büttcher, "Reciprocal rank fusion outperforms Condorcet and
individual rank learning methods", SIGIR 2009.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Literal

from app.kernel.tokens import estimate_tokens
from app.memory.words import content, is_question, key, words

RANK_OFFSET = 20
"""k of the fusion; smaller than the usual 60, for lists of a hundred."""
PHRASES = 1.0
"""What the neighbours of the query (two words in a row) that a line holds too may add to its score,
as a multiple of the best rank."""
QUESTION, ASSISTANT = 0.4, 0.7
"""What is left of the score of a question, and of what Solo itself said."""


@dataclass(frozen=True, slots=True)
class Found:
    """A line that one of the lists holds."""

    id: str
    text: str
    speaker: Literal["user", "assistant"]
    turn: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Ranked:
    """A line and how well it fits (0 to about 1)."""

    line: Found
    score: float


def rank(
    query: str, by_words: Sequence[Found], by_meaning: Sequence[Found], exclude_turns: Collection[str] = ()
) -> list[Ranked]:
    """All lines of both lists (each best first), best first, without near-duplicates, without what
    those turns said, and without the query itself asked before."""
    lines = {line.id: line for line in (*by_words, *by_meaning) if line.turn not in exclude_turns}
    scores = dict.fromkeys(lines, 0.0)
    for found in (by_words, by_meaning):
        for place, line in enumerate(found):
            if line.id in scores:
                scores[line.id] += 1 / (RANK_OFFSET + place)
    pairs = _pairs(query)
    best = 2 / RANK_OFFSET
    ranked = [
        Ranked(
            line, _weight(line) * (scores[id_] / best + PHRASES * _phrases(pairs, line.text)) / (1 + PHRASES)
        )
        for id_, line in lines.items()
    ]
    # Equal scores to the precision of a place in a list: the newest first.
    ranked.sort(key=lambda found: (round(found.score, 3), found.line.created_at), reverse=True)
    return _distinct(query, ranked)


def _weight(line: Found) -> float:
    asked = QUESTION if is_question(line.text) else 1.0
    return asked * (ASSISTANT if line.speaker == "assistant" else 1.0)


def _pairs(text: str) -> set[tuple[str, str]]:
    return set(pairwise(words(text)))


def _phrases(pairs: set[tuple[str, str]], text: str) -> float:
    """The part of the query's neighbouring words that the text has as neighbours too."""
    return len(pairs & _pairs(text)) / len(pairs) if pairs else 0.0


def _distinct(query: str, ranked: Iterable[Ranked]) -> list[Ranked]:
    asked = set(content(query))
    newest: dict[tuple[str, ...], Ranked] = {}
    order: list[tuple[str, ...]] = []
    for found in ranked:
        same = key(found.line.text)
        if is_question(found.line.text) and set(same) <= asked:
            continue  # it was asked before; that tells nothing
        if same not in newest:
            order.append(same)
            newest[same] = found
        elif found.line.created_at > newest[same].line.created_at:
            newest[same] = Ranked(found.line, newest[same].score)
    return [newest[same] for same in order]


def fit(ranked: Iterable[Ranked], budget_tokens: int | None, limit: int) -> list[Ranked]:
    """The best that fit together; one that is too long is passed over for shorter ones."""
    kept: list[Ranked] = []
    left = budget_tokens
    for found in ranked:
        if len(kept) == limit:
            break
        if left is not None:
            # Two more for the dash and the end of the line that it stands in.
            cost = estimate_tokens(found.line.text) + 2
            if cost > left:
                continue
            left -= cost
        kept.append(found)
    return kept
