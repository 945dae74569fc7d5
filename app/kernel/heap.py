"""How the C library keeps memory: as little of it as Solo can do with."""

from __future__ import annotations

import ctypes
import gc
import sys

import structlog

log = structlog.get_logger("solo.heap")

M_ARENA_MAX = -8
"""glibc's number for it (malloc.h)."""


def lean() -> None:
    """Call before there are threads: two heaps for all of them, instead of eight for each core that keep what
    was freed in them (8 MB at rest, 65 MB while models load; glibc only)."""
    libc = _glibc()
    if libc is not None:
        libc.mallopt(M_ARENA_MAX, 2)


def tidy() -> None:
    """Call once everything is loaded: some tens of milliseconds, off the loop.

    Frees what the C library keeps of freed memory (about 90 MB after the models were loaded; glibc
    only), and takes what is there for good out of the garbage collector's rounds, so that they stay
    short while sound is playing.
    """
    gc.collect()
    gc.freeze()
    trim()
    log.debug("tidied")


def trim() -> None:
    """Give back to the system what was freed and the C library keeps (glibc only)."""
    libc = _glibc()
    if libc is not None:
        libc.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    try:
        libc = ctypes.CDLL(None)
        _ = libc.mallopt, libc.malloc_trim
    except (OSError, AttributeError):  # another C library
        return None
    return libc
