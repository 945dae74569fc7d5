"""What a GGUF says about how it wants to be talked to: its chat template and its special tokens.

Read from the header alone, without trusting it: bounded in bytes, pairs and strings (the format:
github.com/ggml-org/ggml, docs/gguf.md).  The vocabulary is walked over, of its texts only the special
ones are kept.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from app.kernel.errors import BrokenFile, NotFound

MOST_BYTES: Final = 64 << 20
MOST_PAIRS: Final = 10_000
MOST_STRINGS: Final = 4_000_000
LONGEST_TEMPLATE: Final = 256 << 10
"""Bytes; what is longer is no template (sandbox.py takes less), and is not read."""
MARKS: Final = frozenset(
    {
        "<|im_start|>",
        "<|im_sep|>",
        "<|start_header_id|>",
        "<start_of_turn>",
        "<|user|>",
        "<|assistant|>",
        "<|end|>",
        "<\uff5cUser\uff5c>",
        "[INST]",
    }
)
"""Special tokens by which the families know where a message begins or ends."""
_READ: Final = 1 << 20
_SIZES: Final = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_CODES: Final = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_TOKENS: Final = "tokenizer.ggml.tokens"
_KEPT: Final = (
    "general.architecture",
    "general.name",
    "general.basename",
    "general.finetune",
    "tokenizer.chat_template",
    "tokenizer.ggml.bos_token_id",
    "tokenizer.ggml.eos_token_id",
)


@dataclass(frozen=True, slots=True)
class PromptHeader:
    """How a model wants to be talked to.

    name: what the file calls itself, and its own name; template: None where the file has none; bos, eos:
    the texts of the tokens that begin a prompt and end an answer; marks: those of MARKS in the vocabulary,
    None where that was not looked at.
    """

    architecture: str = ""
    name: str = ""
    template: str | None = None
    bos: str = ""
    eos: str = ""
    marks: frozenset[str] | None = None

    @classmethod
    def of_metadata(
        cls, metadata: Mapping[str, Any], *, file: str = "", bos: str = "", eos: str = ""
    ) -> PromptHeader:
        """From what an engine has read already: metadata by the names of GGUF, and two texts of tokens."""
        template = metadata.get("tokenizer.chat_template")
        names = (metadata.get(f"general.{part}") for part in ("name", "basename", "finetune"))
        return cls(
            str(metadata.get("general.architecture") or ""),
            " ".join([*(name for name in names if isinstance(name, str)), file]).strip(),
            template if isinstance(template, str) and template.strip() else None,
            bos,
            eos,
        )


def header_of(path: Path) -> PromptHeader:
    """Read it from the file. Raises NotFound, BrokenFile."""
    try:
        with path.open("rb") as file:
            return _Walk(file).header(path.stem)
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}.", hint="See: solo models list") from None
    except (_Short, struct.error, OverflowError):
        raise BrokenFile(f"{path} is damaged, or no GGUF: its header cannot be read.", hint=_HINT) from None
    except OSError as error:
        raise BrokenFile(f"{path} cannot be read: {error.strerror or error}.") from error


_HINT: Final = "Pull it again, or take another file: solo models list"


class _Short(Exception):
    """The file ends, or the header goes beyond what a header may be."""


class _Walk:
    """A cursor over the header."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._data = bytearray()
        self._at = 0
        self._tokens: tuple[int, int] | None = None
        self._marks: set[str] = set()

    def header(self, file: str) -> PromptHeader:
        """All of it."""
        if self._number("I") != 0x46554747 or self._number("I") not in (2, 3):
            raise _Short
        self._number("Q")  # tensors
        pairs = self._number("Q")
        if pairs > MOST_PAIRS:
            raise _Short
        found: dict[str, Any] = {}
        for _ in range(pairs):
            key, kind = self._text() or "", self._number("I")
            value = self._value(key, kind)
            if key in _KEPT and value is not None:
                found[key] = value
        bos, eos = (self._token(found.get(f"tokenizer.ggml.{name}_token_id")) for name in ("bos", "eos"))
        made = PromptHeader.of_metadata(found, file=file, bos=bos, eos=eos)
        marks = None if self._tokens is None else frozenset(self._marks)
        return PromptHeader(made.architecture, made.name, made.template, bos, eos, marks)

    def _value(self, key: str, kind: int) -> Any:
        if kind in _SIZES:
            return self._number(_CODES[kind])
        if kind == _STRING:
            return self._text(LONGEST_TEMPLATE if key in _KEPT else 0)
        if kind != _ARRAY:
            raise _Short
        element, count = self._number("I"), self._number("Q")
        if element in _SIZES:
            self._take(count * _SIZES[element])
        elif element == _STRING and count <= MOST_STRINGS:
            if key == _TOKENS:
                self._tokens = (self._at, count)
            self._strings(count, MARKS if key == _TOKENS else frozenset())
        else:
            raise _Short
        return None

    def _strings(self, count: int, wanted: frozenset[str]) -> None:
        """Pass over texts, of which a vocabulary has hundreds of thousands; note those that are wanted."""
        known = {mark.encode(): mark for mark in wanted}
        lengths = {len(mark) for mark in known}
        unpack, at = struct.Struct("<Q").unpack_from, self._at
        for _ in range(count):
            if at + 8 > len(self._data):
                self._reach(at + 8)
            length = unpack(self._data, at)[0]
            at += 8
            if length in lengths:
                self._reach(at + length)
                if (mark := known.get(bytes(self._data[at : at + length]))) is not None:
                    self._marks.add(mark)
            at += length
            if at > MOST_BYTES:
                raise _Short
        self._reach(at)
        self._at = at

    def _token(self, number: Any) -> str:
        """The text of a token."""
        if self._tokens is None or not isinstance(number, int) or not 0 <= number < self._tokens[1]:
            return ""
        unpack, at = struct.Struct("<Q").unpack_from, self._tokens[0]
        for _ in range(number):
            at += 8 + unpack(self._data, at)[0]
        length = min(unpack(self._data, at)[0], 200)
        return self._data[at + 8 : at + 8 + length].decode("utf-8", "replace")

    def _number(self, code: str) -> Any:
        begin = self._take(struct.calcsize(f"<{code}"))
        return struct.unpack_from(f"<{code}", self._data, begin)[0]

    def _text(self, most: int = 200) -> str | None:
        """A text; None when it is longer than what is wanted of it."""
        length = self._number("Q")
        begin = self._take(length)
        return None if length > most else self._data[begin : begin + length].decode("utf-8", "replace")

    def _take(self, count: int) -> int:
        begin, end = self._at, self._at + count
        self._reach(end)
        self._at = end
        return begin

    def _reach(self, end: int) -> None:
        if end > MOST_BYTES:
            raise _Short
        if end > len(self._data):
            self._data += self._file.read(max(_READ, end - len(self._data)))
            if end > len(self._data):
                raise _Short
