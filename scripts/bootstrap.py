"""What the scripts beside it ask for: run, dev, test, clean, build, which.

Runs on any Python from 3.8 on and needs nothing but its standard library; `environment.py` does the
work of getting from a bare Python to an environment with everything in it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

from cuda import gpu_environment, install_cuda_llama
from environment import (
    BIN,
    EXE,
    ROOT,
    VENV,
    WINDOWS,
    become,
    candidates,
    find_uv,
    give_up,
    install_command,
    installed,
    must,
    note_down,
    run,
    say,
    setup,
    version_of,
)  # fmt: skip

EXTRAS = ("anthropic", "gpu", "hotkey", "llama-cpp", "otel", "transformers", "uvloop")


def solo(*words: str) -> list[str]:
    """A command line of Solo."""
    return [str(VENV / BIN / ("python" + EXE)), "-m", "app", *words]


def command_run(words: list[str]) -> int:
    """Everything from nothing, then the assistant."""
    parser = argparse.ArgumentParser(
        prog="run_agent",
        usage="run_agent [--demo] [--gpu] [--llama-cpp] [options of `solo run`]",
        description=command_run.__doc__,
        allow_abbrev=False,
    )
    parser.add_argument("--demo", action="store_true", help="hear a recorded question, answer it, and end")
    parser.add_argument("--gpu", action="store_true", help="install the CUDA set first")
    parser.add_argument("--llama-cpp", action="store_true", help="compile llama-cpp-python first, and use it")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting")
    parser.add_argument("--data-dir", default="", metavar="FOLDER", help="history, memories, token")
    parser.add_argument("--models-dir", default="", metavar="FOLDER", help="weights, voices, keyword files")
    options, rest = parser.parse_known_args(words)
    setup((["gpu"] if options.gpu else []) + (["llama-cpp"] if options.llama_cpp else []))
    env = gpu_environment()
    if options.gpu:
        install_cuda_llama()
    before = [word for pair in options.set for word in ("--set", pair)]
    before += ["--data-dir", options.data_dir] if options.data_dir else []
    before += ["--models-dir", options.models_dir] if options.models_dir else []
    code = run(solo(*before, "models", "pull", "--defaults"), env)
    if code:
        return code
    return become(solo(*before, "run", *(["--demo"] if options.demo else []), *rest), env)


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
            note_down("git-hook", "pre-commit")
    activate = ".venv\\Scripts\\Activate.ps1" if WINDOWS else "source .venv/bin/activate"
    say(f"Ready. To have `solo` as a command in this shell: {activate}")
    return 0


def command_test(words: list[str]) -> int:
    """Every test; fast ones first."""
    setup(["dev"])
    folders = ["unit", "contracts", "flows", "shape", "real"]
    chosen = [word for word in words if not word.startswith("-") and Path(word.split("::")[0]).exists()]
    tests = [] if chosen else ["tests/" + name for name in folders if (ROOT / "tests" / name).is_dir()]
    return become([VENV / BIN / ("python" + EXE), "-m", "pytest", *tests, *words])


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
            say(f"removing {path.relative_to(ROOT)}")
            shutil.rmtree(str(path))
    if os.environ.get("VIRTUAL_ENV") and Path(os.environ["VIRTUAL_ENV"]).resolve() == VENV.resolve():
        say("This shell still points to the removed environment: type `deactivate`.")
    return 0


def command_build(words: list[str]) -> int:
    """Compile an extra ahead of time, away from .venv; installing it then takes a moment."""
    uv = find_uv()
    for part in words:
        target = ROOT / "cache" / "built" / part
        shutil.rmtree(str(target), ignore_errors=True)
        must([*install_command(uv, part), "--no-deps", "--target", target], f"{part} could not be compiled.")
    return 0


def command_which(words: list[str]) -> int:
    """Print an interpreter of this version ("3.12"), if there is one."""
    wanted = tuple(int(part) for part in words[0].split("."))
    found = next((path for path in candidates() if version_of(path) == wanted), None)
    if found:
        print(found)
    return 0 if found else 1


COMMANDS = {
    "run": command_run,
    "dev": command_dev,
    "test": command_test,
    "clean": command_clean,
    "build": command_build,
    "which": command_which,
}


def main() -> int:
    """Do what the script asks for."""
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        give_up(f"bootstrap.py {'|'.join(COMMANDS)} …", 2)
    try:
        return COMMANDS[sys.argv[1]](sys.argv[2:])
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
