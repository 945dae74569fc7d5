"""The work of `solo models quantize`, in a process of its own: C code that runs for minutes can only be
called off by ending its process.

    quantizer.py quantize IN OUT TYPE THREADS   the library's log goes to standard output, line by line
    quantizer.py perplexity FILE TEXT           prints how surprised the model is by the text

Run by path, so it imports nothing of Solo's.
"""

from __future__ import annotations

import ctypes
import json
import math
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

WINDOW = 256
"""Tokens that are read at a time; the logits of each are kept."""
WARM = 16
"""The first tokens of a window have nothing before them that they could follow from."""


def types(library: Any) -> dict[str, int]:
    """Every type that the library offers: Q4_K_M → its number."""
    found: dict[str, int] = {}
    for name in dir(library):
        plain = name.removeprefix("LLAMA_FTYPE_").removeprefix("MOSTLY_").removeprefix("ALL_")
        if name.startswith("LLAMA_FTYPE_") and plain != "GUESSED":
            found[plain] = int(getattr(library, name))
    return found


def quantize(library: Any, source: str, target: str, kind: str, threads: int) -> int:
    """0 when all went well. The library says how far it is."""

    def say(level: int, text: bytes, data: object) -> None:
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()

    told = library.llama_log_callback(say)
    library.llama_log_set(told, None)
    params = library.llama_model_quantize_default_params()
    params.ftype = types(library)[kind]
    params.nthread = threads
    params.allow_requantize = True
    done = library.llama_model_quantize(source.encode(), target.encode(), ctypes.byref(params))
    sys.stdout.buffer.flush()
    return int(done)


def perplexity(library: Any, file: str, text: str) -> float:
    """e to the mean surprise of the model at each next token of the text."""
    import numpy as np

    model = library.Llama(
        model_path=file, n_ctx=WINDOW, n_batch=WINDOW, n_ubatch=WINDOW, logits_all=True, verbose=False
    )
    tokens = model.tokenize(text.encode(), add_bos=False)
    surprise, counted = 0.0, 0
    for start in range(0, len(tokens) - 1, WINDOW):
        window = tokens[start : start + WINDOW]
        if len(window) <= WARM + 1:
            break
        model.reset()
        model.eval(window)
        scores = np.asarray(model.scores[WARM : len(window) - 1], dtype=np.float64)
        scores -= scores.max(axis=1, keepdims=True)
        sums = np.log(np.exp(scores).sum(axis=1))
        following = np.asarray(window[WARM + 1 :])
        surprise += float((sums - scores[np.arange(len(following)), following]).sum())
        counted += len(following)
    model.close()
    return math.exp(surprise / counted) if counted else math.nan


def main() -> int:
    """What was asked for on the command line."""
    task, *words = sys.argv[1:]
    library = import_module("llama_cpp")
    if task == "types":
        print(json.dumps(types(library)))
        return 0
    if task == "quantize":
        source, target, kind, threads = words
        return quantize(library, source, target, kind, int(threads))
    file, text = words
    print(json.dumps({"perplexity": perplexity(library, file, Path(text).read_text(encoding="utf-8"))}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
