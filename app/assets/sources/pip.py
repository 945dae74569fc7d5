"""Fetching one package with the user's own pip, as a file; nothing of it is installed or run.

`--only-binary=:all:` matters: without it pip would run the set-up code of a package that has no wheel.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from app.assets import reach, space
from app.kernel.errors import BrokenFile, SoloError, Unavailable

PLACE = "pip"
_NOTHING_LEFT = 1 << 20
_LOST = (
    "NewConnectionError",
    "ConnectTimeoutError",
    "NameResolutionError",
    "Failed to establish a new connection",
    "Max retries exceeded",
    "ProxyError",
)


def download(
    python: str, package: str, work: Path, limit: int, told: Callable[[int], None], check: Callable[[], None]
) -> Path:
    """The wheel of `package` (name==version), in the folder `work`, which is emptied before.

    limit: bytes that no file may pass. told: bytes that have come. check: raises to call it off.
    Raises Unavailable, NoSpace, BrokenFile.
    """
    if reach.known_lost(PLACE):
        raise Unavailable("pip cannot reach the place where it looks for packages.", hint="Are you online?")
    shutil.rmtree(work, ignore_errors=True)
    (work / "tmp").mkdir(parents=True)
    (work / "out").mkdir()
    _run(python, package, work, limit, told, check)
    found = [path for path in (work / "out").iterdir() if path.suffix == ".whl" and path.is_file()]
    if len(found) != 1:
        raise Unavailable(f"pip fetched no wheel for {package}.")
    _check_size(package, found[0].stat().st_size, limit)
    return found[0]


def _command(python: str, package: str, out: Path) -> list[str]:
    return [
        *(python, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-cache-dir"),
        *("--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--retries", "1"),
        *("--dest", str(out), package),  # how long pip waits is the user's own setting
    ]


def _run(
    python: str, package: str, work: Path, limit: int, told: Callable[[int], None], check: Callable[[], None]
) -> None:
    temporary = str(work / "tmp")
    environment = os.environ | {"TMPDIR": temporary, "TEMP": temporary, "TMP": temporary}
    words = work / "words.txt"
    with words.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  (the user's own Python, arguments from the catalogue)
            _command(python, package, work / "out"),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,  # Ctrl-C reaches Solo alone, which then stops pip in good order
        )
        try:
            while process.poll() is None:
                check()
                size = _largest(work)
                _check_size(package, size, limit)
                told(size)
                time.sleep(0.05)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
    if process.returncode != 0:
        raise _failure(package, work, words.read_text("utf-8", "replace"))


def _check_size(package: str, size: int, limit: int) -> None:
    if size > limit:
        raise BrokenFile(f"The package {package} is larger than it may be.")


def _largest(work: Path) -> int:
    """Bytes of the largest file below: the wheel on its way (pip fetches it, then copies it)."""
    sizes = [0]
    for folder, _, names in os.walk(work):
        for name in names:
            try:
                sizes.append((Path(folder) / name).stat().st_size)
            except OSError:
                continue  # it was moved or removed meanwhile
    return max(sizes)


def _failure(package: str, work: Path, words: str) -> SoloError:
    # On a full disk pip's own words are lost as well, hence the look at what is left.
    if "No space left on device" in words or "Errno 28" in words or space.free_bytes(work) < _NOTHING_LEFT:
        return space.full(work)
    if "No module named pip" in words:
        return Unavailable(
            "This Python has no pip to fetch packages with.", hint="Set Solo up anew: ./scripts/setup_dev.sh"
        )
    if any(sign in words for sign in _LOST):
        reach.lost(PLACE)
        return Unavailable("pip cannot reach the place where it looks for packages.", hint="Are you online?")
    if "No matching distribution found" in words:
        return Unavailable(f"pip finds no package {package} where it looks.")
    errors = [line for line in words.splitlines() if line.startswith("ERROR:")] or words.splitlines() or [""]
    return Unavailable(f"pip could not fetch {package}: {errors[-1].removeprefix('ERROR:').strip()[:200]}")
