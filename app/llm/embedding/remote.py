"""Vectors of a provider's model, or of a server's.

There is nobody to fall back on: vectors of two models never compare, so another model in its place would
find nothing among what is remembered, or the wrong things.  While it is away, words alone are searched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import structlog

from app.kernel.clock import Clock
from app.kernel.errors import RateLimited, SoloError, Unavailable, Unsupported
from app.kernel.tokens import BYTES_PER_TOKEN, estimate_tokens
from app.llm.embedding.port import EmbedderCapabilities, Meter
from app.llm.providers.entries import EmbeddingFacts
from app.llm.remote import RemoteModel, VectorWish
from app.llm.roles.breaker import Breaker
from app.llm.roles.fallback import counts_against, soonest
from app.llm.rows import Rows

log = structlog.get_logger("solo.embedding")

NOTHING = "…"
"""Stands for an empty text, which most refuse."""
LONGEST_ANSWER = 4 * 1024 * 1024
"""Bytes: 16 vectors of 4096 numbers, each with twenty digits, are a third of that."""
DOLLARS_PER = 1_000_000
Vectors = tuple[tuple[float, ...], ...]


class RemoteEmbedder:
    """See the module and `Embedder`. engine: how its provider is asked; facts: of the model; dimensions:
    the length that is wished for, 0: the model's own."""

    def __init__(self, engine: RemoteModel, facts: EmbeddingFacts, dimensions: int, clock: Clock) -> None:
        self._engine = engine
        self._engine.longest_part = LONGEST_ANSWER
        self._facts = facts
        self._wished = dimensions
        self._dimensions = dimensions or facts.dimensions
        self._clock = clock
        self._breaker = Breaker()

    @property
    def capabilities(self) -> EmbedderCapabilities:
        size = f"@{self._wished}" if self._wished else ""
        name = f"{self._engine.remote.provider}:{self._engine.model}{size}"
        return EmbedderCapabilities(name, self._dimensions, self._facts.longest)

    async def load(self) -> None:
        """Connect, and see by one word whether the key is good, the model there, and how long its vectors
        are."""
        await self._engine.open()
        if self._engine.model == "auto":
            await self._engine.asked(self._engine.look)
        self._dimensions = 0
        found = await self._asked(["warm"], query=False)
        if self._wished not in (0, found.dimensions):
            raise Unsupported(
                f"Vectors of {self._engine.model} have {found.dimensions} numbers, no other.",
                hint="Set SOLO_LLM__EMBEDDING__DIMENSIONS=0.",
            )
        self._dimensions = found.dimensions

    async def embed(self, texts: tuple[str, ...], *, query: bool, meter: Meter | None = None) -> Vectors:
        meter = meter or Meter()
        meter.provider, meter.model = self._engine.remote.provider, self._engine.model
        vectors: list[tuple[float, ...]] = []
        for batch in self._batches([self._prepared(text, query=query) for text in texts]):
            found = await self._patiently(batch, query=query)
            tokens = found.tokens or sum(map(estimate_tokens, batch))
            meter.tokens += tokens
            meter.cost += tokens * (self._facts.price or 0.0) / DOLLARS_PER
            vectors += found.vectors
        return tuple(vectors)

    async def close(self) -> None:
        await self._engine.close()

    # -- texts -----------------------------------------------------------------------------------

    def _prepared(self, text: str, *, query: bool) -> str:
        """As the model wants it, and not longer than it takes."""
        prefix = self._facts.query if query else self._facts.passage
        room = self._facts.longest * BYTES_PER_TOKEN - len(prefix)
        cut = text.encode("utf-8", "replace")[: max(room, 1)].decode("utf-8", "ignore")
        return prefix + (cut if cut.strip() else NOTHING)

    def _batches(self, texts: Sequence[str]) -> Iterator[list[str]]:
        """In their order, as many as one request takes."""
        batch: list[str] = []
        tokens = 0
        for text in texts:
            size = estimate_tokens(text)
            if batch and (len(batch) >= self._facts.texts or tokens + size > self._facts.tokens):
                yield batch
                batch, tokens = [], 0
            batch.append(text)
            tokens += size
        if batch:
            yield batch

    # -- asking ----------------------------------------------------------------------------------

    async def _patiently(self, batch: list[str], *, query: bool) -> Rows:
        """A short pause that the provider asks for is kept once; only what was refused is asked again."""
        try:
            return await self._guarded(batch, query=query)
        except RateLimited as error:
            again = soonest({"": error}, None)
            if again is None:
                raise
            await self._clock.sleep(again.after)
        return await self._guarded(batch, query=query)

    async def _guarded(self, batch: list[str], *, query: bool) -> Rows:
        """Not while it has failed again and again."""
        breaker, now = self._breaker, self._clock.monotonic
        if not breaker.ask(now()):
            raise Unavailable(
                f"The embedding model {self.capabilities.model} failed several times and will be tried again "
                "soon; until then only words are searched."
            )
        try:
            found = await self._asked(batch, query=query)
        except SoloError as error:
            if counts_against(error):
                breaker.failed(now(), error.after if isinstance(error, RateLimited) else None)
            log.warning("embedding_failed", model=self._engine.model, code=error.code, reason=error.message)
            raise
        except BaseException:
            breaker.left()
            raise
        breaker.worked()
        return found

    async def _asked(self, batch: list[str], *, query: bool) -> Rows:
        task = self._facts.query_task if query else self._facts.passage_task
        wish = VectorWish(self._wished if self._facts.shortens else 0, task, self._facts.packed)
        found = await self._engine.asked(lambda: self._engine.vectors(batch, wish))
        if self._dimensions and found.dimensions != self._dimensions:
            raise self._engine.failures.not_such()
        return found
