"""How quickly a model reads and writes on this machine, asked through the same port as everything else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass

from app.events.llm import ChatMessage
from app.llm.port import Finished, Generation, LanguageModel, Piece

WORDS = (
    "The harbour town wakes before the sun does. Boats come in with herring, gulls quarrel over what falls, "
    "and the baker on the corner carries out the first loaves while it is still dark. "
)
QUESTION = "Tell a long story about what happens next."


@dataclass(frozen=True, slots=True)
class Figures:
    """Tokens a second, and milliseconds. read: tokens of the prompt; written: of the answer."""

    read: int
    reading: float
    first_token_ms: float
    written: int
    writing: float


async def measure(
    model: LanguageModel, now: Callable[[], float], *, read: int = 512, write: int = 64, run: int = 0
) -> Figures:
    """One reading of about `read` tokens that the model does not hold yet, and one answer of `write`.

    now: seconds, monotonic. run: another number makes another prompt. Raises what generating raises.
    """
    text = f"Part {run}. " + WORDS * max(1, round(read / 38)) + QUESTION
    request = Generation(
        messages=(ChatMessage(role="user", content=text),),
        max_tokens=write,
        temperature=0.0,
        dialogue=f"bench-{run}",
    )
    began = now()
    first = last = 0.0
    pieces = 0
    end = Finished("length")
    async with aclosing(model.generate(request)) as steps:
        async for step in steps:
            if isinstance(step, Piece):
                last = now()
                first = first or last
                pieces += 1
            elif isinstance(step, Finished):
                end = step
    written = end.completion_tokens or pieces
    waited, took = max(first - began, 1e-9), max(last - first, 1e-9)
    evaluated = max(0, end.prompt_tokens - end.cached_tokens)
    return Figures(
        read=evaluated,
        reading=evaluated / waited,
        first_token_ms=waited * 1000,
        written=written,
        writing=(written - 1) / took if pieces > 1 else 0.0,
    )
