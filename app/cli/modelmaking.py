"""`solo models quantize` and `convert`: making model files out of others."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import output

if TYPE_CHECKING:
    from app.config.settings import Settings
    from app.llm.models.entry import Entry

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def quantize(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="IN", help="Name of a model, or a .gguf file.")],
    target: Annotated[Path | None, typer.Argument(metavar="[OUT]", help="The .gguf file to write.")] = None,
    kind: Annotated[str, typer.Option("--type", "-t", help="Q4_K_M, Q8_0 …: solo models types.")] = "Q4_K_M",
    threads: Annotated[int, typer.Option("--threads", min=0, max=256, help="0: all cores.")] = 0,
    check: Annotated[bool, typer.Option(help="Compare its perplexity with what it was before.")] = True,
    json: Json = False,
) -> None:
    """Write a model with fewer bits a number, and look at what that did to it."""
    from app.assets.space import human
    from app.cli.modelfiles import entry_of
    from app.llm.models.quantize import quantize as make

    settings = output.settings_of(context)
    entry = entry_of(settings, source)
    place = target or _place(settings, entry, kind)
    done = make(entry, place, kind, _Progress(quiet=json).told, threads=threads, check=check)
    if json:
        output.print_json(asdict(done))
        return
    screen = output.console()
    screen.print(f"{done.path}: {done.kind}, {human(done.size)} (it had {human(done.was)})", markup=False)
    if done.before is not None and done.after is not None:
        change = 100 * (done.after / done.before - 1)
        screen.print(f"perplexity: {done.before:.2f} before, {done.after:.2f} now ({change:+.1f} %)")


def types(json: Json = False) -> None:
    """List the types that the installed library can quantize to, with the bits that a number takes."""
    from app.llm.models.quantizations import BITS
    from app.llm.models.quantize import kinds

    found = kinds()
    if json:
        output.print_json({name: BITS.get(name) for name in found})
    else:
        output.table("", ("type", "bits"), [(name, f"{BITS.get(name, 0):.2f}") for name in found])


def convert(
    context: typer.Context,
    source: Annotated[
        Path, typer.Argument(metavar="IN", help="Folder of a Hugging Face checkpoint, or a GGML file.")
    ],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="The .gguf file to write.")],
    kind: Annotated[
        str, typer.Option("--type", "-t", help="auto, f32, f16, bf16, q8_0, tq1_0, tq2_0.")
    ] = "auto",
    python: Annotated[
        str,
        typer.Option("--python", metavar="PATH", help="A Python with torch and transformers; else Solo's."),
    ] = "",
    window: Annotated[int, typer.Option("--context", min=1, help="GGML: what it was made for.")] = 2048,
    epsilon: Annotated[float, typer.Option("--epsilon", help="GGML: 1e-6 Llama 1, 1e-5 Llama 2.")] = 5e-6,
    shared: Annotated[int, typer.Option("--gqa", min=1, help="GGML: heads that share a key.")] = 1,
    json: Json = False,
) -> None:
    """Make a GGUF of a Hugging Face checkpoint (safetensors) or a GGML file, by llama.cpp's own scripts."""
    from app.assets.converter import converter
    from app.assets.space import human
    from app.llm.models.convert import Legacy, kind_of
    from app.llm.models.convert import convert as make

    settings = output.settings_of(context)
    kind_of(source)
    progress = _Progress(quiet=json)
    scripts = converter(settings.cache_dir, offline=settings.offline)
    legacy = Legacy(window, epsilon, shared)
    done = make(
        source, target, scripts, progress.told, kind=kind, legacy=legacy, python=python or sys.executable
    )
    size = done.stat().st_size
    if json:
        output.print_json({"path": done, "size": size})
    else:
        output.console().print(f"{done}: {human(size)}. Look at it: solo models info {done}", markup=False)


def _place(settings: Settings, entry: Entry, kind: str) -> Path:
    """Where a model goes when nobody says: beside the others, with its new type in the name."""
    old = entry.facts.quantization
    stem = entry.name
    if old and stem.lower().endswith(old.lower()):
        stem = stem[: -len(old)].rstrip("-_.")
    folder = settings.models_dir / "llm"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{stem}-{kind.lower()}.gguf"


class _Progress:
    """A line on standard error, written over in a terminal."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._shown = ""

    def told(self, doing: str, done: int, of: int) -> None:
        percent = 100 * done // max(1, of)
        line = f"{doing}: {percent} %"
        live = sys.stderr.isatty()
        if self._quiet or line == self._shown or (not live and percent % 25):
            return
        self._shown = line
        sys.stderr.write(f"\r\033[K{line}" if live else f"{line}\n")
        if live and done == of:
            sys.stderr.write("\r\033[K")
        sys.stderr.flush()
