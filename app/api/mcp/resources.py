"""What can be read: conversations, and what is remembered. A rule file, but for asking the house."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote, unquote

import mcp_types as types

from app.api.conversations import SessionLine
from app.api.mcp.house import ARCHIVE, MEMORY, Housing
from app.api.schemas import MessageLine
from app.kernel.errors import BadInput, NotFound

SCHEME: Final = "solo://"
CONVERSATIONS: Final = "conversations"
MEMORIES: Final = "memories"
JSON: Final = "application/json"
LISTED: Final = 20
"""Conversations that are named one by one."""
LATEST: Final = 100
"""Conversations in the list of them, and messages of one."""
LINES: Final = 20
"""Remembered lines."""
MOST: Final = 200_000
"""Characters of one conversation; what is older is left out."""
LONGEST: Final = 1_000
"""Characters of an address."""


def conversations() -> types.Resource:
    """The list of them."""
    return types.Resource(
        uri=f"{SCHEME}{CONVERSATIONS}",
        name=CONVERSATIONS,
        title="Conversations",
        description="The latest conversations with Solo: ids, names, how they begin.",
        mime_type=JSON,
    )


def conversation(line: SessionLine) -> types.Resource:
    """One of them."""
    return types.Resource(
        uri=f"{SCHEME}{CONVERSATIONS}/{quote(line.dialogue, safe='')}",
        name=line.dialogue,
        title=(line.name or line.begins)[:100],
        description=f"{line.messages} messages, the last one at {line.at}.",
        mime_type=JSON,
    )


def templates(*, remembers: bool) -> list[types.ResourceTemplate]:
    """Addresses with something to be filled in."""
    made = [
        types.ResourceTemplate(
            uri_template=f"{SCHEME}{CONVERSATIONS}/{{id}}",
            name="conversation",
            title="A conversation",
            description="What was said in one conversation, oldest first.",
            mime_type=JSON,
        )
    ]
    if remembers:
        made.append(
            types.ResourceTemplate(
                uri_template=f"{SCHEME}{MEMORIES}/{{words}}",
                name="memories",
                title="What Solo remembers",
                description="Remembered lines that bear on these words, best first.",
                mime_type=JSON,
            )
        )
    return made


async def read(housing: Housing, uri: str) -> str:
    """What stands there, as JSON. Raises NotFound, BadInput."""
    if len(uri) > LONGEST:
        raise BadInput("The address is too long.")
    what, _, key = uri.removeprefix(SCHEME).partition("/")
    words = unquote(key)
    if uri.startswith(SCHEME) and what == CONVERSATIONS and len(words) <= 64:
        return await (_conversation(housing, words) if words else _conversations(housing))
    if uri.startswith(SCHEME) and what == MEMORIES and words and housing.remembers:
        async with housing.at_hand(MEMORY) as house:
            return _json([line.model_dump() for line in await house.recall(words, LINES)])
    raise NotFound("There is nothing at that address.", hint=f"There is {SCHEME}{CONVERSATIONS}.")


async def _conversations(housing: Housing) -> str:
    async with housing.at_hand(ARCHIVE) as house:
        return _json([line.model_dump() for line in await house.dialogues(LATEST)])


async def _conversation(housing: Housing, dialogue: str) -> str:
    async with housing.at_hand(ARCHIVE) as house:
        messages = await house.messages(dialogue, LATEST)
    if not messages:
        raise NotFound("There is no such conversation.", hint=f"{SCHEME}{CONVERSATIONS} lists them.")
    shown = {"role", "content", "channel", "created_at"}
    return _json([message.model_dump(include=shown) for message in bounded(messages)])


def bounded(messages: Sequence[MessageLine]) -> list[MessageLine]:
    """The latest of them that are no more than MOST characters; at least one, oldest first."""
    kept: list[MessageLine] = []
    room = MOST
    for message in reversed(messages):
        room -= len(message.content)
        if kept and room < 0:
            break
        kept.append(message)
    return kept[::-1]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
