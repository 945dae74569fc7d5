"""Every event and every setting, looked at by one walker: a new one cannot be forgotten."""

from __future__ import annotations

import types
import typing
from enum import Enum
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel

from app.config.load import setting_paths, variable
from app.config.settings import Settings
from app.events.base import Answer, Event, Fact, Request
from scripts.pages.reference import every_event

EVENTS = every_event()


def sample(annotation: Any) -> Any:
    """Some value of a type, the first alternative of a union."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return sample(arguments[0])
    if origin is Literal:
        return arguments[0]
    if origin in (typing.Union, types.UnionType):
        return sample(arguments[0])
    if origin in (tuple, list, set, frozenset):
        inner = [argument for argument in arguments if argument is not Ellipsis]
        return origin(sample(argument) for argument in inner)
    if origin is dict:
        return {sample(arguments[0]): sample(arguments[1])}
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return filled(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return next(iter(annotation))
    simple: dict[Any, Any] = {
        str: "x",
        int: 3,
        float: 0.5,
        bool: True,
        Any: "x",
        Path: Path("x"),
        type(None): None,
    }
    return simple[annotation]


def filled(model: type[BaseModel]) -> BaseModel:
    """An instance with every field that has no default."""
    fields = {name: sample(f.annotation) for name, f in model.model_fields.items() if f.is_required()}
    return model(**fields)


def test_there_are_events() -> None:
    assert len(EVENTS) > 15


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
class TestEveryEvent:
    def test_is_named_as_one(self, event: type[Event]) -> None:
        assert event.__name__.endswith("Event")

    def test_is_a_fact_a_request_or_an_answer(self, event: type[Event]) -> None:
        assert issubclass(event, (Fact, Request, Answer))

    def test_is_frozen(self, event: type[Event]) -> None:
        made = filled(event)
        with pytest.raises(ValueError, match="frozen"):
            made.owner = "other"  # type: ignore[attr-defined]

    def test_says_what_it_means(self, event: type[Event]) -> None:
        assert (event.__doc__ or "").strip()
        assert event.__doc__ not in (Fact.__doc__, Request.__doc__, Answer.__doc__, Event.__doc__)

    def test_comes_back_from_json_as_it_went(self, event: type[Event]) -> None:
        made = filled(event)
        assert event.model_validate_json(made.model_dump_json()) == made

    def test_refuses_a_field_it_does_not_have(self, event: type[Event]) -> None:
        with pytest.raises(ValueError, match="Extra inputs"):
            event.model_validate(filled(event).model_dump() | {"nonsense": 1})


def test_no_two_events_share_a_name() -> None:
    names = [event.__name__ for event in EVENTS]
    assert len(names) == len(set(names))


def _field(path: tuple[str, ...]) -> Any:
    model: Any = Settings
    for part in path[:-1]:
        model = model.model_fields[part].annotation
    return model.model_fields[path[-1]]


@pytest.mark.parametrize("path", setting_paths(), ids=".".join)
def test_every_setting_says_what_it_is_and_has_a_default(path: tuple[str, ...]) -> None:
    field = _field(path)
    assert (field.description or "").strip()
    assert not field.is_required()
    assert variable(path) == "SOLO_" + "__".join(path).upper()


def test_names_that_people_rely_on_are_there() -> None:
    names = {variable(path) for path in setting_paths()}
    assert names >= {
        "SOLO_API__HOST",
        "SOLO_API__PORT",
        "SOLO_DATA_DIR",
        "SOLO_MODELS_DIR",
        "SOLO_VOICE__WAKE__ENGINE",
        "SOLO_VOICE__WAKE__ACCESS_KEY",
        "SOLO_LLM__GENERATION__MODEL",
        "SOLO_LLM__GENERATION__MAX_TOKENS",
        "SOLO_LLM__GENERATION__TEMPERATURE",
        "SOLO_LLM__GENERATION__SYSTEM_PROMPT",
    }
