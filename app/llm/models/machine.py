"""What this machine has to hold a model with."""

from __future__ import annotations

import ctypes
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import psutil

from app.llm.models.select import Machine

GPU = 1
"""GGML_BACKEND_DEVICE_TYPE_GPU."""


def machine(*, spare: int = 0) -> Machine:
    """Memory that is free now but for what is to be spared (bytes), and that of the graphics cards that
    llama.cpp can use here."""
    return Machine(max(0, free_memory() - spare), video_memory())


def free_memory() -> int:
    """Bytes that programs could have now without the machine beginning to swap."""
    return int(psutil.virtual_memory().available)


def video_memory(engine: str = "xllamacpp", device: str = "") -> int:
    """Free bytes of the graphics cards that the library of this engine was built for; 0: none.

    device: the number of one of them; empty: all together. It is the library that is asked: a card that
    it cannot use is as good as absent. Takes a moment the first time, because the library is loaded.
    """
    cards = _CARDS.get(engine, _of_xllamacpp)()
    if device.isdecimal():
        cards = cards[int(device) :][:1]
    return sum(cards)


def _of_xllamacpp() -> list[int]:
    if find_spec("xllamacpp") is None:
        return []
    library: Any = import_module("xllamacpp")
    kind = library.ggml_backend_dev_type.GGML_BACKEND_DEVICE_TYPE_GPU
    return [int(one["memory_free"]) for one in library.get_device_info() if one["type"] == kind]


def _of_llama_cpp() -> list[int]:
    """llama-cpp-python has no name for this; the library that it has loaded does."""
    if find_spec("llama_cpp") is None:
        return []
    if not import_module("llama_cpp").llama_supports_gpu_offload():
        return []
    library: Any = import_module("llama_cpp._ggml").libggml
    free, total = ctypes.c_size_t(), ctypes.c_size_t()
    library.ggml_backend_dev_get.restype = ctypes.c_void_p
    library.ggml_backend_dev_count.restype = ctypes.c_size_t
    found: list[int] = []
    for number in range(library.ggml_backend_dev_count()):
        card = ctypes.c_void_p(library.ggml_backend_dev_get(ctypes.c_size_t(number)))
        if library.ggml_backend_dev_type(card) == GPU:
            library.ggml_backend_dev_memory(card, ctypes.byref(free), ctypes.byref(total))
            found.append(free.value)
    return found


def _of_torch() -> list[int]:
    if find_spec("torch") is None:
        return []
    cuda: Any = import_module("torch").cuda
    return (
        [cuda.mem_get_info(number)[0] for number in range(cuda.device_count())] if cuda.is_available() else []
    )


_CARDS = {"llama_cpp": _of_llama_cpp, "transformers": _of_torch}
