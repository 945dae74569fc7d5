"""What has to be asked of ALSA, Linux' sound library, before PortAudio asks it.

PortAudio takes for granted that ALSA has read its configuration, and ends the whole process where it
has not: ALSA_CONFIG_PATH points at nothing, or the package with the configuration is not installed.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
from functools import cache
from typing import Any, Final

NOT_SET_UP: Final = "ALSA, the sound system of this machine, has no configuration that it can read"
SET_UP: Final = "Debian, Ubuntu: sudo apt-get install libasound2-data; Fedora: sudo dnf install alsa-lib."

_Handler = ctypes.CFUNCTYPE(
    None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p
)


@_Handler
def _nothing(*_: object) -> None:
    """What ALSA has to say (every device that it tried and did not find) helps nobody."""


@cache
def _library() -> Any | None:
    """The library, made to keep quiet: it writes to the terminal unless it is told not to."""
    name = ctypes.util.find_library("asound")
    if name is None:
        return None
    try:
        library = ctypes.CDLL(name)
        library.snd_lib_error_set_handler(_nothing)
    except (OSError, AttributeError):
        return None
    return library


def trouble() -> tuple[str, str] | None:
    """Why PortAudio must not be started, and what to do; None when nothing is in the way.

    Where there is no ALSA at all nothing is: PortAudio then says so itself.
    """
    library = _library()
    if library is None or _configured(library):
        return None
    path = os.environ.get("ALSA_CONFIG_PATH", "")
    if path:
        return f"{NOT_SET_UP} (ALSA_CONFIG_PATH={path}).", "Correct that variable, or remove it."
    return f"{NOT_SET_UP}.", SET_UP


def _configured(library: Any) -> bool:
    """It was read, and names devices."""
    found = ctypes.c_void_p()
    if library.snd_config_update() < 0:
        return False
    tree = ctypes.c_void_p.in_dll(library, "snd_config")
    return bool(tree) and library.snd_config_search(tree, b"pcm", ctypes.byref(found)) == 0
