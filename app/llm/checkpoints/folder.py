"""The folder of a Hugging Face checkpoint: what its small files say, read as data and never believed.

A `config.json` may name code: modules of its own (`auto_map`), attention from a repository, another base
model.  What Solo hands to the library is a copy without any of that, and a folder in which nothing else lies.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

from app.kernel.errors import BadInput, BrokenFile, NotFound, Unsupported

CONFIG: Final = "config.json"
"""By which such a folder is known, and named."""
INDEX: Final = "model.safetensors.index.json"
TOKENIZER: Final = "tokenizer.json"
SPECIAL: Final = "tokenizer_config.json"
TEMPLATE: Final = "chat_template.jinja"
GENERATION: Final = "generation_config.json"
PICKLED: Final = ("pytorch_model*.bin", "consolidated*.pth", "*.ckpt")
LARGEST: Final = 16 << 20
"""Bytes of a small file."""
LARGEST_TEMPLATE: Final = 256 << 10
DEEPEST: Final = 8
LEADS_TO_CODE: Final = ("auto_map", "custom_pipelines", "quantization_config", "transformers_weights")
TALKERS: Final = ("ForCausalLM", "LMHeadModel", "ForConditionalGeneration")
QUANTIZED: Final = {"gptq": "GPTQ", "awq": "AWQ"}
"""Ways of quantizing that the library knows with a package that runs no code of the checkpoint."""

Plain = dict[str, Any]


def is_checkpoint(path: Path) -> bool:
    """Whether this file stands for a checkpoint, and not for itself."""
    return path.name == CONFIG


def name_of(folder: Path) -> str:
    """What a checkpoint is called: as its folder, or as its repository where it lies in the hub's cache."""
    repository = folder.parent.parent.name
    if folder.parent.name == "snapshots" and repository.startswith("models--"):
        return repository.rsplit("--", 1)[-1]
    return folder.name


def shards(folder: Path) -> list[Path]:
    """The files with the numbers. Raises NotFound for one that the index names and that is not there."""
    index = folder / INDEX
    if not index.is_file():
        return sorted(folder.glob("model*.safetensors"))
    named = read_json(index).get("weight_map")
    names = set(cast("Plain", named).values()) if isinstance(named, dict) else set[object]()
    for name in names:
        plain = isinstance(name, str) and name == Path(name).name and name.endswith(".safetensors")
        if not plain:
            raise BrokenFile(f"{index} names a file that cannot be one of its own.")
        if not (folder / str(name)).is_file():
            raise NotFound(f"The checkpoint {folder} is not complete: {name} is missing.")
    return sorted(folder / str(name) for name in names)


def is_pickled(folder: Path) -> bool:
    """Its numbers are there as programs that would have to be run, and no other way."""
    return not any(folder.glob("model*.safetensors")) and any(
        True for pattern in PICKLED for _ in folder.glob(pattern)
    )


def pickled(folder: Path) -> Unsupported:
    """The sentence for such a one."""
    return Unsupported(
        f"{folder} has pickled weights only, and those are not opened: they can run any code.",
        hint="Take a checkpoint with model*.safetensors.",
    )


def config_of(folder: Path) -> Plain:
    """Its config.json. Raises NotFound, BrokenFile, and BadInput for one that names no architecture."""
    path = folder / CONFIG
    if not path.is_file():
        raise NotFound(f"{folder} is no checkpoint: it has no {CONFIG}.", hint="See: solo models list")
    config = read_json(path)
    if not architectures(config) or not isinstance(config.get("model_type"), str):
        raise BadInput(f"{path} does not say which architecture the model has.")
    return config


def architectures(config: Mapping[str, Any]) -> tuple[str, ...]:
    """The classes that it names."""
    named = config.get("architectures")
    return tuple(map(str, cast("list[object]", named))) if isinstance(named, list) else ()


def talks(config: Mapping[str, Any]) -> bool:
    """Whether it is a model that writes."""
    return any(name.endswith(TALKERS) for name in architectures(config))


def words_of(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """What it says of the part that writes, where it has several."""
    part = config.get("text_config")
    return cast("Plain", part) if isinstance(part, dict) else config


def quantized_by(config: Mapping[str, Any]) -> tuple[str, int]:
    """How the numbers are packed, and bits of each; empty where they are not."""
    said = config.get("quantization_config")
    if not isinstance(said, dict):
        return "", 0
    plain = cast("Plain", said)
    bits = plain.get("bits", plain.get("w_bit", 0))
    known = isinstance(bits, int) and 0 < bits <= 16
    return str(plain.get("quant_method", "?")).lower()[:40], bits if known else 0


def special_tokens(folder: Path) -> tuple[str, str]:
    """The texts of the tokens that begin a prompt and end an answer; empty where none is said."""
    said = read_json(folder / SPECIAL) if (folder / SPECIAL).is_file() else {}
    return _token(said.get("bos_token")), _token(said.get("eos_token"))


def template_of(folder: Path) -> str | None:
    """Its chat template, not looked at yet."""
    path = folder / TEMPLATE
    if path.is_file():
        return _text(path, LARGEST_TEMPLATE) or None
    said = read_json(folder / SPECIAL).get("chat_template") if (folder / SPECIAL).is_file() else None
    if isinstance(said, list):
        named = [cast("Plain", one) for one in cast("list[object]", said) if isinstance(one, dict)]
        said = next((one.get("template") for one in named if one.get("name") == "default"), None)
    return said if isinstance(said, str) and 0 < len(said.strip()) <= LARGEST_TEMPLATE else None


def read_json(path: Path) -> Plain:
    """A small file of JSON. Raises BrokenFile."""
    try:
        found: object = json.loads(_text(path, LARGEST))
    except (ValueError, RecursionError):
        raise BrokenFile(f"{path} is damaged: it is no JSON.") from None
    if not isinstance(found, dict):
        raise BrokenFile(f"{path} is damaged: it is no table.")
    return cast("Plain", found)


def harmless(config: Mapping[str, Any], depth: int = 0) -> Plain:
    """The same without what could lead to code, or to files of others.

    (Names that begin with an underscore are the library's own; by one of them a config could have code
    fetched and run whatever the caller allowed: CVE-2026-4372.)
    """
    kept: Plain = {}
    for name, value in config.items():
        if name.startswith("_") or name in LEADS_TO_CODE or "implementation" in name or depth > DEEPEST:
            continue
        kept[name] = harmless(cast("Plain", value), depth + 1) if isinstance(value, dict) else value
    return kept


def stage(folder: Path, config: Plain, place: Path) -> None:
    """Lay out in an empty folder what the library may see: this config, and links to the numbers."""
    (place / CONFIG).write_text(json.dumps(config), "utf-8")
    files = [*shards(folder), *([folder / INDEX] if (folder / INDEX).is_file() else [])]
    for path in files:
        linked(path.resolve(), place / path.name)


def linked(path: Path, place: Path) -> None:
    """Have a file stand in another place, too."""
    try:
        place.symlink_to(path)
    except OSError:  # Windows asks for a right that not everybody has
        try:
            os.link(path, place)
        except OSError:
            shutil.copy2(path, place)


def _token(said: object) -> str:
    if isinstance(said, dict):
        said = cast("Plain", said).get("content")
    return said if isinstance(said, str) and len(said) <= 200 else ""


def _text(path: Path, most: int) -> str:
    try:
        if path.stat().st_size > most:
            raise BrokenFile(f"{path} is far too large for what it should be.")
        return path.read_text("utf-8")
    except OSError as error:
        raise BrokenFile(f"{path} cannot be read: {error.strerror or error}.") from error
    except ValueError:
        raise BrokenFile(f"{path} is damaged: it is no text.") from None
