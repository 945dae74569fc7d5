"""A grammar (GBNF) as far as it is looked at before an engine reads it: brackets within brackets would end
the whole process there.  Pure."""

from __future__ import annotations

import re
from typing import Final

from app.kernel.errors import BadInput, TooLarge

LONGEST: Final = 50_000
DEEPEST: Final = 100
"""llama.cpp reads brackets by calling itself: 49,000 of them overrun its stack."""
_TERMINAL: Final = re.compile(r'"(?:\\.|[^"\\])*"|\[(?:\\.|[^\]\\])*\]|#[^\n]*', re.DOTALL)


def check_grammar(text: str) -> None:
    """Raises BadInput, TooLarge."""
    if not text.strip():
        raise BadInput("The grammar is empty.")
    if len(text) > LONGEST:
        raise TooLarge(f"The grammar has {len(text):,} characters; the limit is {LONGEST:,}.")
    depth = 0
    for sign in re.findall(r"[()]", _TERMINAL.sub("", text)):
        depth += 1 if sign == "(" else -1
        if depth > DEEPEST:
            raise BadInput(f"The grammar is nested deeper than {DEEPEST} brackets.")
