"""A house that answers by a script, and a conversation in it whose screens are strings."""

from __future__ import annotations

import io
import queue
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from app.cli.asking import Answer, Piece, Question, Told
from app.cli.chatting.doing import DOING
from app.cli.chatting.sessions import Said, Session
from app.cli.chatting.talk import Conversation
from app.config.settings import Settings
from app.events.llm import ModelOffer, Role, RoleChain
from app.kernel.errors import NotFound, SoloError

OFFERS = (
    ModelOffer(name="xllamacpp:qwen2.5-0.5b", provider="xllamacpp", model="qwen2.5-0.5b", loaded=True),
    ModelOffer(name="xllamacpp:qwen2.5-1.5b", provider="xllamacpp", model="qwen2.5-1.5b", context=4096),
    ModelOffer(
        name="openai:gpt-5-mini", provider="openai", model="gpt-5-mini", local=False, price=(0.25, 2.0)
    ),
)


@dataclass
class ScriptedHouse:
    """pieces: of each answer; fails: raised in its middle; kept: the conversations, the latest first."""

    pieces: Sequence[str] = ("Par", "is.")
    fails: SoloError | None = None
    kept: list[Session] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)
    chosen: list[tuple[str, str]] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    cancelled: int = 0
    endless: bool = False

    def ask(self, question: Question) -> Answer:
        self.asked.append(question)
        dialogue = question.dialogue or f"d{len(self.kept) + 1}"
        if question.dialogue is None:
            self.kept.insert(0, Session(dialogue, "", question.text[:120], 2, "2026-01-01T10:00:00+00:00"))
        pieces: queue.Queue[Piece] = queue.Queue()
        for piece in self.pieces:
            pieces.put(piece)
        if self.fails is not None:
            pieces.put(self.fails)
        elif not self.endless:
            text = "".join(self.pieces)
            pieces.put(Told(text, dialogue, "stop", "qwen", 210.0, 35.24, 12, 40, 30, "x", 0.0012))
            pieces.put(None)
        return Answer(pieces, self._cancel)

    def _cancel(self) -> None:
        self.cancelled += 1

    def models(self) -> tuple[Sequence[ModelOffer], Sequence[RoleChain]]:
        chain = RoleChain(role="generation", targets=("xllamacpp:qwen2.5-0.5b", "openai:gpt-5-mini"))
        return OFFERS, (chain,)

    def choose(self, role: Role, model: str) -> RoleChain:
        self.chosen.append((role, model))
        return RoleChain(role=role, targets=(model or "auto",), chosen=bool(model))

    def sessions(self, limit: int) -> list[Session]:
        return self.kept[:limit]

    def messages(self, dialogue: str, limit: int) -> list[Said]:
        return [one for one in self.said if one.dialogue == dialogue][-limit:]

    def search(self, words: str, limit: int) -> list[Said]:
        return [one for one in self.said if words.casefold() in one.content.casefold()][-limit:]

    def name(self, dialogue: str, name: str) -> str:
        for place, one in enumerate(self.kept):
            if one.dialogue == dialogue:
                self.kept[place] = Session(dialogue, name, one.begins, one.messages, one.at)
                return name
        raise NotFound(f"There is no dialogue {dialogue}.")

    def delete(self, dialogue: str) -> tuple[int, int]:
        self.deleted.append(dialogue)
        self.kept = [one for one in self.kept if one.dialogue != dialogue]
        return 2, 1


@dataclass
class Chat:
    """A conversation and what it printed."""

    talk: Conversation
    house: ScriptedHouse
    out: io.StringIO
    err: io.StringIO

    def __call__(self, line: str) -> str:
        """What is printed for this line."""
        self.out.truncate(0)
        self.out.seek(0)
        assert self.talk.take(line)
        return self.out.getvalue()

    def refused(self, line: str) -> str:
        """What goes wrong with it."""
        self.err.truncate(0)
        self.err.seek(0)
        self(line)
        return self.err.getvalue()


def chat(folder: Path, house: ScriptedHouse | None = None, *, terminal: bool = False, **how: Any) -> Chat:
    out, err = io.StringIO(), io.StringIO()
    house = house or ScriptedHouse()
    look: dict[str, Any] = {"force_terminal": True, "_environ": {"TERM": "xterm"}} if terminal else {}
    console = Console(file=out, width=60, height=20, highlight=False, soft_wrap=True, **look)
    errors = Console(file=err, width=200, highlight=False, soft_wrap=True)
    settings = Settings(data_dir=folder)
    return Chat(
        Conversation(house, settings, console, errors, DOING, lively=terminal, **how), house, out, err
    )
