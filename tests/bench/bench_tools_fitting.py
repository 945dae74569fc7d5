"""Which tools are offered for what is said: with words and vectors, and with words alone.

    python -m tests.bench.bench_tools_fitting [--words] [--show]

Solo's own tools and ten of a household; right: the one that is wanted is among those offered, and nothing is
offered where nothing is wanted. `--show` prints what went wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from app.config.settings import Settings
from app.events.tools import Tool
from app.kernel.runtime import Runtime
from app.llm.embedding.table import build
from app.skills.tools.fitting import Profile, fitting
from app.skills.tools.plugged import house
from app.skills.tools.surroundings import Surroundings
from tests.conftest import MODELS
from tests.toolsentences import HELD_NONE, HELD_WANTED, NONE, OTHERS, WANTED

LIMIT = 6
Near = dict[str, dict[str, float]]
Wanting = Sequence[tuple[str, str]]
ALL = (*(said for said, _ in (*WANTED, *HELD_WANTED)), *NONE, *HELD_NONE)


def everything() -> list[tuple[Tool, Profile]]:
    """Solo's own tools and the household's, with their words."""
    own = house(Surroundings(Runtime.new(), Settings(data_dir=Path("data")))).tools()
    return [(tool, Profile.of(tool)) for tool in (*own, *OTHERS)]


async def embedded(tools: list[tuple[Tool, Profile]]) -> tuple[Near, float]:
    """Cosines of every sentence with every tool, and what a sentence takes in milliseconds (median)."""
    engine = build(Settings().llm.embedding, MODELS)
    await engine.load()
    texts = [profile.text for _, profile in tools]
    vectors = np.asarray(await engine.embed(tuple(texts), query=False))
    near: Near = {}
    took: list[float] = []
    for sentence in ALL:
        began = time.perf_counter()
        (query,) = await engine.embed((sentence,), query=True)
        took.append(1000 * (time.perf_counter() - began))
        near[sentence] = dict(zip(texts, (vectors @ np.asarray(query)).tolist(), strict=True))
    await engine.close()
    return near, statistics.median(took)


def judged(
    tools: list[tuple[Tool, Profile]], near: Near | None, wanting: Wanting, none: Sequence[str]
) -> tuple[list[str], list[str], float]:
    """What was missed, what was offered for nothing, and how many were offered where one was wanted."""
    missed: list[str] = []
    counts: list[int] = []
    for said, wanted in wanting:
        found = [tool.name for tool in fitting(said, tools, LIMIT, near=near and near[said])]
        counts.append(len(found))
        if wanted not in found:
            missed.append(f"{said} → {found}, not {wanted}")
    answers = [(said, fitting(said, tools, LIMIT, near=near and near[said])) for said in none]
    offered = [f"{said} → {[tool.name for tool in found]}" for said, found in answers if found]
    return missed, offered, statistics.mean(counts)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", action="store_true", help="without vectors")
    parser.add_argument("--show", action="store_true", help="print what went wrong")
    chosen = parser.parse_args()
    tools = everything()
    near: Near | None = None
    if not chosen.words:
        near, took = await embedded(tools)
        print(f"a sentence into a vector: {took:.1f} ms (median)")
    began = time.perf_counter()
    for name, wanting, none in (("chosen by", WANTED, NONE), ("held out", HELD_WANTED, HELD_NONE)):
        for how, given in (("words and vectors", near), ("words alone", None)):
            if how == "words and vectors" and near is None:
                continue
            missed, offered, mean = judged(tools, given, wanting, none)
            right, quiet = len(wanting) - len(missed), len(none) - len(offered)
            print(
                f"{name}, {how}: the wanted one offered {right}/{len(wanting)} ({mean:.1f} tools each), ",
                end="",
            )
            print(f"nothing offered where none is wanted {quiet}/{len(none)}")
            if chosen.show:
                print("\n".join(f"    {line}" for line in (*missed, *offered)))
    each = 1000 * (time.perf_counter() - began) / (len(ALL) * (1 if chosen.words else 2))
    print(f"choosing: {each:.2f} ms each")


if __name__ == "__main__":
    asyncio.run(main())
