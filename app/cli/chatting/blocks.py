"""Where an answer in Markdown that is still being written can be cut: before the cut nothing changes
any more, whatever comes.  A rule file.
"""

from __future__ import annotations

import re
from typing import Final

_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_ITEM: Final = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])(?:\s|$)")


def settled(text: str) -> int:
    """How many characters of the text are whole blocks: paragraphs, lists, fenced code.

    A block is over at an empty line behind which something else has begun; the items of a list stay
    together, and so does what is indented under them.
    """
    place = start = 0
    fence = ""
    empty = item = False
    for line in text.splitlines(keepends=True):
        bare = line.rstrip("\r\n")
        if not fence and empty and bare.strip() and _begins_anew(bare, item=item):
            start = place
            item = False
        item = item or (not fence and _ITEM.match(bare) is not None)
        fence = _fenced(bare, fence)
        empty = not fence and not bare.strip()
        place += len(line)
    return start


def _begins_anew(line: str, *, item: bool) -> bool:
    """Behind an empty line: not when it goes on with a list, or may turn out to."""
    if not item:
        return True
    may_be_item = re.fullmatch(r" {0,3}(?:[-*+]|\d{1,9}[.)]?)?", line) is not None
    return not (line[0].isspace() or _ITEM.match(line) or may_be_item)


def _fenced(line: str, fence: str) -> str:
    """The fence that is open behind this line; empty for none."""
    found = _FENCE.match(line)
    if found is None:
        return fence
    mark, rest = found[1], found[2]
    if not fence:
        return "" if mark[0] == "`" and "`" in rest else mark
    closes = mark[0] == fence[0] and len(mark) >= len(fence) and not rest.strip()
    return "" if closes else fence
