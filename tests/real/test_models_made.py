"""Quantizing and converting by the real library and llama.cpp's real scripts."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest

from app.assets.converter import converter
from app.assets.gguf import check_gguf
from app.kernel.errors import BadInput, Unsupported
from app.llm.models.convert import Legacy, convert
from app.llm.models.entry import Entry
from app.llm.models.inventory import Inventory
from app.llm.models.quantize import kinds, quantize
from tests.conftest import MODELS, ROOT

pytestmark = pytest.mark.real_time
SMALL = "smollm2-135m-instruct-q4_1"


def silent(doing: str, done: int, of: int) -> None:
    """Told how far it is."""


@pytest.fixture
def small() -> Entry:
    pytest.importorskip("llama_cpp", reason="llama-cpp-python: ./scripts/run_agent.sh --llama-cpp")
    return Inventory((MODELS,)).find(SMALL)


@pytest.mark.needs("models")
def test_a_model_is_written_in_more_bits_and_reads_as_before(tmp_path: Path, small: Entry) -> None:
    steps: list[tuple[str, int, int]] = []

    def tell(doing: str, done: int, of: int) -> None:
        steps.append((doing, done, of))

    done = quantize(small, tmp_path / "a.gguf", "q8_0", tell)
    assert done.before is not None
    assert done.after is not None
    assert 5 < done.before < 100
    assert abs(done.after / done.before - 1) < 0.2
    assert Inventory((tmp_path,)).find("a").facts.quantization == "Q8_0"
    assert check_gguf(done.path).tensors == 272
    assert ("quantizing", 272, 272) in steps


@pytest.mark.needs("models")
def test_called_off_in_the_middle_nothing_is_left(tmp_path: Path, small: Entry) -> None:
    def stop(doing: str, done: int, of: int) -> None:
        if doing == "quantizing" and done > 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        quantize(small, tmp_path / "a.gguf", "q5_0", stop, check=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.needs("models")
def test_what_the_library_cannot_make_is_said_beforehand(tmp_path: Path, small: Entry) -> None:
    assert {"Q4_K_M", "Q8_0", "F16", "IQ4_XS"} <= set(kinds())
    with pytest.raises(Unsupported, match="importance matrix"):
        quantize(small, tmp_path / "a.gguf", "iq2_xxs", silent)
    with pytest.raises(BadInput, match=r"no type Q4_K_X\. There are: F32"):
        quantize(small, tmp_path / "a.gguf", "q4_k_x", silent)


def ggml(path: Path) -> Path:
    """A Llama of two small layers in the last format before GGUF."""
    chance = random.Random(1)
    words, width, inner, layers = 300, 64, 96, 2
    data = bytearray(b"tjgg" + struct.pack("<8I", 3, words, width, 32, 4, layers, 16, 0))
    for n in range(words):
        word = b"" if n < 3 else bytes([n - 3]) if n < 259 else b" w%d" % n
        data += struct.pack("<I", len(word)) + word + struct.pack("<f", -n)
    block = {"attention_norm": (width,), "ffn_norm": (width,), "feed_forward.w2": (inner, width)}
    block |= {f"attention.w{name}": (width, width) for name in "qkvo"}
    block |= {f"feed_forward.w{name}": (width, inner) for name in "13"}
    shapes = {"tok_embeddings": (width, words), "norm": (width,), "output": (width, words)}
    shapes |= {f"layers.{n}.{name}": shape for n in range(layers) for name, shape in block.items()}
    for name, shape in shapes.items():
        text = f"{name}.weight".encode()
        count = shape[0] * (shape[1] if len(shape) > 1 else 1)
        data += struct.pack("<3I", len(shape), len(text), 0) + struct.pack(f"<{len(shape)}I", *shape) + text
        data += b"\0" * (-len(data) % 32)
        data += struct.pack(f"<{count}f", *(chance.gauss(0, 0.05) for _ in range(count)))
    path.write_bytes(data)
    return path


def test_a_file_of_before_gguf_is_converted_by_llama_cpp_s_own_script(tmp_path: Path) -> None:
    scripts = converter(ROOT / "cache")
    convert(ggml(tmp_path / "old.bin"), tmp_path / "new.gguf", scripts, silent, legacy=Legacy(512))
    facts = Inventory((tmp_path,)).find("new").facts
    assert (facts.architecture, facts.context, facts.parameters) == ("llama", 512, 108_352)
    assert facts.shape.vocabulary == 300
    assert facts.quantization == "F32"
