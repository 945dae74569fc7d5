"""From a name in the settings to files on disk."""

from __future__ import annotations

from pathlib import Path

from app.assets import state
from app.assets.catalogue import Model, clipped, load
from app.kernel.errors import NotFound


def locate(models_dir: Path, name: str, *, what: str) -> Path:
    """The file or folder that an engine is to open.

    name: a name in the catalogue, or a path. what: what it is to be called in a sentence ("voice").
    Quick when the files were checked before; the first time it reads them (about a second for each
    GB), so call it through the pool. Raises NotFound (unknown, or not pulled yet) and BrokenFile.
    """
    catalogue = load()
    if name not in catalogue.names and looks_like_path(name):
        return _path(name, what)
    model = catalogue.find(name, what=what)
    check_present(models_dir, model, what=what)
    if not state.marked(models_dir, model):
        state.check_files(models_dir, model)
    return models_dir / model.path


def check_present(models_dir: Path, model: Model, *, what: str) -> None:
    """Every file is there and as long as it must be; NotFound or BrokenFile otherwise."""
    absent = state.missing(models_dir, model)
    if len(absent) == len(model.files):
        raise NotFound(
            f"The {what} {model.name} is not here.", hint=f"Pull it: solo models pull {model.name}"
        )
    if absent:
        raise NotFound(
            f"The {what} {model.name} is not complete: {absent[0].path} is missing.",
            hint=f"Pull it: solo models pull {model.name}",
        )
    for file in model.files:
        state.check_size(models_dir, model, file)


def looks_like_path(name: str) -> bool:
    """Whether a name of the settings means a file or folder."""
    return "/" in name or "\\" in name or name.endswith((".gguf", ".onnx")) or _exists(name)


def _exists(name: str) -> bool:
    try:
        return bool(name) and Path(name).exists()
    except OSError:  # longer than any path may be
        return False


def _path(name: str, what: str) -> Path:
    path = Path(name).expanduser()
    if not _exists(str(path)):
        raise NotFound(
            f"The {what} {clipped(name)} is not there.",
            hint="Give a file that exists, or a name: solo models list",
        )
    return path
