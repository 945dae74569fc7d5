"""The environment `.venv`: finding Python and uv, making it, installing the locked requirements.

Standard library only, any Python from 3.8 on.  What was installed is written down in `.venv`, so that
a second start compares fingerprints and goes on.
"""

from __future__ import annotations

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
VENV = ROOT / os.environ.get("SOLO_SETUP_VENV", ".venv")
TOOLS = ROOT / "cache" / "tools"
STAMP = VENV / "solo-installed.json"
WINDOWS = os.name == "nt"
BIN = "Scripts" if WINDOWS else "bin"
EXE = ".exe" if WINDOWS else ""
WANTED = ((3, 12), (3, 11))
BUILT_WITH = {"llama-cpp": ["cmake.define.GGML_NATIVE=OFF", "cmake.define.LLAVA_BUILD=OFF"]}
"""Settings for what is compiled here: no instructions that only this very processor knows, no pictures.
They are part of the key under which uv keeps what it built."""


def say(text: str) -> None:
    """One line for the person who waits."""
    print(text, file=sys.stderr, flush=True)


def variable(name: str) -> str:
    """A variable of the environment or, failing that, of .env; empty when it is in neither."""
    if name in os.environ or not (ROOT / ".env").is_file():
        return os.environ.get(name, "")
    lines = (ROOT / ".env").read_text(encoding="utf-8", errors="replace").splitlines()
    found = [line.partition("=")[2].strip(" \"'") for line in lines if line.startswith(name + "=")]
    return found[-1] if found else ""


def give_up(text: str, code: int = 3) -> NoReturn:
    """Say why it does not go on, and stop."""
    say(text)
    raise SystemExit(code)


def run(command: Sequence[object], env: dict[str, str] | None = None) -> int:
    """Run a command with our own input and output; its exit code."""
    return subprocess.call([str(part) for part in command], cwd=str(ROOT), env={**os.environ, **(env or {})})


def become(command: Sequence[object], env: dict[str, str] | None = None) -> int:
    """Hand over to a command for good: signals and Ctrl-C are its own business. Its exit code."""
    words = [str(part) for part in command]
    os.chdir(str(ROOT))
    if not WINDOWS:
        os.execve(words[0], words, {**os.environ, **(env or {})})  # noqa: S606  (no shell is wanted)
    process = subprocess.Popen(words, env={**os.environ, **(env or {})})
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # it heard that too, and stops in order


def must(command: Sequence[object], sentence: str, env: dict[str, str] | None = None) -> None:
    """Run a command that has to work, or give up with `sentence`."""
    code = run(command, env)
    if code:
        give_up(f"{sentence} (exit code {code})", code if 0 < code < 126 else 1)


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
        found.append(shutil.which(f"python{major}.{minor}") or "")
        if WINDOWS and shutil.which("py"):
            where = subprocess.run(
                ["py", f"-{major}.{minor}", "-c", "import sys; print(sys.executable)"],
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False,
            )  # fmt: skip
            found.append(where.stdout.decode().strip())
        pyenv = Path(os.environ.get("PYENV_ROOT", str(Path.home() / ".pyenv"))) / "versions"
        found += [str(path) for path in sorted(pyenv.glob(f"{major}.{minor}.*/bin/python"), reverse=True)]
    return [path for path in found if path]


def find_python(asked: str) -> str | None:
    """A Python 3.11 or 3.12: the one asked for, or the first that is found."""
    if asked:
        if version_of(asked) not in WANTED:
            give_up(f"{asked} is not a Python 3.11 or 3.12.", 2)
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
    pip: list[object] = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    pip += ["-r", ROOT / "requirements" / "bootstrap.txt"]
    if subprocess.call([sys.executable, "-m", "venv", str(TOOLS)], stdout=subprocess.DEVNULL) == 0:
        pip = [TOOLS / BIN / ("python" + EXE), *pip]
    else:  # Debian's Python without python3-venv, for one
        pip = [sys.executable, *pip, "--target", TOOLS]
    must(
        pip,
        "The installer could not be fetched. Is this machine connected, and has its Python pip "
        "(Debian, Ubuntu: apt-get install python3-venv)?",
    )
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
    say(f"Making the environment .venv with {python or 'Python 3.12'} …")
    shutil.rmtree(str(VENV), ignore_errors=True)
    must(
        [uv, "venv", "--quiet", "--seed", "--python", python or "3.12", VENV],
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


def note_down(part: str, mark: str) -> None:
    """Write down that a part is there."""
    STAMP.write_text(json.dumps({**installed(), part: mark}, indent=1), encoding="utf-8")


def install_command(uv: str, part: str) -> list[object]:
    """The command that installs the locked requirements of a part, less where to."""
    folder = ROOT / "requirements"
    command: list[object] = [uv, "pip", "install", "--require-hashes", "-r", folder / f"{part}.txt"]
    command += ["--build-constraint", folder / "build.txt"]
    for option in BUILT_WITH.get(part, ()):
        command += ["--config-settings", option]
    return command


def install(uv: str, parts: Sequence[str]) -> None:
    """Install the locked requirements of these parts, each only when it is not there as it should be."""
    python = VENV / BIN / ("python" + EXE)
    note = installed()
    for part in parts:
        mark = fingerprint([ROOT / "requirements" / f"{part}.txt"])
        if note.get(part) == mark:
            continue
        say(f"Installing {'dependencies' if part == 'base' else part} …")
        if part in BUILT_WITH:
            say(
                "This is compiled here: 4 to 10 minutes, with a C++ compiler. Done before, it takes a moment."
            )
        command = [*install_command(uv, part), "--python", python]
        if part in BUILT_WITH and run([*command, "--offline", "--quiet", "--quiet"]) == 0:
            # uv asks the index whether the source is still the same, and where the index does not tell,
            # compiles it anew; what was compiled from these very hashes is as good.
            note_down(part, mark)
            continue
        must(command, f"{part} could not be installed; what went wrong stands above.")
        if part == "base":
            own = [uv, "pip", "install", "--quiet", "--python", python, "--no-deps", "-e", ROOT]
            must(
                [*own, "--build-constraint", ROOT / "requirements" / "build.txt"],
                "Solo itself could not be installed.",
            )
        note_down(part, mark)


def setup(parts: Sequence[str], asked: str = "") -> None:
    """Environment and dependencies; a moment when they are there already."""
    note = installed()
    wanted = ["base", *parts]
    if not asked and version_of(VENV / BIN / ("python" + EXE)) in WANTED:
        marks = {part: fingerprint([ROOT / "requirements" / (part + ".txt")]) for part in wanted}
        if all(note.get(part) == mark for part, mark in marks.items()):
            return
    if asked:
        find_python(asked)  # a wrong one is refused before anything is fetched
    uv = find_uv()
    make_venv(uv, asked)
    install(uv, wanted)
