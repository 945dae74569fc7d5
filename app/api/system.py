"""The machine and Solo's process on it, by psutil, and its NVIDIA processors by `nvidia-smi`."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
from collections.abc import Iterator
from typing import Final

import psutil

from app.api.schemas import GpuReport, SystemReport

GPU_QUERY: Final = "name,utilization.gpu,memory.used,memory.total"
GPU_PATIENCE: Final = 3.0
"""Seconds that nvidia-smi may take."""
MEBIBYTE: Final = 1024 * 1024


class SystemProbe:
    """Reads the machine. The percentages are means since the previous reading."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._tool = shutil.which("nvidia-smi")
        self.read()

    @property
    def has_gpu(self) -> bool:
        """Is it worth asking for graphics processors?"""
        return self._tool is not None

    def read(self, gpus: tuple[GpuReport, ...] = ()) -> SystemReport:
        """A reading, below a millisecond; `gpus` is what `read_gpus` gave last."""
        memory = psutil.virtual_memory()
        with self._process.oneshot():
            return SystemReport(
                cores=os.cpu_count() or 1,
                cpu_percent=psutil.cpu_percent(),
                memory_used=memory.total - memory.available,
                memory_total=memory.total,
                process_cpu_percent=self._process.cpu_percent(),
                process_memory=self._process.memory_info().rss,
                process_threads=self._process.num_threads(),
                gpus=gpus,
            )

    def read_gpus(self) -> tuple[GpuReport, ...]:
        """Ask nvidia-smi (blocking, tens of milliseconds); nothing when it is absent or fails."""
        if self._tool is None:
            return ()
        command = [self._tool, f"--query-gpu={GPU_QUERY}", "--format=csv,noheader,nounits"]
        try:
            answer = subprocess.run(command, capture_output=True, text=True, timeout=GPU_PATIENCE, check=True)  # noqa: S603  (found on PATH, no shell, constant arguments)
        except (OSError, subprocess.SubprocessError):
            return ()
        return tuple(parse_gpus(answer.stdout))


def parse_gpus(text: str) -> Iterator[GpuReport]:
    """Lines of `name, load in %, MiB used, MiB in all`; "[N/A]" (shared memory, MIG) counts as 0."""
    for row in csv.reader(text.splitlines(), skipinitialspace=True):
        if len(row) == 4:
            load, used, total = (_number(cell) for cell in row[1:])
            yield GpuReport(
                name=row[0],
                load_percent=load,
                memory_used=int(used * MEBIBYTE),
                memory_total=int(total * MEBIBYTE),
            )


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return 0.0
