"""Runs Solo's command line and says on its last line which variables of the C library's environment were
set, or moved, after everything had been imported: nobody may do that while there are threads."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress
from importlib import import_module

from app.kernel.environ import prepare


def environment() -> dict[bytes, int]:
    """Each entry of the C library's list, and where it lies."""
    entries = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
    places = ctypes.cast(entries, ctypes.POINTER(ctypes.c_void_p))
    found, number = dict[bytes, int](), 0
    while (entry := entries[number]) is not None:
        found[entry] = places[number] or 0
        number += 1
    return found


if __name__ == "__main__":
    prepare()
    import_module("app.main")
    from app.cli.main import main

    before = environment()
    with suppress(SystemExit):
        main(sys.argv[1:])
    changed = sorted(name.decode() for name, _ in environment().items() ^ before.items())
    print("CHANGED", *changed)
