"""python -m app → the command line."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    # NumPy's OpenBLAS reads this when it is loaded. Its other threads look for more work for 50 ms after
    # the smallest product of matrices, on a core that the models want just then.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from app.cli.main import main as command_line

    sys.exit(command_line())


if __name__ == "__main__":
    main()
