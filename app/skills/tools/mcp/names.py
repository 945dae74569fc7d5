"""What a server's tools are called before the model: `<server>_<tool>`, and no two alike.

Letters, digits, _ and - are kept, others become _.  A name that is too long, that another tool of the
server would have, that another source has already, or that begins as those of another server do (`a` with
`b_c`, beside `a_b` with `c`) is told apart by a few hex digits of the tool's own name.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable

LONGEST = 64
_OTHER = re.compile(r"[^A-Za-z0-9_-]")


def names_of(
    server: str, tools: Iterable[str], *, servers: Collection[str] = (), taken: Collection[str] = ()
) -> dict[str, str]:
    """The server's own name of each tool → its name before the model.

    servers: names of all of them; taken: names that tools of other sources have. Depends on nothing else,
    so tools keep their names when the server comes back.
    """
    own = sorted(set(tools))
    like = Counter(_plain(server, tool) for tool in own)
    beside = tuple(f"{other}_" for other in servers if other.startswith(f"{server}_"))
    found: dict[str, str] = {}
    for tool in own:
        plain = _plain(server, tool)
        first = like[plain] == 1 or plain == f"{server}_{tool}"
        if not first or len(plain) > LONGEST or plain in taken or plain.startswith(beside):
            plain = _apart(server, tool, {*taken, *found.values()})
        found[tool] = plain
    return found


def _plain(server: str, tool: str) -> str:
    return f"{server}_{_OTHER.sub('_', tool)}"


def _apart(server: str, tool: str, used: Collection[str]) -> str:
    digits = hashlib.sha256(tool.encode("utf-8", "surrogatepass")).hexdigest()
    for count in (6, 12, 24):
        name = f"{server}_{digits[:count]}_{_OTHER.sub('_', tool)}"[:LONGEST].rstrip("_")
        if name not in used:
            break
    return name
