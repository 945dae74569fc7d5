"""From a Hugging Face checkpoint, or a model file of the time before GGUF, to GGUF.

llama.cpp's own scripts do it, in a process of its own.  Only safetensors are read, never pickles: the
script is shown a folder of links to the files that carry no code, and it cannot reach the network.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from app.assets import space
from app.assets.converter import CHECKPOINT, quiet_environment
from app.assets.gguf import read_whole
from app.kernel.errors import BadInput, BrokenFile, MissingExtra, NotFound, Unsupported

OUT_TYPES = ("auto", "f32", "f16", "bf16", "q8_0", "tq1_0", "tq2_0")
HARMLESS = (".safetensors", ".json", ".model", ".txt", ".jinja", ".tiktoken")
LARGEST_CONFIG = 4 << 20
LEGACY = Path(__file__).with_name("legacy.py")
SLACK = 4096
"""Bytes that may lie between two tensors."""
NEEDED = ("torch", "transformers", "sentencepiece")
_MAGICS = {b"lmgg", b"fmgg", b"tjgg"}
_STEP = re.compile(rb"(\d{1,3})%\|")

Told = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Legacy:
    """What a file of before GGUF does not say of itself: the context that it was made for, the epsilon of
    its norms (1e-6 for Llama 1, 1e-5 for Llama 2), and how many heads share a key."""

    context: int = 2048
    epsilon: float = 5e-6
    shared: int = 1


def kind_of(source: Path) -> Literal["checkpoint", "legacy"]:
    """What there is to convert. Raises NotFound, BadInput with what is wrong."""
    if source.is_dir():
        _check_folder(source)
        return "checkpoint"
    if not source.is_file():
        raise NotFound(f"There is no file or folder {source}.")
    with source.open("rb") as file:
        magic = file.read(4)
    if magic == b"GGUF":
        raise BadInput(f"{source} is in GGUF already.", hint="To make it smaller: solo models quantize")
    if magic not in _MAGICS:
        raise BadInput(
            f"{source} is no model that can be converted.",
            hint="Give the folder of a Hugging Face checkpoint with safetensors, or a GGML file.",
        )
    return "legacy"


def convert(
    source: Path,
    target: Path,
    scripts: Path,
    told: Told,
    *,
    kind: str = "auto",
    legacy: Legacy | None = None,
    python: str = sys.executable,
) -> Path:
    """Write the model as GGUF; blocks for minutes. Ctrl-C leaves nothing half done.

    scripts: llama.cpp's (app/assets/converter.py). kind: of OUT_TYPES, for a checkpoint. python: one that
    has torch and transformers, for a checkpoint. Raises BadInput, NotFound, MissingExtra, NoSpace,
    Unsupported (the script will not), BrokenFile.
    """
    what = kind_of(source)
    _check_target(target, kind)
    if what == "checkpoint":
        _check_packages(python)
    space.require(target.parent, _size(source), target.name)
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".convert-") as work:
        if what == "checkpoint":
            shown = _shown(source, Path(work) / source.resolve().name)
            words = [str(scripts / CHECKPOINT), str(shown), "--outfile", str(partial), "--outtype", kind]
        else:
            words = [*_legacy_words(scripts, source, legacy or Legacy()), "--output", str(partial)]
        try:
            _run([python, *words], Path(work), source, told)
            _check_made(partial, source)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
    return target


def _check_made(made: Path, source: Path) -> None:
    """BrokenFile unless its tensors fill it: a script that got their shapes wrong leaves gaps."""
    header, tensors = read_whole(made)
    gaps = tensors.end - tensors.start - tensors.size
    if not tensors.size or gaps > SLACK * header.tensors:
        raise BrokenFile(
            f"What llama.cpp's script made of {source} is no whole model, and was thrown away.",
            hint="Its version may not know this model.",
        )


def _legacy_words(scripts: Path, source: Path, legacy: Legacy) -> list[str]:
    return [
        *("-P", str(LEGACY), str(scripts), "--input", str(source)),
        *("--context-length", str(legacy.context)),
        *("--eps", str(legacy.epsilon), "--gqa", str(legacy.shared)),
    ]


def _check_folder(folder: Path) -> None:
    config = folder / "config.json"
    try:
        if config.stat().st_size > LARGEST_CONFIG:
            raise BadInput(f"{config} is far too large for what it should be.")
        read: Any = json.loads(config.read_text("utf-8"))
    except FileNotFoundError:
        raise BadInput(f"{folder} is no checkpoint: it has no config.json.") from None
    except (OSError, ValueError, RecursionError):
        raise BadInput(f"{config} cannot be read.") from None
    if not isinstance(read, dict) or not read.get("architectures"):
        raise BadInput(f"{config} does not say which architecture the model has.")
    if not any(folder.glob("model*.safetensors")):
        raise BadInput(
            f"{folder} has no safetensors, and pickled weights are not opened: they can run any code.",
            hint="Take a checkpoint with model*.safetensors.",
        )


def _check_target(target: Path, kind: str) -> None:
    if kind not in OUT_TYPES:
        raise BadInput(f"There is no type {kind} to convert to.", hint=f"There are: {', '.join(OUT_TYPES)}.")
    if target.suffix != ".gguf":
        raise BadInput(f"{target} does not end in .gguf.")
    if target.exists():
        raise BadInput(f"{target} is there already.", hint="Give another name, or take it away first.")
    if not target.parent.is_dir():
        raise BadInput(f"There is no folder {target.parent}.")


def _check_packages(python: str) -> None:
    look = (
        "import importlib.util as u, sys; print(' '.join(n for n in sys.argv[1:] if u.find_spec(n) is None))"
    )
    try:
        done = subprocess.run(  # noqa: S603  (the Python that the person named)
            [python, "-c", look, *NEEDED], capture_output=True, text=True, check=False, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        raise BadInput(f"{python} is no Python that can be started.") from None
    if done.returncode or done.stdout.strip():
        absent = done.stdout.split() or NEEDED
        raise MissingExtra(
            f"To convert a checkpoint needs {', '.join(absent)}, which {python} does not have.",
            hint="Have Solo's own extra (./scripts/setup_dev.sh --extra transformers, and torch by pip), or "
            "name another Python that has them with --python.",
        )


def _size(source: Path) -> int:
    files = source.glob("*.safetensors") if source.is_dir() else [source]
    return sum(path.stat().st_size for path in files)


def _shown(source: Path, place: Path) -> Path:
    """A folder with links to those files that carry no code."""
    place.mkdir()
    for path in sorted(source.iterdir()):
        if path.is_file() and path.suffix in HARMLESS:
            _link(path.resolve(), place / path.name)
    return place


def _link(path: Path, place: Path) -> None:
    try:
        place.symlink_to(path)
    except OSError:  # Windows asks for a right that not everybody has
        try:
            place.hardlink_to(path)
        except OSError:
            shutil.copy2(path, place)


def _run(words: list[str], work: Path, source: Path, told: Told) -> None:
    lines: list[bytes] = []
    log = work / "log.txt"
    told("converting", 0, 100)
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  (llama.cpp's script, compared by its hash)
            words,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=quiet_environment(work / "home"),
            start_new_session=True,  # Ctrl-C reaches Solo alone, which then ends the script in good order
        )
        try:
            while True:
                try:
                    process.wait(0.2)
                    break
                except subprocess.TimeoutExpired:
                    found = _STEP.findall(_tail(log))
                    told("converting", int(found[-1]) if found else 0, 100)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
    lines = _tail(log).splitlines()
    if process.returncode:
        why = _why([line.decode("utf-8", "replace").strip() for line in lines])
        raise (BrokenFile if "Error" in why else Unsupported)(
            f"llama.cpp's script could not convert {source}: {why[:200]}"
        )
    told("converting", 100, 100)


def _tail(log: Path) -> bytes:
    with log.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 4096))
        return file.read()


def _why(lines: list[str]) -> str:
    told = [line for line in lines if line]
    named = [line for line in told if "not supported" in line or "Error" in line]
    return (named or told or ["it said nothing."])[-1].removeprefix("ERROR:hf-to-gguf:")
