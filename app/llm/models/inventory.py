"""Every model file there is, in the models folder and the folders of the settings.

A quick look reads the beginning of files that are new or have changed; everything else is remembered.
What stands behind a vocabulary (template, table of tensors) is read when it is asked for, and remembered
too.  Blocking: call it in a thread.  Safe to be used from several threads.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from app.assets.gguf import read_header, read_whole
from app.assets.gguf.names import parse
from app.kernel.errors import BrokenFile, NotFound, SoloError
from app.llm.checkpoints.folder import is_checkpoint
from app.llm.models.checkpoint import finished_checkpoint, finished_shard, glanced_checkpoint, glanced_shard
from app.llm.models.entry import Entry, Known, Stamp
from app.llm.models.facts import finished, glanced
from app.llm.models.folder import checkpoint_stamps, stamps
from app.llm.models.gather import SAFETENSORS, gather
from app.llm.models.notes import notes_file, read_notes, write_notes


class Inventory:
    """folders: where to look; the first that has a name wins. notes: the file that remembers; None: none."""

    def __init__(self, folders: Iterable[Path], notes: Path | None = None) -> None:
        self._folders = tuple(folders)
        self._notes = notes
        self._known: dict[str, Known] | None = None
        self._lock = threading.Lock()

    @classmethod
    def of(cls, models_dir: Path, more: Sequence[Path] = (), data_dir: Path | None = None) -> Inventory:
        """As the settings have it."""
        return cls((models_dir, *more), notes_file(data_dir) if data_dir is not None else None)

    def models(self, *, read: bool = False, most: int | None = None) -> tuple[Entry, ...]:
        """All of them, by name. read: to the end of every header, which takes some 30 ms for each that is
        not remembered; most: of so many of those, the others next time."""
        with self._lock:
            return self._models(stamps(self._folders), read=read, most=most)

    def find(self, name: str, *, what: str = "model") -> Entry:
        """The model of this name, read to its end. Raises NotFound with the nearest name."""
        with self._lock:
            found = stamps(self._folders)
            entries = self._models(found, read=False)
            chosen = next((one for one in entries if one.name == name), None)
            if chosen is None:
                near = get_close_matches(name[:80], [one.name for one in entries], n=1, cutoff=0.5)
                hint = f"Did you mean {near[0]}?" if near else "See: solo models list"
                raise NotFound(f"There is no {what} called {name[:80]!r}.", hint=hint)
            if chosen.facts.read or chosen.broken:
                return chosen
            part_of = {path: found[path] for path in chosen.files if path in found}
            self._look(part_of, read=True)
            return next(one for one in self._models(found, read=False) if one.files == chosen.files)

    def at(self, path: Path) -> Entry:
        """The model that this file is, or the first part of, wherever it lies; read to its end. Raises
        NotFound."""
        if is_checkpoint(path):
            whole = checkpoint_stamps(path.parent)
            if not whole:
                raise NotFound(
                    f"{path.parent} is no checkpoint with safetensors.", hint="See: solo models list"
                )
            with self._lock:
                return self._models(whole, read=True)[0]
        named = parse(path.name)
        parts = [path]
        if named.parts > 1:
            parts = sorted(one for one in path.parent.glob("*.gguf") if _same_model(one, path))
        try:
            looked = {one: one.stat() for one in parts}
        except OSError:
            raise NotFound(f"There is no file {path}.", hint="See: solo models list") from None
        found = {one: (status.st_size, status.st_mtime_ns) for one, status in looked.items()}
        with self._lock:
            return self._models(found, read=True)[0]

    def forget(self, entry: Entry) -> None:
        """Its files are gone, or to be read anew."""
        with self._lock:
            known = self._remembered()
            for path in entry.files:
                known.pop(str(path), None)
            write_notes(self._notes, known)

    def _models(self, found: dict[Path, Stamp], *, read: bool, most: int | None = None) -> tuple[Entry, ...]:
        return gather(found, self._look(found, read=read, most=most))

    def _remembered(self) -> dict[str, Known]:
        if self._known is None:
            self._known = read_notes(self._notes)
        return self._known

    def _look(self, found: dict[Path, Stamp], *, read: bool, most: int | None = None) -> dict[str, Known]:
        """What is known of these files, after reading what is not."""
        known = self._remembered()
        fresh = False
        left = len(found) if most is None else most
        for path, stamp in found.items():
            one = known.get(str(path))
            if one is None or one.stamp != stamp:
                one = known[str(path)] = _glance(path, stamp)
                fresh = True
            if read and left and not (one.facts.read or one.broken):
                known[str(path)] = _read(path, one)
                fresh = True
                left -= 1
        if fresh:
            write_notes(self._notes, {path: one for path, one in known.items() if Path(path).exists()})
        return known


def _same_model(one: Path, other: Path) -> bool:
    mine, theirs = parse(one.name), parse(other.name)
    return (mine.stem, mine.parts) == (theirs.stem, theirs.parts)


def _glance(path: Path, stamp: Stamp) -> Known:
    try:
        if is_checkpoint(path):
            return Known(stamp, glanced_checkpoint(path))
        if path.suffix == SAFETENSORS:
            return Known(stamp, glanced_shard(path, stamp[0]))
        return Known(stamp, glanced(read_header(path), parse(path.name), stamp[0]))
    except SoloError as error:
        return Known(stamp, broken=error.message)


def _read(path: Path, known: Known) -> Known:
    try:
        if is_checkpoint(path):
            return replace(known, facts=finished_checkpoint(known.facts, path))
        if path.suffix == SAFETENSORS:
            return replace(known, facts=finished_shard(known.facts, path))
        header, tensors = read_whole(path)
        if not header.tensors and "split.count" not in header.values:
            raise BrokenFile(f"{path} has nothing in it: no tensor at all.")
        return replace(known, facts=finished(known.facts, header, tensors))
    except SoloError as error:
        return replace(known, broken=error.message)
