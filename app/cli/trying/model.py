"""The language model alone, without history, memory and skills: of the Solo that runs, else of one
started for this.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from app.cli.asking import Answer, Told, by_portal, by_thread
from app.cli.reach import OwnSolo, reached
from app.cli.trying.plan import Way
from app.cli.trying.results import Run
from app.kernel.errors import Interrupted, SoloError

if TYPE_CHECKING:
    from app.api.client import SoloClient
    from app.config.settings import Settings
    from app.events.base import Event
    from app.events.llm import LLMResponseEvent, Role


class Model(Protocol):
    """Somebody who answers prompts."""

    def ask(self, prompt: str, way: Way) -> Answer:
        """Begin to answer."""
        ...

    def memory(self) -> int:
        """Bytes that the process has which answers."""
        ...


@contextmanager
def model(
    settings: Settings, role: Role, system: str, schema: dict[str, Any] | None = None
) -> Generator[Model]:
    """See the module. system: what it is told about itself; empty: nothing; schema: what each answer must
    meet."""
    own, remote = _Own(role, system, schema), _Remote(role, system, schema)
    with reached(settings, {"llm"}, remote.of, own.of) as found:
        yield found


def tried(model: Model, prompt: str, way: Way, piece: Callable[[str], bool] | None = None) -> Run:
    """Have it answered. piece: given the text as it comes, says whether to stop. Failures are told."""
    answer = model.ask(prompt, way)
    try:
        for text in answer.polled():
            if piece is not None and piece(text):
                answer.cancel()
                return Run(way, prompt, error="Stopped.")
        if answer.told is None:
            raise Interrupted("The answer broke off.")
        return Run(way, prompt, answer.told, model.memory())
    except SoloError as error:
        return Run(way, prompt, error=str(error))
    except BaseException:
        answer.cancel()
        raise


def _messages(system: str, prompt: str) -> list[dict[str, str]]:
    opening = [{"role": "system", "content": system}] if system else []
    return [*opening, {"role": "user", "content": prompt}]


class _Remote:
    def __init__(self, role: Role, system: str, schema: dict[str, Any] | None) -> None:
        self._role = role
        self._system = system
        self._schema = schema
        self._client: SoloClient | None = None

    def of(self, client: SoloClient) -> Model:
        self._client = client
        return self

    def ask(self, prompt: str, way: Way) -> Answer:
        assert self._client is not None  # noqa: S101  (`of` comes first)
        client = self._client
        body: dict[str, Any] = {
            "messages": _messages(self._system, prompt),
            "role": self._role,
            "model": way.model,
            "cached": False,
            "answer_schema": self._schema,
            **{name: int(value) if value.is_integer() else value for name, value in way.values},
        }

        def stream() -> Iterator[str | Told]:
            for piece in client.generate(body):
                yield piece if isinstance(piece, str) else _told(piece)

        return by_thread(stream)

    def memory(self) -> int:
        assert self._client is not None  # noqa: S101  (`of` comes first)
        return self._client.status().system.process_memory


class _Own:
    def __init__(self, role: Role, system: str, schema: dict[str, Any] | None) -> None:
        self._role: Role = role
        self._system = system
        self._schema = schema
        self._solo: OwnSolo | None = None

    def of(self, solo: OwnSolo) -> Model:
        self._solo = solo
        return self

    def ask(self, prompt: str, way: Way) -> Answer:
        from app.events.dialogue import AnswerOptions
        from app.events.llm import ChatMessage, LLMRequestEvent, Shape

        assert self._solo is not None  # noqa: S101  (`of` comes first)
        options = AnswerOptions.flat(dict(way.values))
        messages = tuple(ChatMessage.model_validate(one) for one in _messages(self._system, prompt))
        request = LLMRequestEvent(
            messages=messages,
            role=self._role,
            model=way.model,
            max_tokens=options.max_tokens,
            temperature=options.temperature,
            seed=options.seed,
            sampling=options.sampling,
            cached=False,
            shape=None if self._schema is None else Shape(kind="schema", text=json.dumps(self._schema)),
            turn=self._solo.runtime.clock.new_id(),
        )
        return by_portal(self._solo, request, _read)

    def memory(self) -> int:
        import psutil

        return psutil.Process().memory_info().rss


def _read(answer: Event) -> str | Told | None:
    from app.events.llm import LLMResponseEvent, LLMTokenEvent

    if isinstance(answer, LLMTokenEvent):
        return answer.text
    return _told(answer) if isinstance(answer, LLMResponseEvent) else None


def _told(end: LLMResponseEvent) -> Told:
    return Told(
        end.text,
        "",
        end.finish,
        end.model,
        end.first_token_ms,
        end.tokens_per_second,
        end.completion_tokens,
        end.prompt_tokens,
        end.cached_tokens,
        end.provider,
        end.cost,
        end.queue_ms,
    )
