"""How CLI and dashboard find a running Solo: data/run/address.json and data/run/token."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Final

import psutil
from pydantic import BaseModel, ConfigDict, ValidationError

from app.kernel.errors import Forbidden

TOKEN_BYTES: Final = 32
SHORTEST_TOKEN: Final = 32
"""Characters below which what stands in the file is no token of ours."""


class Address(BaseModel):
    """Where a Solo listens. url: for clients on this machine; pid: its process."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    url: str
    host: str
    port: int
    pid: int


def token_file(data_dir: Path) -> Path:
    """What opens the protected part of the API stands in here."""
    return data_dir / "run" / "token"


def address_file(data_dir: Path) -> Path:
    """Where the API listens stands in here, while it does."""
    return data_dir / "run" / "address.json"


def own_token(data_dir: Path) -> str:
    """The token of this data folder, made at first use, readable by its owner only.

    Raises Forbidden when the folder cannot be written.
    """
    path = token_file(data_dir)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        token = read_token(data_dir)
        if token is None:
            token = secrets.token_urlsafe(TOKEN_BYTES)
            _write_private(path, token + "\n")
        elif os.name == "posix" and path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except OSError as error:
        raise Forbidden(f"The token cannot be kept in {path}: {error.strerror}.") from error
    return token


def read_token(data_dir: Path) -> str | None:
    """The token, None when there is none that can be read."""
    try:
        token = token_file(data_dir).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return token if len(token) >= SHORTEST_TOKEN else None


def write_address(data_dir: Path, address: Address) -> None:
    """Tell clients where Solo listens."""
    _write_private(address_file(data_dir), json.dumps(address.model_dump()) + "\n")


def read_address(data_dir: Path) -> Address | None:
    """Where a Solo that runs on this data folder listens; None when no process does."""
    try:
        address = Address.model_validate_json(address_file(data_dir).read_bytes())
    except (OSError, ValidationError):
        return None
    return address if psutil.pid_exists(address.pid) else None


def remove_address(data_dir: Path) -> None:
    """Solo does not listen any more; idempotent, and leaves another process's address alone."""
    address = read_address(data_dir)
    if address is None or address.pid == os.getpid():
        address_file(data_dir).unlink(missing_ok=True)


def _write_private(path: Path, text: str) -> None:
    """Replace the file in one step: nobody sees half of it, and it is never open to others."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
    draft.replace(path)
