"""Write the files that are made from the code, or check that they are fresh.

    python -m scripts.docs [--check] [FILE …]

Run from the root of the project; `./scripts/docs.sh` does.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

os.environ |= {"TYPER_USE_RICH": "0", "COLUMNS": "100", "NO_COLOR": "1"}  # help texts, the same everywhere

from scripts.pages import env_example, licences, reference

ROOT = Path(__file__).resolve().parent.parent
PAGES: dict[str, Callable[[], str]] = {
    ".env.example": env_example.text,
    "docs/reference.md": reference.text,
    "docs/licences.md": licences.text,
}


def stale(names: list[str]) -> list[str]:
    """Those of the files that are not what the code says now."""
    return [name for name in names if not _same(ROOT / name, PAGES[name]())]


def _same(path: Path, wanted: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == wanted


def main() -> int:
    """Write or check; 1 when something is stale."""
    words = [word for word in sys.argv[1:] if word != "--check"]
    unknown = [word for word in words if word not in PAGES]
    if unknown:
        print(f"{unknown[0]} is not made here; there are: {', '.join(PAGES)}", file=sys.stderr)
        return 2
    old = stale(words or list(PAGES))
    if "--check" in sys.argv:
        for name in old:
            print(f"{name} is stale: run ./scripts/docs.sh", file=sys.stderr)
        return 1 if old else 0
    for name in old:
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_text(PAGES[name](), encoding="utf-8", newline="\n")
        print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
