"""By how much is the estimate of a model's memory off?

    python -m tests.bench.bench_models_memory [--contexts 2048,4096] [--slots 1,3] [--json FILE] [MODEL …]

Loads each model in a process of its own, as Solo's engine does (xllamacpp, batches of 64), fills the
whole window once, and compares the memory of that process (RSS) with what admission reckons with.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from app.llm.models.admission import Wanted
from app.llm.models.inventory import Inventory
from tests.conftest import MODELS

CHILD = """
import sys, os
import psutil, xllamacpp
path, context, slots = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
params = xllamacpp.CommonParams()
params.model.path = path
params.n_parallel, params.n_ctx = slots, context * slots
params.n_batch = params.n_ubatch = 64
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
params.cache_ram_mib, params.verbosity, params.ui = 0, -1, False
params.hostnames = ["127.0.0.1"]
server = xllamacpp.Server(params)
loaded = psutil.Process().memory_info().rss
for slot in range(slots):
    server.handle_chat_completions(
        {
            "messages": [{"role": "user", "content": "word " * 600}],
            "max_tokens": 8,
            "id_slot": slot,
            "stream": True,
        },
        lambda chunk: False,
    )
info = psutil.Process().memory_full_info()
print("RSS", loaded, info.rss, info.uss, flush=True)
os._exit(0)
"""


def measured(path: Path, context: int, slots: int) -> tuple[int, int]:
    """Bytes resident once loaded, and after each slot has read 600 words."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(path), str(context), str(slots)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    line = next((line for line in done.stdout.splitlines() if line.startswith("RSS")), "")
    if not line:
        raise SystemExit(done.stderr[-2000:])
    _, loaded, after, _ = line.split()
    return int(loaded), int(after)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", type=Path)
    parser.add_argument("--contexts", default="4096")
    parser.add_argument("--slots", default="1,3")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    folders = sorted({path.parent for path in given.models}) or [MODELS]
    inventory = Inventory(folders)
    rows: list[dict[str, object]] = []
    for entry in inventory.models(read=True):
        if given.models and entry.path not in given.models:
            continue
        for context in map(int, given.contexts.split(",")):
            for slots in map(int, given.slots.split(",")):
                said = Wanted(entry.name, entry.facts.shape, context, slots).takes().total
                loaded, real = measured(entry.path, context, slots)
                off = 100 * (said - real) / real
                rows.append(
                    {
                        "model": entry.name,
                        "context": context,
                        "slots": slots,
                        "estimate_mb": said // 10**6,
                        "loaded_mb": loaded // 10**6,
                        "rss_mb": real // 10**6,
                        "off_percent": round(off, 1),
                    }
                )
                print(json.dumps(rows[-1]), flush=True)
    if given.json:
        given.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
