"""How long until Solo listens, and what it holds at rest?

    python -m tests.bench.bench_start [--runs 5] [--model NAME --context N] [--rest 10] [--json FILE]

Starts `solo run --plain` in a data folder of its own, waits for READY, lets it rest, reads the
memory of the process (the dashboard, a process of its own, is off), stops it.  The first start of
all is a warm-up: it fills the page cache and makes the database.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil


def one_start(arguments: list[str], env: dict[str, str], rest: float) -> dict[str, float]:
    """Seconds to READY; megabytes resident (RSS) and private (USS) afterwards; CPU while waiting."""
    began = time.perf_counter()
    process = subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=env
    )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if line.startswith("READY"):
                break
        else:
            raise SystemExit("Solo ended before it was ready; see the log in its data folder")
        ready = time.perf_counter() - began
        time.sleep(rest)
        watched = psutil.Process(process.pid)
        before, at = watched.cpu_times(), time.perf_counter()
        time.sleep(min(5.0, rest))
        after = watched.cpu_times()
        busy = after.user + after.system - before.user - before.system
        memory = watched.memory_full_info()
        return {
            "ready_s": round(ready, 2),
            "rss_mb": round(memory.rss / 1e6),
            "uss_mb": round(memory.uss / 1e6),
            "cpu_percent": round(100 * busy / (time.perf_counter() - at), 1),
        }
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--model", default="qwen2.5-coder-0.5b-instruct")
    parser.add_argument("--context", type=int, default=4096)
    parser.add_argument("--rest", type=float, default=10.0)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        env = dict(os.environ)
        env.pop("PYTHONDONTWRITEBYTECODE", None)  # as on a person's machine: compiled once
        env |= {
            "SOLO_DATA_DIR": f"{folder}/data",
            "SOLO_LOGS_DIR": f"{folder}/logs",
            "SOLO_API__PORT": "0",
            "SOLO_DASHBOARD__AUTOSTART": "false",
            "SOLO_LLM__GENERATION__MODEL": given.model,
            "SOLO_LLM__GENERATION__CONTEXT": str(given.context),
        }
        arguments = [sys.executable, "-m", "app", "run", "--plain"]
        starts = [one_start(arguments, env, given.rest if n else 1.0) for n in range(given.runs + 1)]
    counted = starts[1:]
    result: dict[str, Any] = {"model": given.model, "context": given.context, "starts": counted}
    for key in ("ready_s", "rss_mb", "uss_mb", "cpu_percent"):
        result[f"median_{key}"] = statistics.median(start[key] for start in counted)
    print(json.dumps(result, indent=1))
    if given.json:
        given.json.write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
