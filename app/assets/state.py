"""What is known of files on disk without reading them again.

After a file's sha256 has been checked, a marker keeps its size, its time of change and the hash; as long
as size and time are the same, the file is taken for the same.  Markers lie in `.verified` inside the
models folder, one JSON file for each model; losing them costs a check and nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.assets.catalogue import Model, ModelFile
from app.kernel.errors import BrokenFile, UserError

CHUNK = 1 << 20


def digest(path: Path, told: Callable[[int], None] | None = None) -> str:
    """The sha256 of a file, hex. told: called with the bytes read so far, about once a MiB."""
    hashed = hashlib.sha256()
    done = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            hashed.update(chunk)
            done += len(chunk)
            if told is not None:
                told(done)
    return hashed.hexdigest()


def _marker(models_dir: Path, model: Model) -> Path:
    return models_dir / ".verified" / f"{model.name}.json"


def _stamp(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


def marked(models_dir: Path, model: Model) -> bool:
    """Whether every file is exactly what was checked before: a few `stat`s, no reading."""
    try:
        known: Any = json.loads(_marker(models_dir, model).read_text("utf-8"))
        return all(known[file.path] == [*_stamp(models_dir / file.path), file.sha256] for file in model.files)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def known_hashes(models_dir: Path, name: str) -> dict[str, str]:
    """Path below the models folder → sha256 (hex), of what was pulled under that name."""
    try:
        known: Any = json.loads((models_dir / ".verified" / f"{name}.json").read_text("utf-8"))
        return {str(path): str(stamp[2]) for path, stamp in known.items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}


def mark(models_dir: Path, model: Model) -> None:
    """Note that every file has just been checked. A folder that cannot be written is no failure."""
    known = {file.path: [*_stamp(models_dir / file.path), file.sha256] for file in model.files}
    target = _marker(models_dir, model)
    with contextlib.suppress(OSError):
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f"{target.name}.{os.getpid()}.new")
        fresh.write_text(json.dumps(known, indent=1), "utf-8")
        fresh.replace(target)


def unmark(models_dir: Path, model: Model) -> None:
    """Forget what was checked."""
    unmark_name(models_dir, model.name)


def unmark_name(models_dir: Path, name: str) -> None:
    """The same for a model of which only the name is known."""
    with contextlib.suppress(OSError):
        (models_dir / ".verified" / f"{name}.json").unlink(missing_ok=True)


def again(model: Model) -> str:
    """The way out of a broken model."""
    return f"Pull it again: solo models pull {model.name} --again"


def missing(models_dir: Path, model: Model) -> list[ModelFile]:
    """Files of the model that are not there at all."""
    return [file for file in model.files if not (models_dir / file.path).is_file()]


def check_size(models_dir: Path, model: Model, file: ModelFile) -> None:
    """BrokenFile when the file has not the size that it must have."""
    path = models_dir / file.path
    size = path.stat().st_size
    if size != file.size:
        how = "cut short" if size < file.size else "too long"
        raise BrokenFile(
            f"{path} is {how}: it has {size:,} bytes instead of {file.size:,}.", hint=again(model)
        )


def check_files(models_dir: Path, model: Model, told: Callable[[int], None] | None = None) -> None:
    """Read every file and compare; marks the model on success.

    told: bytes of the whole model read so far. Raises BrokenFile with the way out.
    """
    before = 0
    for file in model.files:
        check_size(models_dir, model, file)
        path = models_dir / file.path
        base = before
        try:
            found = digest(path, (lambda done, base=base: told(base + done)) if told else None)
        except PermissionError as error:
            raise UserError(f"{path} may not be read.", hint="Give yourself the right to read it.") from error
        if found != file.sha256:
            unmark(models_dir, model)
            raise BrokenFile(f"{path} is damaged: its sha256 is not the catalogue's.", hint=again(model))
        before += file.size
    mark(models_dir, model)
