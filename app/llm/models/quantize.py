"""From one GGUF to a smaller one, through llama.cpp, with a look at what it has become.

The work is done by quantizer.py in a process of its own.  What is half done lies beside its place under a
hidden name, and goes there only when it is whole; called off, nothing is left of it.
"""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from app.assets import space
from app.assets.gguf import check_gguf
from app.kernel.errors import BadInput, BrokenFile, MissingExtra, Unsupported
from app.llm.models.entry import Entry
from app.llm.models.quantizations import BITS, NEED_IMPORTANCE

WORKER = Path(__file__).with_name("quantizer.py")
SAMPLE = Path(__file__).with_name("sample.txt")
WORST = 10.0
"""So many times as surprised by plain English as before, a model is broken."""
_STEP = re.compile(rb"\[\s*(\d+)/\s*(\d+)\]")

Told = Callable[[str, int, int], None]
"""What is being done, how many parts of it are, of how many."""


@dataclass(frozen=True, slots=True)
class Quantized:
    """What came of it. before, after: perplexity on a small text; None: it was not looked at."""

    path: Path
    kind: str
    size: int
    was: int
    before: float | None
    after: float | None


def kinds() -> list[str]:
    """Every type that the installed library offers and can make by itself, largest first.

    Raises MissingExtra.
    """
    done = subprocess.run(_command("types"), capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise Unsupported("llama-cpp-python does not load here.", hint="Look at it with: solo doctor")
    names = [name for name in json.loads(done.stdout) if name not in NEED_IMPORTANCE]
    return sorted(names, key=lambda name: -BITS.get(name, 0.0))


def quantize(
    entry: Entry, target: Path, kind: str, told: Told, *, threads: int = 0, check: bool = True
) -> Quantized:
    """Write the model in another type; blocks for minutes. Ctrl-C leaves nothing half done.

    Raises BadInput (type, or the place), MissingExtra, NoSpace, Unsupported (the library will not),
    BrokenFile (what came of it cannot be used, and is gone again).
    """
    kind = kind.upper()
    _accepted(entry, target, kind)
    wanted = int(entry.facts.parameters * BITS.get(kind, 32.0) / 8 * 1.15)
    space.require(target.parent, min(wanted, 4 * entry.size), f"{entry.name} in {kind}")
    before = _perplexity(entry.path, told, "reading as it was") if check else None
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        _run(entry.path, partial, kind, threads, told)
        check_gguf(partial)
        after = _perplexity(partial, told, "reading as it is now") if check else None
        if before is not None and not _bearable(before, after):
            raise BrokenFile(
                f"In {kind} the model is broken: its perplexity went from {before:.1f} to {after:.1f}.",
                hint="Take a type with more bits, or begin with a file of more bits.",
            )
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return Quantized(target, kind, target.stat().st_size, entry.size, before, after)


def _bearable(before: float, after: float | None) -> bool:
    return after is not None and math.isfinite(after) and after < WORST * before


def _accepted(entry: Entry, target: Path, kind: str) -> None:
    if entry.broken:
        raise BrokenFile(entry.broken)
    if kind in NEED_IMPORTANCE:
        raise Unsupported(
            f"{kind} can only be made with an importance matrix, which Solo does not make.",
            hint="Take Q3_K_S or more, or pull a file that somebody made with one.",
        )
    offered = kinds()
    if kind not in offered:
        raise BadInput(f"There is no type {kind}.", hint=f"There are: {', '.join(offered)}.")
    if target.suffix != ".gguf":
        raise BadInput(f"{target} does not end in .gguf.")
    if target.exists():
        raise BadInput(f"{target} is there already.", hint="Give another name, or take it away first.")
    if not target.parent.is_dir():
        raise BadInput(f"There is no folder {target.parent}.")


def _command(*words: str) -> list[str]:
    if find_spec("llama_cpp") is None:
        raise MissingExtra(
            "To quantize needs the package llama-cpp-python, which is not installed.",
            hint="Build and install it: ./scripts/setup_dev.sh --extra llama-cpp",
        )
    return [sys.executable, "-P", str(WORKER), *words]


def _run(source: Path, partial: Path, kind: str, threads: int, told: Told) -> None:
    words = _command("quantize", str(source), str(partial), kind, str(threads))
    lines: list[bytes] = []
    with _started(words) as (process, output):
        for line in output:
            lines = [*lines[-40:], line]
            step = _STEP.search(line)
            if step:
                told("quantizing", int(step[1]), int(step[2]))
        code = process.wait()
    if code:
        text = b"".join(lines).decode("utf-8", "replace")
        why = re.findall(r"failed to quantize: (.+)", text) or text.strip().splitlines()[-1:] or ["?"]
        raise Unsupported(f"llama.cpp did not make {kind} of {source.name}: {why[-1].strip()[:200]}.")


def _perplexity(path: Path, told: Told, doing: str) -> float:
    told(doing, 0, 1)
    with _started(_command("perplexity", str(path), str(SAMPLE))) as (process, output):
        text = output.read()
        code = process.wait()
    if code:
        raise BrokenFile(f"llama.cpp cannot load {path.name}.", hint="Look at it with: solo models verify")
    told(doing, 1, 1)
    return float(json.loads(text.decode().strip().splitlines()[-1])["perplexity"])


@contextmanager
def _started(words: list[str]) -> Generator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    """The worker, ended when it is left early."""
    process = subprocess.Popen(  # noqa: S603  (our own worker)
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C reaches Solo alone, which then ends the worker in good order
    )
    if process.stdout is None:
        raise AssertionError
    try:
        with process.stdout as output:
            yield process, output
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
