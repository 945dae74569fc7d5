"""The dashboard's process: Streamlit, ended together with the Solo that started it.

Its standard input is a pipe that nobody writes to.  When Solo ends, in whatever way, the system closes
the pipe; that reaches every system alike, where signals to process groups do not.
"""

from __future__ import annotations

import os
import sys
import threading


def _end_with_parent() -> None:
    while os.read(0, 1024):
        pass
    os._exit(0)


def main() -> None:
    """Run Streamlit's own command line with our arguments."""
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    from streamlit.web.cli import main as streamlit

    sys.argv[0] = "streamlit"
    streamlit()


if __name__ == "__main__":
    main()
