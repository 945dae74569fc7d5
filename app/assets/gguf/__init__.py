"""GGUF files: what they say of themselves, and whether they are whole."""

from app.assets.gguf.check import GgufFacts, check_gguf
from app.assets.gguf.header import Header, Value, read_header, read_texts
from app.assets.gguf.tensors import Tensors, read_whole

__all__ = [
    "GgufFacts",
    "Header",
    "Tensors",
    "Value",
    "check_gguf",
    "read_header",
    "read_texts",
    "read_whole",
]
