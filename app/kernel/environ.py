"""Variables of the environment that libraries read, set before the first thread begins.

To read one in a thread (libraries do, whenever they please) while another thread sets one ends the process:
the C library keeps no lock. So nothing else in Solo sets any, and what a library would set for
itself is set here first.
"""

from __future__ import annotations

import os
from typing import Final

LIBRARIES: Final = {
    # NumPy's second thread would look for more work for 50 ms after the smallest product of
    # matrices, on a core that the models want just then.
    "OPENBLAS_NUM_THREADS": "1",
    # How often llama.cpp's threads look for each other before they sleep. Where another program wanted the
    # core, reading took up to 45 ms a token with many (their own default is 300,000), and takes 7 with
    # these; where nobody does it takes 3.5 either way.
    "GOMP_SPINCOUNT": "1000",
    # What llama.cpp would set for itself, in the thread that loads a model.
    "KMP_BLOCKTIME": "200",
}


def prepare() -> None:
    """Set what the person has not. Before any library is loaded, and while there is one thread."""
    for name, value in LIBRARIES.items():
        os.environ.setdefault(name, value)
