"""How long does it take to list 500 model files?

    python -m tests.bench.bench_models_list [--files 500] [--words 151936] [--runs 5] [--json FILE]

Makes that many headers with a real-sized vocabulary in a temporary folder (the tensors behind them are
holes that take no room), and lists them in fresh processes: cold with no notes of an earlier look and
the files put out of the system's memory, warm with both.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

CHILD = """
import sys, time
from pathlib import Path
from app.llm.models.inventory import Inventory
began = time.perf_counter()
found = Inventory([Path(sys.argv[1])], Path(sys.argv[2])).models()
print(len(found), time.perf_counter() - began, sum(not one.broken for one in found))
"""


def text(value: str) -> bytes:
    """A text as a header holds it."""
    return struct.pack("<Q", len(value.encode())) + value.encode()


def header(number: int, words: bytes, count: int, merges: bytes) -> bytes:
    """A header like those of the Qwen 2.5 family."""

    def one(key: str, value: int) -> bytes:
        return text(f"qwen2.{key}") + struct.pack("<II", 4, value)

    pairs = [
        text("general.architecture") + struct.pack("<I", 8) + text("qwen2"),
        text("general.name") + struct.pack("<I", 8) + text(f"Model {number}"),
        text("general.license") + struct.pack("<I", 8) + text("apache-2.0"),
        one("block_count", 28),
        one("context_length", 32768),
        one("embedding_length", 3584),
        one("feed_forward_length", 18944),
        one("attention.head_count", 28),
        one("attention.head_count_kv", 4),
        text("general.file_type") + struct.pack("<II", 4, 15),
        text("tokenizer.ggml.model") + struct.pack("<I", 8) + text("gpt2"),
        text("tokenizer.ggml.pre") + struct.pack("<I", 8) + text("qwen2"),
        text("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, count) + words,
        text("tokenizer.ggml.token_type") + struct.pack("<IIQ", 9, 5, count) + b"\1\0\0\0" * count,
        text("tokenizer.ggml.merges") + struct.pack("<IIQ", 9, 8, count) + merges,
        text("tokenizer.chat_template") + struct.pack("<I", 8) + text("{% if tools %}{% endif %}" * 80),
    ]
    table = text("token_embd.weight") + struct.pack("<IQIQ", 1, 1 << 20, 0, 0)
    return b"GGUF" + struct.pack("<IQQ", 3, 1, len(pairs)) + b"".join(pairs) + table


def make(folder: Path, files: int, count: int) -> int:
    """Write them; bytes of one header."""
    words = b"".join(text(f"w{n:x}") for n in range(count))
    merges = b"".join(text(f"{n:x} {n:x}") for n in range(count))
    size = 0
    for number in range(files):
        data = header(number, words, count, merges)
        size = len(data)
        with (folder / f"Model-{number}-7B-Instruct-Q4_K_M.gguf").open("wb") as file:
            file.write(data)
            file.truncate(len(data) + (4 << 20) + 64)
            file.flush()
            os.fsync(file.fileno())
            if hasattr(os, "posix_fadvise"):
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return size


def forget(folder: Path) -> None:
    """Put the files out of the system's memory."""
    for path in folder.glob("*.gguf"):
        with path.open("rb") as file:
            if hasattr(os, "posix_fadvise"):
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def listed(folder: Path, notes: Path) -> float:
    """Seconds that one listing takes."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(folder), str(notes)], capture_output=True, text=True, check=True
    )
    count, seconds, good = done.stdout.split()
    assert count == good, done.stdout
    return float(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--words", type=int, default=151936)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    cold: list[float] = []
    warm: list[float] = []
    with tempfile.TemporaryDirectory() as place:
        folder, notes = Path(place) / "models", Path(place) / "data" / "models.json"
        folder.mkdir()
        notes.parent.mkdir()
        size = make(folder, given.files, given.words)
        for _ in range(given.runs):
            notes.unlink(missing_ok=True)
            forget(folder)
            cold.append(listed(folder, notes))
            warm.append(listed(folder, notes))
    result = {
        "files": given.files,
        "header_mb": round(size / 1e6, 1),
        "cold_s": [round(one, 3) for one in cold],
        "warm_s": [round(one, 4) for one in warm],
        "median_cold_s": round(statistics.median(cold), 3),
        "median_warm_s": round(statistics.median(warm), 4),
    }
    print(json.dumps(result))
    if given.json:
        given.json.write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
