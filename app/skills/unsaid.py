"""What Solo was still going to say when it was interrupted.

A rule file: the messages of a dialogue in, a text out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from app.events.dialogue import StoredMessageEvent

REPLIES_BACK: Final = 2
"""An answer that came between ("what time is it?") does not make it forgotten; two do."""
_SENTENCES: Final = re.compile(
    r".*[.!?\u2026\u3002\uff01\uff1f][\"'\u201d\u2019\u00bb)\]]*(?=\s|$)", re.DOTALL
)


def unsaid(messages: Sequence[StoredMessageEvent]) -> str:
    """The rest of the last answer that was interrupted; empty when there is none, or it has been said.

    Of an answer that was not yet written to its end, only whole sentences: the last one broke off.
    """
    replies = [message for message in messages if message.role == "assistant"]
    since = list[str]()
    for reply in reversed(replies[-REPLIES_BACK:]):
        if reply.unheard.strip():
            rest = whole_sentences(reply.unheard) if reply.finish == "cancelled" else reply.unheard.strip()
            return "" if rest in since else rest
        since.append(reply.content.strip())
    return ""


def whole_sentences(text: str) -> str:
    """Up to the end of the last sentence that ends."""
    found = _SENTENCES.match(text.strip())
    return found.group() if found else ""
