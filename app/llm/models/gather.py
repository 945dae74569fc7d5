"""From files to models: parts of one model are put together, and names are made unique."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from app.assets.gguf.names import parse
from app.llm.checkpoints.folder import is_checkpoint, name_of
from app.llm.models.entry import Entry, Known, Stamp
from app.llm.models.facts import joined

SAFETENSORS = ".safetensors"


def gather(found: Mapping[Path, Stamp], known: Mapping[str, Known]) -> tuple[Entry, ...]:
    """The models that these files are, by name."""
    groups: dict[tuple[Path, str, int], dict[int, Path]] = {}
    for path in found:
        if is_checkpoint(path) or path.suffix == SAFETENSORS:
            together = groups.setdefault((path.parent, name_of(path.parent), 0), {})
            together[1 + len(together)] = path  # its config comes first
            continue
        named = parse(path.name)
        part = named.part if named.parts > 1 else 1
        groups.setdefault((path.parent, named.stem, named.parts), {})[part] = path
    taken: Counter[str] = Counter()
    entries: list[Entry] = []
    for (folder, stem, parts), paths in groups.items():
        taken[stem] += 1
        name = stem if taken[stem] == 1 else f"{stem}@{folder.name}"
        if taken[name] > 1 or (name != stem and name in taken):
            name = f"{name}-{taken[stem]}"
        entries.append(_entry(name, parts, paths, found, known))
    return tuple(sorted(entries, key=lambda one: one.name.lower()))


def _entry(
    name: str,
    parts: int,
    paths: Mapping[int, Path],
    found: Mapping[Path, Stamp],
    known: Mapping[str, Known],
) -> Entry:
    files = tuple(paths[number] for number in sorted(paths))
    all_known = [known[str(path)] for path in files]
    size = sum(found[path][0] for path in files)
    missing = [number for number in range(1, min(parts, 1000) + 1) if number not in paths]
    broken = next((one.broken for one in all_known if one.broken), "")
    if missing:
        broken = f"Part {missing[0]} of {parts} of {name} is missing."
    elif parts == 1 and not broken and all_known[0].facts.parts > 1:
        broken = f"{files[0].name} is one part of {all_known[0].facts.parts} and lost its number."
    return Entry(name, files, size, joined([one.facts for one in all_known]), broken)
