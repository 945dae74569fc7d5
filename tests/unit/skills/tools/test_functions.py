"""What a Python function becomes as a tool."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Annotated, Any, Literal

import anyio
import pytest
from pydantic import BaseModel, Field

from app.kernel.blocking import Pool
from app.kernel.errors import BadInput, Busy, NotFound
from app.skills.tools.functions import THREADS, FunctionSource, FunctionTool, tool
from app.skills.tools.port import Caller

pytestmark = pytest.mark.anyio

ANNA = Caller("anna", "t1", 2)


class Egg(BaseModel):
    minutes: int
    soft: bool = True


@tool(effects="own")
async def boil(
    caller: Caller,
    eggs: Annotated[int, Field(description="how many", ge=1)],
    how: Literal["soft", "hard"] = "soft",
    salt: float | None = None,
) -> str:
    """Boil some eggs.

    More about it, which no model is told.
    """
    return f"{caller.owner} {eggs} {how} {salt}"


async def call(function: Callable[..., Any], caller: Caller = ANNA, **arguments: Any) -> str:
    return await FunctionTool(function).call(arguments, caller, Pool())


def test_a_function_is_told_to_the_model_by_its_name_docstring_and_annotations() -> None:
    made = FunctionTool(boil).tool
    assert (made.name, made.description, made.effects) == ("boil", "Boil some eggs.", "own")
    assert json.loads(made.parameters) == {
        "type": "object",
        "properties": {
            "eggs": {"type": "integer", "minimum": 1, "description": "how many"},
            "how": {"type": "string", "enum": ["soft", "hard"], "default": "soft"},
            "salt": {"type": "number"},
        },
        "required": ["eggs"],
    }


def test_whoever_does_not_say_what_a_function_changes_is_taken_for_careless() -> None:
    def plain() -> str:
        return ""

    assert FunctionTool(plain).tool.effects == "world"


async def test_it_is_called_with_what_was_given_and_with_the_caller() -> None:
    assert await call(boil, eggs=2) == "anna 2 soft None"
    assert await call(boil, eggs="3", how="hard", salt=1) == "anna 3 hard 1.0"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({}, "The argument 'eggs' is missing."),
        ({"eggs": "secret"}, "The argument 'eggs' is wrong: Input should be a valid integer"),
        ({"eggs": 0}, "greater than or equal to 1"),
        ({"eggs": 1, "pan": 2}, "There is no argument 'pan'. There are: eggs, how, salt."),
        ({"eggs": 1, "caller": "root"}, "There is no argument 'caller'"),
    ],
)
async def test_wrong_arguments_are_one_sentence_that_quotes_nothing(
    arguments: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(BadInput) as caught:
        await FunctionTool(boil).call(arguments, ANNA, Pool())
    assert sentence in caught.value.message
    assert "secret" not in caught.value.message
    assert "\n" not in caught.value.message


async def test_a_function_that_is_not_async_runs_in_a_thread() -> None:
    @tool(effects="none")
    def where() -> bool:
        return threading.current_thread() is threading.main_thread()

    assert await call(where) == "false"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "Done."),
        ("as it is", "as it is"),
        ({"a": [1, 2.5, None]}, '{"a":[1,2.5,null]}'),
        (Egg(minutes=5), '{"minutes":5,"soft":true}'),
    ],
)
async def test_what_comes_back_is_text_or_short_json(value: Any, text: str) -> None:
    async def give() -> Any:
        return value

    assert await call(give) == text


async def test_models_and_lists_may_be_parameters() -> None:
    @tool(effects="none")
    async def cook(eggs: list[Egg], json: str = "", copy: int = 0) -> str:  # names that models have, too
        return f"{eggs[0].minutes} {json} {copy}"

    assert await call(cook, eggs=[{"minutes": 4}], json="x", copy=1) == "4 x 1"


def test_what_can_be_no_tool_is_said_at_once() -> None:
    def untyped(a):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        return a

    def starred(*a: int) -> int:
        return sum(a)

    def odd(a: threading.Lock) -> None: ...

    for wrong in (untyped, starred, odd, 5, Egg):
        with pytest.raises(BadInput):
            FunctionTool(wrong)  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="two tools called boil"):
        FunctionSource("x", [boil, boil], Pool())


async def test_a_source_knows_its_tools_by_name() -> None:
    source = FunctionSource("kitchen", [boil], Pool())
    assert [(one.name, one.source) for one in source.tools()] == [("boil", "kitchen")]
    assert await source.call("boil", {"eggs": 1}, ANNA) == "anna 1 soft None"
    with pytest.raises(NotFound):
        await source.call("fry", {}, ANNA)


@pytest.mark.real_time
async def test_a_function_that_hangs_takes_a_few_threads_and_no_more() -> None:
    go_on = threading.Event()

    @tool(effects="none")
    def hang() -> str:
        go_on.wait(30)
        return "at last"

    made = FunctionTool(hang)
    pool = Pool()
    refused = 0

    async def once() -> None:
        nonlocal refused
        try:
            await made.call({}, ANNA, pool)
        except Busy:
            refused += 1
            go_on.set()

    async with anyio.create_task_group() as group:
        for _ in range(THREADS + 1):
            group.start_soon(once)
    assert refused == 1
    assert await made.call({}, ANNA, pool) == "at last"
