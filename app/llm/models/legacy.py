"""Runs llama.cpp's script for files of before GGUF, in a process of its own.

    legacy.py SCRIPTS [options of convert_llama_ggml_to_gguf.py]

The script hands the writer shapes in numbers; the writer that comes with it takes those of raw data for
bytes, and would divide them once more.  Here it is told to take them as they are.  Run by path, so it
imports nothing of Solo's.
"""

from __future__ import annotations

import runpy
import sys
from importlib import import_module
from pathlib import Path
from typing import Any


def main() -> None:
    """Stand in for the script."""
    scripts = Path(sys.argv[1])
    sys.path.insert(0, str(scripts / "gguf-py"))
    writer: Any = import_module("gguf.gguf_writer")
    writer.quant_shape_from_byte_shape = lambda shape, kind: shape  # pyright: ignore[reportUnknownLambdaType]
    script = scripts / "convert_llama_ggml_to_gguf.py"
    sys.argv = [str(script), *sys.argv[2:]]
    runpy.run_path(str(script), run_name="__main__")


if __name__ == "__main__":
    main()
