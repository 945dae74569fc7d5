"""What `solo models` shows of the files themselves: rows for people, data for programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli import output
from app.kernel.errors import NotFound

if TYPE_CHECKING:
    from app.config.settings import Settings
    from app.llm.models.entry import Entry
    from app.llm.models.inventory import Inventory

FEW = 16
"""So many headers are read to their ends for a list; of more, the quick look must do."""


def inventory_of(settings: Settings) -> Inventory:
    """The model files of these settings."""
    from app.llm.models.inventory import Inventory

    return Inventory.of(settings.models_dir, settings.llm.folders, settings.data_dir)


def entry_of(settings: Settings, text: str) -> Entry:
    """A model by its name in the inventory or the catalogue, a file, or the folder of a checkpoint. Raises
    NotFound, BrokenFile."""
    from app.assets.locate import locate, looks_like_path
    from app.llm.checkpoints.folder import CONFIG
    from app.llm.models.inventory import Inventory

    inventory = inventory_of(settings)
    if not looks_like_path(text) and any(one.name == text for one in inventory.models()):
        return inventory.find(text)
    path = locate(settings.models_dir, text, what="language model")
    if path.is_dir():
        return inventory.at(path / CONFIG)
    beside = Inventory([path.parent])
    for one in beside.models():
        if path in one.files:
            return beside.find(one.name)
    raise NotFound(f"{path} is no .gguf file.", hint="See: solo models list")


def meant(settings: Settings, text: str) -> tuple[str, str]:
    """The model that is meant by what it is for, or by `auto`, as a setting would mean it, and the reason;
    a name as it stands. Raises NotFound."""
    from app.llm.models.need import is_need
    from app.llm.spec import EngineSpec
    from app.llm.weights import find

    inventory = inventory_of(settings)
    if text != "auto" and (not is_need(text) or any(one.name == text for one in inventory.models())):
        return text, ""
    role = settings.llm.generation.model_copy(update={"engine": "auto", "model": text})
    spec = EngineSpec.of_role(settings.llm, role, settings.models_dir, settings.offline)
    found = find(spec, inventory, spare=max(0, settings.llm.memory_margin_mb) * 1_000_000)
    return found.name, found.reason


def listed(settings: Settings) -> tuple[Entry, ...]:
    """All of them, read to their ends where there are few left that have not been."""
    inventory = inventory_of(settings)
    entries = inventory.models()
    unread = sum(not (one.facts.read or one.broken) for one in entries)
    return inventory.models(read=True) if 0 < unread <= FEW else entries


def show(entries: tuple[Entry, ...], settings: Settings) -> None:
    """A line for each of them."""
    context = settings.llm.generation.context
    screen = output.console()
    for entry in entries:
        screen.print(f"[bold]{entry.name}[/bold]", end="  ")
        screen.print(" · ".join(_words(entry, context)), markup=False)
    if entries:
        screen.print(f"(memory as estimated for one dialogue of {context:,} tokens)\n", markup=False)


def _words(entry: Entry, context: int) -> list[str]:
    from app.assets.space import human

    facts = entry.facts
    if entry.broken:
        return [human(entry.size), "unusable", entry.broken]
    words = [
        facts.architecture if facts.kind == "model" else f"{facts.architecture} ({facts.kind})",
        counted(facts.parameters),
        facts.quantization,
        f"{facts.context:,} tokens" if facts.context else "",
        "tools" if facts.tools else "",
        facts.licence or "licence not stated",
        "checkpoint" if entry.checkpoint else "",
        f"{human(entry.size)}, {human(memory(entry, context))} in memory",
        f"{len(entry.files)} parts" if len(entry.files) > 1 and not entry.checkpoint else "",
    ]
    return [word for word in words if word]


def memory(entry: Entry, context: int, slots: int = 1) -> int:
    """Bytes that the model is estimated to take."""
    from app.llm.models.checkpoint_memory import wanted_checkpoint
    from app.llm.models.estimate import estimate

    usual = min(context, entry.facts.context or context)
    if entry.checkpoint:
        return wanted_checkpoint(entry.name, entry.facts, usual, 0).takes().total
    return estimate(entry.facts.shape, usual, slots=slots).total


def counted(parameters: int) -> str:
    """A number of parameters for people: 135M, 1.5B."""
    if not parameters:
        return ""
    if parameters >= 999_500_000:
        return f"{parameters / 1e9:.1f}B"
    return f"{parameters / 1e6:.0f}M" if parameters >= 999_500 else f"{parameters / 1e3:.0f}k"


def plain(entry: Entry, context: int) -> dict[str, Any]:
    """All that is known of a file, for programs."""
    facts = entry.facts.plain()
    shape = facts.pop("shape")
    return {
        "name": entry.name,
        "kind": "llm" if entry.facts.kind == "model" else entry.facts.kind,
        "here": "broken" if entry.broken else "checkpoint" if entry.checkpoint else "file",
        "broken": entry.broken,
        "files": [str(path) for path in entry.files],
        "size": entry.size,
        "memory": memory(entry, context),
        "header": facts | {name: shape[name] for name in ("blocks", "embedding", "heads", "vocabulary")},
    }


def details(entry: Entry, settings: Settings) -> list[tuple[str, str]]:
    """Everything about a file, as rows of a table."""
    from app.assets.space import human

    facts, shape = entry.facts, entry.facts.shape
    if entry.broken:
        return [("unusable", entry.broken), *(("file", str(path)) for path in entry.files)]
    rows = [
        ("name", facts.name),
        ("architecture", facts.architecture),
        ("kind", "" if facts.kind == "model" else facts.kind),
        ("parameters", f"{facts.parameters:,}" if facts.parameters else ""),
        ("format", "checkpoint of Hugging Face's: transformers:" + entry.name if entry.checkpoint else ""),
        ("quantization", f"{facts.quantization} ({facts.bits:.2f} bits a number)"),
        ("context", f"{facts.context:,} tokens" if facts.context else ""),
        ("tokenizer", f"{facts.tokenizer}, {shape.vocabulary:,} words"),
        ("chat template", _template(facts.template, facts.tools, facts.thinks)),
        ("licence", facts.licence or f"not stated in the {'README' if entry.checkpoint else 'file'}"),
        ("layers", f"{shape.blocks}, {shape.heads} heads, {max(shape.kv_heads, default=0)} for keys"),
    ]
    rows += [(f"memory {context:,}", human(memory(entry, context))) for context in _contexts(facts.context)]
    rows += [("file", f"{path}  {human(path.stat().st_size)}") for path in entry.files]
    return [(what, words) for what, words in rows if words]


def header_rows(path: Path, settings: Settings) -> list[tuple[str, str]]:
    """What the file of a model of the catalogue says of itself; empty where it is not here."""
    entry = next((one for one in inventory_of(settings).models(read=True) if one.path == path), None)
    rows = details(entry, settings) if entry is not None else []
    return [(what, words) for what, words in rows if what not in ("name", "licence", "file")]


def _contexts(most: int) -> list[int]:
    return [context for context in (4096, 8192, 16384, 32768, 131072) if context <= (most or 4096)]


def _template(present: bool, tools: bool, thinks: bool) -> str:
    if not present:
        return "none in the file"
    return ", ".join(["there", *(["knows tools"] if tools else []), *(["thinks aloud"] if thinks else [])])


def checked(entry: Entry, models_dir: Path) -> tuple[str, str]:
    """(condition, words) of a file: good (its sha256 is the one it was pulled with), whole, or broken."""
    from app.assets.gguf import check_gguf
    from app.assets.state import digest, known_hashes
    from app.kernel.errors import SoloError
    from app.llm.models.checkpoint import check_checkpoint

    if entry.broken:
        return "broken", entry.broken
    if entry.checkpoint:
        try:
            check_checkpoint(entry.path)
        except SoloError as error:
            return "broken", str(error)
        return "whole", "a checkpoint: its headers fit its files; no sha256 is known to compare with"
    hashes = known_hashes(models_dir, entry.name)
    compared = 0
    try:
        for path in entry.files:
            check_gguf(path)
            wanted = _known(path, models_dir, hashes)
            if wanted and digest(path) != wanted:
                return "broken", f"{path} is damaged: its sha256 is not the one that it was pulled with."
            compared += bool(wanted)
    except SoloError as error:
        return "broken", str(error)
    if compared == len(entry.files):
        return "good", ""
    return "whole", "no sha256 is known to compare with"


def _known(path: Path, models_dir: Path, hashes: dict[str, str]) -> str:
    try:
        return hashes.get(path.relative_to(models_dir).as_posix(), "")
    except ValueError:
        return ""
