"""`solo models bench`: how quickly a model reads and writes here, and what it takes."""

from __future__ import annotations

import statistics
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import output

if TYPE_CHECKING:
    from app.llm.models.bench import Figures
    from app.llm.spec import EngineSpec

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def bench(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="Names of language models.")],
    read: Annotated[int, typer.Option("--read", min=16, max=65536, help="Tokens to read, about.")] = 512,
    write: Annotated[int, typer.Option("--write", min=2, max=4096, help="Tokens to write.")] = 64,
    runs: Annotated[int, typer.Option("--runs", min=1, max=50, help="How often; the median counts.")] = 3,
    json: Json = False,
) -> None:
    """Measure how quickly models read and write on this machine, and the memory that they take."""
    import anyio

    from app.cli.modelfiles import inventory_of
    from app.llm.residence import is_file, settled
    from app.llm.spec import EngineSpec
    from app.llm.weights import find

    settings = output.settings_of(context)
    role = settings.llm.generation
    found: list[dict[str, Any]] = []
    for name in dict.fromkeys(names):
        spec = EngineSpec.of_role(settings.llm, role, settings.models_dir, settings.offline)
        spec = replace(spec, model=name)
        if is_file(spec):  # its own threads and layers, as Solo would load it
            spec = settled(spec, find(spec, inventory_of(settings)), settings.llm)
        spec = replace(spec, slots=1, context=max(spec.context, read + write + 256))
        found.append(anyio.run(_measured, spec, read, write, runs))
    if json:
        output.print_json(found)
        return
    rows = [
        (
            one["model"],
            f"{one['reading']:.0f}",
            f"{one['first_token_ms']:.0f} ms",
            f"{one['writing']:.1f}",
            f"{one['memory'] / 1e6:.0f} MB",
            f"{one['load_ms']:.0f} ms",
        )
        for one in found
    ]
    output.table("", ("model", "reads/s", "first token", "writes/s", "memory", "load"), rows)
    output.console().print(f"tokens; reading {found[0]['read']} of them", markup=False)


async def _measured(spec: EngineSpec, read: int, write: int, runs: int) -> dict[str, Any]:
    import psutil

    from app.kernel.clock import SystemClock
    from app.llm.engines.table import build
    from app.llm.models.bench import measure

    now, process = SystemClock().monotonic, psutil.Process()
    before = process.memory_info().rss
    engine = build(spec)
    try:
        began = now()
        await engine.load()
        loaded = now() - began
        figures = [await measure(engine, now, read=read, write=write, run=run) for run in range(runs)]
        memory = process.memory_info().rss - before
        name = engine.capabilities.model
    finally:
        await engine.close()
    return {
        "model": name,
        "engine": engine.name,
        "load_ms": round(loaded * 1000, 1),
        "memory": memory,
        **_median(figures),
    }


def _median(figures: list[Figures]) -> dict[str, float]:
    every = [asdict(one) for one in figures]
    return {name: round(statistics.median(one[name] for one in every), 2) for name in every[0]}
