"""What a chat asks of Solo besides answers: of the one that runs, else of one started for this."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from app.cli import asking
from app.cli.chatting.sessions import Said, Session
from app.cli.reach import OwnSolo, reached

if TYPE_CHECKING:
    from app.api.client import SoloClient
    from app.config.settings import Settings
    from app.events.dialogue import ReadDialoguesEvent
    from app.events.llm import ModelOffer, Role, RoleChain

MOST = 500
"""Conversations and messages that the API gives at once."""


class House(asking.Asker, Protocol):
    """Somebody who answers and keeps conversations. Every method raises SoloError."""

    def models(self) -> tuple[Sequence[ModelOffer], Sequence[RoleChain]]:
        """What can be asked, and who answers for each role."""
        ...

    def choose(self, role: Role, model: str) -> RoleChain:
        """From now on this one answers for the role, whoever asks; empty: as the settings say."""
        ...

    def sessions(self, limit: int) -> list[Session]:
        """Conversations, the latest first."""
        ...

    def messages(self, dialogue: str, limit: int) -> list[Said]:
        """The latest of one conversation, oldest first."""
        ...

    def search(self, words: str, limit: int) -> list[Said]:
        """The latest messages that hold all of these words, oldest first."""
        ...

    def name(self, dialogue: str, name: str) -> str:
        """Call it so; what it is called then."""
        ...

    def delete(self, dialogue: str) -> tuple[int, int]:
        """Take it away; how many messages and memories that were."""
        ...


@contextmanager
def house(settings: Settings) -> Generator[House]:
    """The Solo that runs on this data folder, else what is needed of one, started for this."""
    with reached(settings, {"dialogue"}, Remote, Own) as found:
        yield found


class Remote(asking.Remote):
    """A Solo that runs already."""

    def __init__(self, client: SoloClient) -> None:
        super().__init__(client)
        self._solo = client

    def models(self) -> tuple[Sequence[ModelOffer], Sequence[RoleChain]]:
        found = self._solo.models()
        return found.models, found.roles

    def choose(self, role: Role, model: str) -> RoleChain:
        return self._solo.choose_model(role, model)

    def sessions(self, limit: int) -> list[Session]:
        found = self._solo.sessions(limit).dialogues
        return [Session(one.dialogue, one.name, one.begins, one.messages, one.at) for one in found]

    def messages(self, dialogue: str, limit: int) -> list[Said]:
        found = self._solo.messages(dialogue, limit).messages
        return [Said(one.dialogue, one.role, one.content, one.created_at) for one in found]

    def search(self, words: str, limit: int) -> list[Said]:
        found = self._solo.messages_with(words, limit).messages
        return [Said(one.dialogue, one.role, one.content, one.created_at) for one in found]

    def name(self, dialogue: str, name: str) -> str:
        return self._solo.name_session(dialogue, name).name

    def delete(self, dialogue: str) -> tuple[int, int]:
        gone = self._solo.delete_session(dialogue)
        return gone.messages, gone.memories


class Own(asking.Own):
    """The parts of Solo that this takes, in a thread of this process."""

    def __init__(self, solo: OwnSolo) -> None:
        super().__init__(solo)
        self._solo = solo

    def models(self) -> tuple[Sequence[ModelOffer], Sequence[RoleChain]]:
        from app.events.llm import ListModelsEvent, ModelsEvent

        found = self._solo.request(ListModelsEvent(), ModelsEvent)
        return found.models, found.roles

    def choose(self, role: Role, model: str) -> RoleChain:
        from app.events.llm import ChooseModelEvent, ModelChosenEvent

        return self._solo.request(ChooseModelEvent(role=role, model=model), ModelChosenEvent).chain

    def sessions(self, limit: int) -> list[Session]:
        from app.events.dialogue import DialogueListEvent, ListDialoguesEvent

        found = self._solo.request(ListDialoguesEvent(limit=limit), DialogueListEvent).dialogues
        return [Session(one.dialogue, one.name, one.begins, one.messages, one.at) for one in found]

    def messages(self, dialogue: str, limit: int) -> list[Said]:
        from app.events.dialogue import ReadDialoguesEvent

        return self._read(ReadDialoguesEvent(dialogue=dialogue, limit=limit))

    def search(self, words: str, limit: int) -> list[Said]:
        from app.events.dialogue import ReadDialoguesEvent

        return self._read(ReadDialoguesEvent(words=words, limit=limit))

    def _read(self, asked: ReadDialoguesEvent) -> list[Said]:
        from app.events.dialogue import DialoguesEvent

        found = self._solo.request(asked, DialoguesEvent).messages
        return [Said(one.dialogue, one.role, one.content, one.created_at) for one in found]

    def name(self, dialogue: str, name: str) -> str:
        from app.events.dialogue import DialogueNamedEvent, NameDialogueEvent

        asked = NameDialogueEvent(dialogue=dialogue, name=name)
        return self._solo.request(asked, DialogueNamedEvent).name

    def delete(self, dialogue: str) -> tuple[int, int]:
        from app.events.dialogue import DeleteDialogueEvent, DialogueDeletedEvent

        gone = self._solo.request(DeleteDialogueEvent(dialogue=dialogue), DialogueDeletedEvent)
        return gone.messages, gone.memories
