"""What `run_agent --gpu` adds: CUDA's libraries for speech to text, a CUDA build for the language model.

The libraries are the locked extra `gpu`.  The build of llama-cpp-python comes ready-made from the
index named by SOLO_SETUP_GPU_INDEX, or is compiled where CUDA's compiler (nvcc) is there.
"""

from __future__ import annotations

import os
import shutil

from environment import (
    BIN,
    BUILT_WITH,
    EXE,
    ROOT,
    VENV,
    find_uv,
    install_command,
    installed,
    must,
    note_down,
    say,
    variable,
)


def gpu_environment() -> dict[str, str]:
    """Where the CUDA libraries of the gpu extra lie, so that the loader finds them."""
    folders = sorted(str(path) for path in VENV.glob("lib/python3.*/site-packages/nvidia/*/lib"))
    if not folders:
        return {}
    before = os.environ.get("LD_LIBRARY_PATH", "")
    return {"LD_LIBRARY_PATH": os.pathsep.join([*folders, *([before] if before else [])])}


def install_cuda_llama() -> None:
    """A CUDA build of llama-cpp-python: ready-made from SOLO_SETUP_GPU_INDEX, else compiled with nvcc."""
    uv, python = find_uv(), VENV / BIN / ("python" + EXE)
    locked = (ROOT / "requirements" / "llama-cpp.txt").read_text(encoding="utf-8")
    pin = next(line.split()[0] for line in locked.splitlines() if line.startswith("llama-cpp-python=="))
    note = installed()
    index = variable("SOLO_SETUP_GPU_INDEX")
    mark = pin + " " + (index or "nvcc")
    if note.get("llama-cpp-cuda") == mark:
        return
    if index:
        must(
            [uv, "pip", "install", "--python", python, "--no-deps", "--reinstall-package", "llama-cpp-python",
             "--only-binary", "llama-cpp-python", "--index-url", index, pin],
            f"There is no CUDA build of {pin} at SOLO_SETUP_GPU_INDEX={index}.",
        )  # fmt: skip
    elif shutil.which("nvcc"):
        BUILT_WITH["llama-cpp"].append("cmake.define.GGML_CUDA=ON")
        again = ["--reinstall-package", "llama-cpp-python", "--python", python]
        must([*install_command(uv, "llama-cpp"), *again], "llama-cpp-python could not be compiled for CUDA.")
    else:
        say("The language model stays on the CPU: there is no CUDA compiler (nvcc), and no index with")
        say("ready-made CUDA builds of llama-cpp-python is named (SOLO_SETUP_GPU_INDEX).")
        return
    note_down("llama-cpp-cuda", mark)
