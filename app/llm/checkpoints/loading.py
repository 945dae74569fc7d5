"""A checkpoint into memory, by transformers: as data only.

The library sees a folder made for it, with a config that names no code and links to safetensors; nothing is
fetched, no pickle is opened, no code of the checkpoint runs.  What its config describes is first built
without numbers and counted: a config that asks for more than the files hold never gets memory.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from app.assets.safetensors import read_tensors
from app.kernel.errors import BrokenFile, MissingExtra, NoMemory, SoloError, Unsupported
from app.llm.checkpoints import folder as files
from app.llm.checkpoints.numbers import Kind, on_processor, processor_has_bf16
from app.llm.checkpoints.sampler import Usual

MOST_LAYERS: Final = 4096
LARGEST: Final = 1 << 24
MEASURES: Final = (
    "hidden_size",
    "intermediate_size",
    "vocab_size",
    "num_attention_heads",
    "num_key_value_heads",
    "head_dim",
    "n_embd",
    "n_inner",
)
SPARE: Final = 1.2
"""A model may have more numbers than its files by those that stand there once and are used twice."""
MARKS_OF_PACKING: Final = (
    *("bits", "group_size", "desc_act", "sym", "zero_point", "version", "quant_method", "checkpoint_format"),
    *("modules_to_not_convert", "lm_head", "true_sequential", "w_bit", "q_group_size", "damp_percent"),
)
INSTALL: Final = (
    "./scripts/setup_dev.sh --extra transformers, then the torch that fits this machine: "
    ".venv/bin/python -m pip install torch"
)


@dataclass(frozen=True, slots=True)
class LoadedCheckpoint:
    """model: of transformers; tokenizer: of tokenizers; ends: tokens that end an answer."""

    model: Any
    tokenizer: Any
    ends: frozenset[int]
    usual: Usual


def absent_packages() -> list[str]:
    """What is not installed of what it takes to load one."""
    return [name for name in ("transformers", "torch") if find_spec(name) is None]


def check_packages() -> None:
    """Raises MissingExtra with what to install."""
    if absent := absent_packages():
        raise MissingExtra(
            f"The engine transformers needs the package {' and '.join(absent)}, which is not installed.",
            hint=f"Install it: {INSTALL}",
        )


def open_tokenizer(folder: Path) -> Any:
    """Its tokenizer.json. Raises Unsupported where it has none, BrokenFile."""
    path = folder / files.TOKENIZER
    if not path.is_file():
        raise Unsupported(
            f"{folder} has no {files.TOKENIZER}.",
            hint="Take a checkpoint with one, or a GGUF of this model: solo models search",
        )
    try:
        return import_module("tokenizers").Tokenizer.from_file(str(path))
    except Exception as error:
        raise BrokenFile(f"{path} cannot be read: {error}"[:300]) from error


def load(folder: Path, *, card: str = "") -> LoadedCheckpoint:
    """Blocks for seconds. card: "cuda:0" and the like; empty: the processor.

    Raises MissingExtra, NotFound, BrokenFile, BadInput, Unsupported, NoMemory.
    """
    check_packages()
    config = files.config_of(folder)
    packed = packing(folder, config, card)
    ends = _ends(folder, config)
    tokenizer = open_tokenizer(folder)
    _silence()
    torch: Any = import_module("torch")
    kind = _kind(torch, card)
    plain = files.harmless(config)
    values = _values(folder, files.quantized_by(config)[1])
    check_measures(folder, plain)
    with tempfile.TemporaryDirectory(prefix="solo-checkpoint-", ignore_cleanup_errors=True) as place:
        files.stage(folder, plain | packed, Path(place))
        try:
            made = _config(plain)
            if not packed:
                _check_size(folder, torch, made, values)
            model = _model(folder, torch, Path(place), None if packed else made, kind, card)
        except SoloError:
            raise
        except (MemoryError, torch.OutOfMemoryError) as error:
            raise NoMemory(f"There is not enough memory for {folder.name}.") from error
        except Exception as error:
            raise _refused(folder, error) from error
    return LoadedCheckpoint(model, tokenizer, ends, _usual(folder))


def packing(folder: Path, config: Mapping[str, Any], card: str) -> dict[str, Any]:
    """What the library is told of quantized weights; nothing where they are none. Raises Unsupported,
    MissingExtra."""
    method, bits = files.quantized_by(config)
    if not method:
        return {}
    label = files.QUANTIZED.get(method)
    other = f"Serve it with vLLM and name it vllm:{folder.name}, or take a GGUF of this model."
    if label is None:
        raise Unsupported(f"{folder.name} is quantized by {method}, which Solo does not load.", hint=other)
    if not card or find_spec("gptqmodel") is None:
        raise MissingExtra(
            f"{folder.name} is quantized with {label} ({bits} bits), which needs a graphics card and the "
            "package gptqmodel.",
            hint=f"With a card: .venv/bin/python -m pip install gptqmodel. {other}",
        )
    said = config["quantization_config"]
    return {"quantization_config": {name: said[name] for name in MARKS_OF_PACKING if name in said}}


def _kind(torch: Any, card: str) -> Kind:
    if card:
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float16"
    return on_processor(bf16=processor_has_bf16())


def _values(folder: Path, bits: int) -> int:
    """Numbers of the model that its files hold."""
    found = files.shards(folder)
    if not found:
        raise (
            files.pickled(folder)
            if files.is_pickled(folder)
            else BrokenFile(f"{folder} has no model*.safetensors.")
        )
    return sum(numbers_in(path, bits) for path in found)


def numbers_in(path: Path, bits: int) -> int:
    """Numbers in a file. bits: of each, where they are packed into larger ones. Raises NotFound,
    BrokenFile."""
    tensors = read_tensors(path)
    if not bits:
        return sum(one.values for one in tensors)
    aside = (".qzeros", ".g_idx", ".scales")
    packed = sum(one.size * 8 // bits for one in tensors if one.name.endswith(".qweight"))
    return packed + sum(one.values for one in tensors if not one.name.endswith((".qweight", *aside)))


def check_measures(folder: Path, config: Mapping[str, Any]) -> None:
    """No measure is beyond what any model has: to build a million layers would take hours."""
    part = files.words_of(config)
    layers = part.get("num_hidden_layers", part.get("n_layer", 0))
    wrong = not isinstance(layers, int) or not 0 <= layers <= MOST_LAYERS
    for name in MEASURES:
        value = part.get(name)
        wrong = wrong or (isinstance(value, int | float) and not 0 <= value <= LARGEST)
    if wrong:
        raise BrokenFile(f"{folder / files.CONFIG} describes a model that cannot be.")


def _config(plain: dict[str, Any]) -> Any:
    kind = plain["model_type"]
    known: Any = import_module("transformers").CONFIG_MAPPING
    if kind not in known:
        raise Unsupported(
            f"transformers does not know the architecture {kind[:60]!r} without code of the checkpoint, "
            "which Solo does not run.",
            hint="Take another model, or a newer transformers.",
        )
    return known[kind].from_dict(plain)


def _check_size(folder: Path, torch: Any, config: Any, values: int) -> None:
    """What the config describes, built without numbers, is what the files hold."""
    with torch.device("meta"):
        empty = import_module("transformers").AutoModelForCausalLM.from_config(config)
    described = sum(one.numel() for one in empty.parameters())
    if described > values * SPARE:
        raise BrokenFile(
            f"{folder} does not fit together: its config describes {described:,} numbers, and its files have "
            f"{values:,}."
        )


def _model(folder: Path, torch: Any, place: Path, config: Any, kind: Kind, card: str) -> Any:
    """config: None: the one of the folder, with how its numbers are packed."""
    given: dict[str, Any] = {} if config is None else {"config": config}
    if card and config is None:
        given["device_map"] = {"": card}
    model, found = import_module("transformers").AutoModelForCausalLM.from_pretrained(
        str(place),
        dtype=getattr(torch, kind),
        use_safetensors=True,
        local_files_only=True,
        trust_remote_code=False,
        output_loading_info=True,
        **given,
    )
    absent = sorted({*found["missing_keys"], *(str(one) for one in found["mismatched_keys"])})
    if absent:
        raise BrokenFile(f"{folder} does not fit together: its files have no {absent[0][:80]}.")
    if card and config is not None:
        model = model.to(card)
    return model.eval()


def _ends(folder: Path, config: Mapping[str, Any]) -> frozenset[int]:
    """Tokens that end an answer, by all that say so."""
    path = folder / files.GENERATION
    said = files.read_json(path) if path.is_file() else {}
    found: set[int] = set()
    for one in (
        said.get("eos_token_id"),
        files.words_of(config).get("eos_token_id"),
        config.get("eos_token_id"),
    ):
        several: list[Any] = one if isinstance(one, list) else [one]
        found |= {token for token in several if isinstance(token, int)}
    return frozenset(found)


def _usual(folder: Path) -> Usual:
    path = folder / files.GENERATION
    return Usual.of(files.read_json(path)) if path.is_file() else Usual()


def _silence() -> None:
    """Its bars and words would be written over the terminal's screen."""
    logging: Any = import_module("transformers.utils.logging")
    logging.set_verbosity_error()
    logging.disable_progress_bar()


def _refused(folder: Path, error: Exception) -> BrokenFile | Unsupported:
    if isinstance(error, ImportError):
        return Unsupported(f"transformers cannot load {folder.name} without another package: {error}"[:300])
    return BrokenFile(
        f"transformers cannot load {folder}: {type(error).__name__}: {error}"[:400],
        hint="Look at it with: solo models verify",
    )
