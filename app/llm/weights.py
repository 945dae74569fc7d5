"""From the model that a setting names to a file that may be given to C++ code."""

from __future__ import annotations

import os
from pathlib import Path

import psutil

from app.assets.choose import default_llm
from app.assets.gguf import check_gguf
from app.assets.locate import locate
from app.kernel.errors import NotFound
from app.llm.spec import EngineSpec

WHAT = "language model"
SMALLEST = "qwen2.5-coder-0.5b-instruct"


def find_weights(spec: EngineSpec) -> tuple[str, Path]:
    """Name and file of the model; the file has been looked at: it is a whole GGUF.

    Reads the disk: call it in a thread. Raises NotFound, BrokenFile.
    """
    name = spec.model
    if name == "auto":
        name, path = _best(spec.models_dir)
    else:
        path = locate(spec.models_dir, name, what=WHAT)
    check_gguf(path)
    return (path.stem if Path(name).suffix == ".gguf" else name), path


def _best(models_dir: Path) -> tuple[str, Path]:
    """The best that fits this machine, or the small one where only that has been pulled."""
    best = default_llm(psutil.virtual_memory().total, os.cpu_count() or 1)
    try:
        return best, locate(models_dir, best, what=WHAT)
    except NotFound:
        try:
            return SMALLEST, locate(models_dir, SMALLEST, what=WHAT)
        except NotFound:
            pass
        raise
