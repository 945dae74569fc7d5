"""Which memories come into a prompt: pure ranking.

Two lists, one by words (FTS5's bm25) and one by meaning (vectors), are fused by reciprocal rank.
What tells comes before what merely asks: "what is my sister's name?" asked twenty times must not
crowd out "my sister's name is Ada". Of lines that say the same the newest stays; of lines that fit
equally well the newest comes first. What has nothing to do with the question stays out: every line
in a prompt makes the person wait longer.

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
from app.memory.words import content, is_question, key, strong, words

RANK_OFFSET = 20
"""k of the fusion; smaller than the usual 60, for lists of a few hundred."""
PHRASES = 1.0
"""What the neighbours of the query (two words in a row) that a line holds too may add to its score,
as a multiple of what being the first in both lists gives."""
QUESTION, ASSISTANT = 0.3, 0.5
"""What is left of the score of a question, and of what Solo itself said: a model that is shown its own
guesses as memories repeats them."""
SHARED = 0.5
"""The part of the telling words of a query that a line must share when its meaning is not near."""
NEAR_BEST = 0.3
"""Lines that reach less than this part of the best one's score stay out."""

POOL = 64
"""Lines among which the final order is made; more than any prompt takes."""


@dataclass(frozen=True, slots=True)
class Found:
    """A line that one of the lists holds. similarity: cosine with the query, None where unknown."""

    id: str
    text: str
    speaker: Literal["user", "assistant"]
    turn: str
    created_at: datetime
    similarity: float | None = None


@dataclass(frozen=True, slots=True)
class Ranked:
    """A line and how well it fits (0 to 1)."""

    line: Found
    score: float


@dataclass(frozen=True, slots=True)
class _Read:
    """A line and what its words are, worked out once."""

    line: Found
    key: tuple[str, ...]
    asks: bool
    telling: set[str]
    pairs: set[tuple[str, str]]

    @classmethod
    def of(cls, line: Found, *, alone: bool) -> _Read:
        """alone: it stands for itself, whatever says the same."""
        text = line.text
        return cls(line, (line.id,) if alone else key(text), is_question(text), strong(text), _pairs(text))

    @property
    def weight(self) -> float:
        asked = QUESTION if self.asks else 1.0
        return asked * (ASSISTANT if self.line.speaker == "assistant" else 1.0)


def rank(
    query: str,
    by_words: Sequence[Found],
    by_meaning: Sequence[Found],
    *,
    floor: float = 0.0,
    exclude_turns: Collection[str] = (),
    loose: bool = False,
) -> list[Ranked]:
    """The lines of both lists (each best first) that bear on the query, best first.

    floor: the similarity that texts without relation reach too. Left out: what `exclude_turns`
    said, repetitions, and the query itself asked before. loose: for a person who searches; of
    that only `exclude_turns` is left out.
    """
    lines = {line.id: line for line in (*by_words, *by_meaning) if line.turn not in exclude_turns}
    read = {id_: _Read.of(line, alone=loose) for id_, line in lines.items()}
    chosen = _distinct(read.values(), set() if loose else set(content(query)))
    orders = [[read[line.id].key for line in found if line.id in read] for found in (by_words, by_meaning)]
    scores = _fused(chosen, orders)
    telling, pairs = strong(query), _pairs(query)
    ranked = [
        Ranked(
            one.line,
            one.weight * (scores[same] + PHRASES * _part(pairs, one.pairs)) / (1 + PHRASES),
        )
        for same, one in chosen.items()
        if loose or (one.line.similarity or 0.0) > floor or _part(telling, one.telling) >= SHARED
    ]
    # Equal scores to the precision of a place in a list: the newest first.
    ranked.sort(key=lambda found: (round(found.score, 3), found.line.created_at), reverse=True)
    if loose:
        return ranked
    near = [found for found in ranked if found.score >= NEAR_BEST * ranked[0].score]
    return _spread(near[:POOL])


def _distinct(lines: Iterable[_Read], asked: set[str]) -> dict[tuple[str, ...], _Read]:
    """Of lines that say the same the newest, without questions that ask nothing but the query."""
    chosen: dict[tuple[str, ...], _Read] = {}
    for one in lines:
        if one.asks and asked.issuperset(one.key):
            continue
        other = chosen.get(one.key)
        if other is None or one.line.created_at > other.line.created_at:
            chosen[one.key] = one
    return chosen


def _spread(ranked: Sequence[Ranked]) -> list[Ranked]:
    """Each next line is the best by what it adds to those before it: "call my sister on Monday", on
    Tuesday, on Friday … must not fill the prompt.

    Source: Carbonell, Goldstein, "The use of MMR, diversity-based reranking for reordering documents
    and producing summaries", SIGIR 1998.
    """
    left = {place: set(content(found.line.text)) for place, found in enumerate(ranked)}
    worth = [found.score for found in ranked]
    spread: list[Ranked] = []
    while left:
        best = max(left, key=lambda place: (worth[place], -place))
        picked = left.pop(best)
        spread.append(Ranked(ranked[best].line, worth[best]))
        for place, has in left.items():
            shared = len(picked & has)
            adds = 1 - shared / (len(picked) + len(has) - shared)
            worth[place] = min(worth[place], ranked[place].score * adds)
    return spread


def _fused(
    chosen: dict[tuple[str, ...], _Read], orders: Sequence[Sequence[tuple[str, ...]]]
) -> dict[tuple[str, ...], float]:
    """For each line 1 when it is first in all lists. Questions take no place from what tells."""
    scores = dict.fromkeys(chosen, 0.0)
    for order in orders:
        places = {True: 0, False: 0}
        for same in dict.fromkeys(order):
            if same in chosen:
                asks = chosen[same].asks
                scores[same] += RANK_OFFSET / (RANK_OFFSET + places[asks]) / len(orders)
                places[asks] += 1
    return scores


def _pairs(text: str) -> set[tuple[str, str]]:
    return set(pairwise(words(text)))


def _part(wanted: set[tuple[str, str]] | set[str], there: set[tuple[str, str]] | set[str]) -> float:
    return len(wanted & there) / len(wanted) if wanted else 0.0


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
