"""What loading models leaves behind, given back to the system."""

from __future__ import annotations

import ctypes
import gc
import sys

import structlog

log = structlog.get_logger("solo.heap")


def tidy() -> None:
    """Call once everything is loaded: some tens of milliseconds, off the loop.

    Frees what the C library keeps of freed memory (about 100 MB after the models were loaded; glibc
    only), and takes what is there for good out of the garbage collector's rounds, so that they stay
    short while sound is playing.
    """
    gc.collect()
    gc.freeze()
    if not sys.platform.startswith("linux"):
        return
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):  # another C library
        return
    trim(0)
    log.debug("tidied")
