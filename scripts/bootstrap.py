"""From a bare Python to a working Solo; called by the scripts beside it.

Runs on any Python from 3.8 on and needs nothing but its standard library.  It finds Python 3.11 or
3.12 (or lets uv fetch one), makes `.venv` with pip inside, installs the locked requirements with
their hashes, and writes down what it installed: a second start compares that note and goes on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
TOOLS = ROOT / "cache" / "tools"
STAMP = VENV / "solo-installed.json"
WINDOWS = os.name == "nt"
BIN = "Scripts" if WINDOWS else "bin"
EXE = ".exe" if WINDOWS else ""
WANTED = ((3, 12), (3, 11))
EXTRAS = ("hotkey", "uvloop", "llama-cpp", "gpu")
BUILT_WITH = {"llama-cpp": "-DGGML_NATIVE=OFF"}
"""Flags for what is compiled here: no instructions that only this very processor knows."""


def say(text: str) -> None:
    """One line for the person who waits."""
    print(text, file=sys.stderr, flush=True)


def give_up(text: str, code: int = 3) -> NoReturn:
    """Say why it does not go on, and stop."""
    say(text)
    raise SystemExit(code)


def run(command: Sequence[object], env: dict[str, str] | None = None) -> int:
    """Run a command with our own input and output; its exit code."""
    return subprocess.call([str(part) for part in command], cwd=str(ROOT), env={**os.environ, **(env or {})})


def must(command: Sequence[object], sentence: str, env: dict[str, str] | None = None) -> None:
    """Run a command that has to work, or give up with `sentence`."""
    code = run(command, env)
    if code:
        give_up("%s (exit code %d)" % (sentence, code), code if 0 < code < 126 else 1)


# ── finding Python and uv ────────────────────────────────────────────────────────────────────────


def version_of(python: object) -> tuple[int, int] | None:
    """(major, minor) of an interpreter; None when it does not run."""
    code = "import sys, venv; print(*sys.version_info[:2])"
    try:
        out = subprocess.check_output([str(python), "-c", code], stderr=subprocess.DEVNULL, timeout=20)
        major, minor = out.split()
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return int(major), int(minor)


def candidates() -> list[str]:
    """Interpreters that may be of the right version, best first."""
    found = [sys.executable]
    for major, minor in WANTED:
        found.append(shutil.which("python%d.%d" % (major, minor)) or "")
        if WINDOWS and shutil.which("py"):
            where = subprocess.run(
                ["py", "-%d.%d" % (major, minor), "-c", "import sys; print(sys.executable)"],
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False,
            )  # fmt: skip
            found.append(where.stdout.decode().strip())
        pyenv = Path(os.environ.get("PYENV_ROOT", str(Path.home() / ".pyenv"))) / "versions"
        found += [
            str(path) for path in sorted(pyenv.glob("%d.%d.*/bin/python" % (major, minor)), reverse=True)
        ]
    return [path for path in found if path]


def find_python(asked: str) -> str | None:
    """A Python 3.11 or 3.12: the one asked for, or the first that is found."""
    if asked:
        if version_of(asked) not in WANTED:
            give_up("%s is not a Python 3.11 or 3.12." % asked, 2)
        return asked
    return next((path for path in candidates() if version_of(path) in WANTED), None)


def find_uv() -> str:
    """The installer: the one on the path, else a locked one of our own in cache/tools."""
    own = TOOLS / BIN / ("uv" + EXE)
    if own.exists():
        return str(own)
    known = shutil.which("uv")
    if known and subprocess.call([known, "--version"], stdout=subprocess.DEVNULL) == 0:
        return known
    say("Getting the installer (uv) …")
    hint = "This Python cannot make environments; on Debian and Ubuntu: apt-get install python3-venv"
    must([sys.executable, "-m", "venv", TOOLS], hint)
    must(
        [TOOLS / BIN / ("python" + EXE), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
         "--require-hashes", "-r", ROOT / "requirements" / "bootstrap.txt"],
        "The installer could not be downloaded; is this machine connected?",
    )  # fmt: skip
    return str(own)


# ── the environment ──────────────────────────────────────────────────────────────────────────────


def make_venv(uv: str, asked: str) -> None:
    """Make .venv (with pip, which pulls model packages) unless a fitting one is there."""
    present = version_of(VENV / BIN / ("python" + EXE))
    if present in WANTED and (not asked or present == version_of(asked)):
        return
    python = find_python(asked)
    if python is None:
        say("There is no Python 3.11 or 3.12 here; uv fetches one …")
    say("Making the environment .venv with Python %s …" % (python or "3.12"))
    must(
        [uv, "venv", "--quiet", "--seed", "--clear", "--python", python or "3.12", VENV],
        "There is no Python 3.11 or 3.12, and none could be fetched. Install one "
        "(Debian 12: apt-get install python3 python3-venv; macOS: brew install python@3.12; "
        "Windows: winget install Python.Python.3.12) and start again.",
    )


def fingerprint(files: Sequence[Path]) -> str:
    """A hash of everything that decides what is installed."""
    digest = hashlib.sha256()
    for path in [*files, ROOT / "requirements" / "build.txt", ROOT / "pyproject.toml"]:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def installed() -> dict[str, str]:
    """What the last run wrote down: part → fingerprint."""
    try:
        return dict(json.loads(STAMP.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def install(uv: str, parts: Sequence[str]) -> None:
    """Install the locked requirements of these parts, each only when it is not there as it should be."""
    python = VENV / BIN / ("python" + EXE)
    note = installed()
    build = ["--build-constraints", ROOT / "requirements" / "build.txt"]
    for part in parts:
        locked = ROOT / "requirements" / (part + ".txt")
        mark = fingerprint([locked])
        if note.get(part) == mark:
            continue
        say("Installing %s …" % ("dependencies" if part == "base" else part))
        env = dict(os.environ)
        if part in BUILT_WITH:
            say("This one is compiled here; that takes 4 to 10 minutes and needs a C++ compiler and CMake.")
            env["CMAKE_ARGS"] = (env.get("CMAKE_ARGS", "") + " " + BUILT_WITH[part]).strip()
        must(
            [uv, "pip", "install", "--python", python, "--require-hashes", *build, "-r", locked],
            "%s could not be installed; what went wrong stands above." % part,
            env,
        )
        if part == "base":
            must(
                [uv, "pip", "install", "--quiet", "--python", python, "--no-deps", *build, "-e", ROOT],
                "Solo itself could not be installed.",
            )
        note[part] = mark
        STAMP.write_text(json.dumps(note, indent=1), encoding="utf-8")


def setup(parts: Sequence[str], asked: str = "") -> None:
    """Environment and dependencies; a moment when they are there already."""
    note = installed()
    wanted = ["base", *parts]
    if not asked and version_of(VENV / BIN / ("python" + EXE)) in WANTED:
        marks = {part: fingerprint([ROOT / "requirements" / (part + ".txt")]) for part in wanted}
        if all(note.get(part) == mark for part, mark in marks.items()):
            return
    uv = find_uv()
    make_venv(uv, asked)
    install(uv, wanted)


# ── what the scripts ask for ─────────────────────────────────────────────────────────────────────


def solo(*words: str) -> list[str]:
    """A command line of Solo."""
    return [str(VENV / BIN / ("python" + EXE)), "-m", "app", *words]


def gpu_environment() -> dict[str, str]:
    """Where the CUDA libraries of the gpu extra lie, so that the loader finds them."""
    folders = sorted(str(path) for path in VENV.glob("lib/python3.*/site-packages/nvidia/*/lib"))
    if not folders:
        return {}
    before = os.environ.get("LD_LIBRARY_PATH", "")
    return {"LD_LIBRARY_PATH": os.pathsep.join([*folders, *([before] if before else [])])}


def install_cuda_llama() -> None:
    """A CUDA build of llama-cpp-python: ready-made from SOLO_GPU_INDEX, else compiled with nvcc."""
    uv, python = find_uv(), VENV / BIN / ("python" + EXE)
    locked = (ROOT / "requirements" / "llama-cpp.txt").read_text(encoding="utf-8")
    pin = next(line.split()[0] for line in locked.splitlines() if line.startswith("llama-cpp-python=="))
    note = installed()
    index = os.environ.get("SOLO_GPU_INDEX", "")
    mark = pin + " " + (index or "nvcc")
    if note.get("llama-cpp-cuda") == mark:
        return
    if index:
        must(
            [uv, "pip", "install", "--python", python, "--no-deps", "--reinstall-package", "llama-cpp-python",
             "--only-binary", "llama-cpp-python", "--index-url", index, pin],
            "There is no CUDA build of %s at SOLO_GPU_INDEX=%s." % (pin, index),
        )  # fmt: skip
    elif shutil.which("nvcc"):
        BUILT_WITH["llama-cpp"] = "-DGGML_NATIVE=OFF -DGGML_CUDA=ON"
        note.pop("llama-cpp", None)
        STAMP.write_text(json.dumps(note, indent=1), encoding="utf-8")
        install(uv, ["llama-cpp"])
    else:
        say("The language model stays on the CPU: there is no CUDA compiler (nvcc), and SOLO_GPU_INDEX,")
        say("the address of an index with ready-made CUDA builds of llama-cpp-python, is not set.")
        return
    note = installed()
    note["llama-cpp-cuda"] = mark
    STAMP.write_text(json.dumps(note, indent=1), encoding="utf-8")


def command_run(words: list[str]) -> int:
    """Everything from nothing, then the assistant."""
    parser = argparse.ArgumentParser(prog="run_agent", add_help=False)
    parser.add_argument("--demo", action="store_true")
    parser.add_argument("--gpu", action="store_true")
    parser.add_argument("--llama-cpp", action="store_true")
    parser.add_argument("--help", "-h", action="store_true")
    options, rest = parser.parse_known_args(words)
    if options.help:
        print("run_agent [--demo] [--gpu] [--llama-cpp] [options of `solo run`]\n"
              "  --demo       hear a recorded question, show and write the answer, and end\n"
              "  --gpu        install the CUDA set first\n"
              "  --llama-cpp  install (compile) llama-cpp-python first and use it")  # fmt: skip
        return 0
    extras = (["gpu"] if options.gpu else []) + (["llama-cpp"] if options.llama_cpp else [])
    setup(extras)
    env = gpu_environment()
    if options.gpu:
        install_cuda_llama()
    code = run(solo("models", "pull", "--default"), env)
    if code:
        return code
    return run(solo("run", *(["--demo"] if options.demo else []), *rest), env)


def command_dev(words: list[str]) -> int:
    """An environment to work in."""
    parser = argparse.ArgumentParser(prog="setup_dev", description=command_dev.__doc__)
    parser.add_argument("--extra", action="append", default=[], choices=EXTRAS, help="an optional part")
    parser.add_argument("--python", default="", help="the interpreter to use (3.11 or 3.12)")
    options = parser.parse_args(words)
    setup(["dev", *options.extra], options.python)
    if (ROOT / ".git").exists() and not os.environ.get("CI"):
        hook = [str(VENV / BIN / ("pre-commit" + EXE)), "install"]
        if run(hook) == 0:
            note = installed()
            note["git-hook"] = "pre-commit"
            STAMP.write_text(json.dumps(note, indent=1), encoding="utf-8")
    activate = ".venv\\Scripts\\Activate.ps1" if WINDOWS else "source .venv/bin/activate"
    say("Ready. To have `solo` as a command in this shell: %s" % activate)
    return 0


def command_test(words: list[str]) -> int:
    """Every test; fast ones first."""
    setup(["dev"])
    folders = ["unit", "contracts", "flows", "shape", "real"]
    chosen = [word for word in words if not word.startswith("-") and Path(word.split("::")[0]).exists()]
    tests = [] if chosen else ["tests/" + name for name in folders if (ROOT / "tests" / name).is_dir()]
    return run([VENV / BIN / ("python" + EXE), "-m", "pytest", *tests, *words])


def command_clean(words: list[str]) -> int:
    """Take away what setup made; data, settings and (unless asked) models stay."""
    parser = argparse.ArgumentParser(prog="cleanup_dev", description=command_clean.__doc__)
    parser.add_argument("--models", action="store_true", help="also the pulled models")
    options = parser.parse_args(words)
    if "git-hook" in installed():
        run([VENV / BIN / ("pre-commit" + EXE), "uninstall"])
    doomed = [VENV, ROOT / "cache", ROOT / ".ruff_cache", ROOT / ".import_linter_cache", ROOT / ".hypothesis"]
    doomed += [path for top in ("app", "tests", "scripts") for path in (ROOT / top).rglob("__pycache__")]
    if options.models:
        doomed += [path for path in (ROOT / "models").iterdir() if path.is_dir()]
    for path in doomed:
        if path.exists():
            say("removing %s" % path.relative_to(ROOT))
            shutil.rmtree(str(path))
    if os.environ.get("VIRTUAL_ENV") and Path(os.environ["VIRTUAL_ENV"]).resolve() == VENV.resolve():
        say("This shell still points to the removed environment: type `deactivate`.")
    return 0


COMMANDS = {"run": command_run, "dev": command_dev, "test": command_test, "clean": command_clean}


def main() -> int:
    """Do what the script asks for."""
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        give_up("bootstrap.py %s …" % "|".join(COMMANDS), 2)
    try:
        return COMMANDS[sys.argv[1]](sys.argv[2:])
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
