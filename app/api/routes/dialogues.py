"""What was said, and the dialogues in which it was."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.api.conversations import DeleteReply, NameBody, NameReply, SessionLine, SessionsReply, WordsBody
from app.api.dependencies import Deps, Given
from app.api.schemas import DialoguesReply, MessageLine
from app.events.dialogue import (
    DeleteDialogueEvent,
    DialogueDeletedEvent,
    DialogueListEvent,
    DialogueNamedEvent,
    DialoguesEvent,
    ListDialoguesEvent,
    NameDialogueEvent,
    ReadDialoguesEvent,
)

router = APIRouter(prefix="/api/v1/dialogues", tags=["memory"])

Limit = Annotated[int, Query(ge=1, le=500, description="how many messages at most")]
Most = Annotated[int, Query(ge=1, le=500, description="how many dialogues at most")]
Dialogue = Annotated[str, Path(max_length=64)]


@router.get("")
async def dialogues(deps: Given, limit: Limit = 20) -> DialoguesReply:
    """The latest messages of all dialogues, oldest first."""
    return await _messages(deps, ReadDialoguesEvent(limit=limit))


@router.post("/search")
async def search(body: WordsBody, deps: Given) -> DialoguesReply:
    """The latest messages with these words. A POST, so that the words stand in no address."""
    return await _messages(deps, ReadDialoguesEvent(limit=body.limit, words=body.words))


@router.get("/list")
async def listed(deps: Given, limit: Most = 20) -> SessionsReply:
    """The dialogues in which something was said last."""
    found = await deps.runtime.bus.request(
        ListDialoguesEvent(limit=limit), DialogueListEvent, timeout=deps.settings.api.timeout_seconds
    )
    return SessionsReply(dialogues=tuple(SessionLine(**one.model_dump()) for one in found.dialogues))


@router.get("/{dialogue}")
async def messages(dialogue: Dialogue, deps: Given, limit: Limit = 20) -> DialoguesReply:
    """The latest messages of this one, oldest first."""
    return await _messages(deps, ReadDialoguesEvent(limit=limit, dialogue=dialogue))


@router.post("/{dialogue}/name")
async def name(dialogue: Dialogue, body: NameBody, deps: Given) -> NameReply:
    """Call it so."""
    named = await deps.runtime.bus.request(
        NameDialogueEvent(dialogue=dialogue, name=body.name),
        DialogueNamedEvent,
        timeout=deps.settings.api.timeout_seconds,
    )
    return NameReply(dialogue=named.dialogue, name=named.name)


@router.delete("/{dialogue}")
async def delete(dialogue: Dialogue, deps: Given) -> DeleteReply:
    """Take it away for good, and what is remembered of it."""
    gone = await deps.runtime.bus.request(
        DeleteDialogueEvent(dialogue=dialogue),
        DialogueDeletedEvent,
        timeout=deps.settings.api.timeout_seconds,
    )
    return DeleteReply(messages=gone.messages, memories=gone.memories)


async def _messages(deps: Deps, asked: ReadDialoguesEvent) -> DialoguesReply:
    found = await deps.runtime.bus.request(asked, DialoguesEvent, timeout=deps.settings.api.timeout_seconds)
    lines = tuple(
        MessageLine(
            id=m.id,
            dialogue=m.dialogue,
            role=m.role,
            content=m.content,
            channel=m.channel,
            created_at=m.created_at,
        )
        for m in found.messages
    )
    return DialoguesReply(messages=lines)
