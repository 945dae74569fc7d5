"""python -m app → the command line."""

from __future__ import annotations

import sys

from app.kernel.environ import prepare


def main() -> None:
    """Run the command line and leave with its exit code."""
    prepare()  # before any library is loaded
    from app.cli.main import main as command_line

    sys.exit(command_line())


if __name__ == "__main__":
    main()
