"""Python functions as tools: a name, a docstring and annotations are all that one needs.

The name of the function is the tool's, the first line of its docstring what the model is told about it,
and its annotations are the schema: `Annotated[int, Field(description="…", ge=1)]` says more. A parameter
of the type `Caller` is filled in by Solo. What comes back is text, or anything that pydantic can turn into
JSON. A function that is not `async` runs in a thread.
"""

from __future__ import annotations

import inspect
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic.errors import PydanticUserError
from pydantic_core import to_json

from app.events.tools import HOUSE, Effects, Tool
from app.kernel.blocking import Pool
from app.kernel.errors import BadInput, Busy, NotFound
from app.skills.tools.port import Caller
from app.skills.tools.schemas import compact

F = TypeVar("F", bound=Callable[..., Any])

MARK: Final = "solo_tool"
THREADS: Final = 4
"""Calls of one function that is not `async` at a time: of those that never end no more are begun."""
_ODD: Final = (
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.VAR_POSITIONAL,
    inspect.Parameter.VAR_KEYWORD,
)


@dataclass(frozen=True, slots=True)
class Traits:
    """What a function cannot say by its annotations."""

    effects: Effects = "world"
    confirm: bool = False
    outside: bool = False


def tool(*, effects: Effects = "world", confirm: bool = False, outside: bool = False) -> Callable[[F], F]:
    """Say what calling this function means; without it the most careful is assumed.

    effects: what a call changes: `none`, something of Solo's `own`, or the `world`; confirm: the person is
    always asked first; outside: what it returns was written by others.
    """

    def mark(function: F) -> F:
        setattr(function, MARK, Traits(effects, confirm, outside))
        return function

    return mark


@dataclass(frozen=True, slots=True)
class _Signature:
    """The parameters of a function as a model, whose fields have names of their own, so that a parameter
    may be called anything. names: field → parameter; caller: the parameter that Solo fills in."""

    model: type[BaseModel]
    names: dict[str, str]
    caller: str
    schema: str


@lru_cache(maxsize=512)  # a service that is started again brings the same functions
def _signature(function: Callable[..., Any], *, bound: bool) -> _Signature:
    """Raises BadInput."""
    name = function.__name__
    fields: dict[str, Any] = {}
    names: dict[str, str] = {}
    caller = ""
    try:
        hints = get_type_hints(function, include_extras=True)
    except (NameError, TypeError) as error:
        raise BadInput(f"The annotations of the tool {name} cannot be read: {error}.") from error
    for key, parameter in [*inspect.signature(function).parameters.items()][bound:]:
        if key not in hints or parameter.kind in _ODD:
            raise BadInput(f"The parameter {key} of the tool {name} has no type, or no name of its own.")
        if hints[key] is Caller:
            caller = key
            continue
        default = ... if parameter.default is inspect.Parameter.empty else parameter.default
        field = f"given_{len(fields)}"
        fields[field] = (hints[key], Field(default, alias=key))
        names[field] = key
    strict = ConfigDict(extra="forbid", hide_input_in_errors=True)
    try:
        model = create_model(name, __config__=strict, **fields)
        schema = json.dumps(_schema(model), ensure_ascii=False)
    except PydanticUserError as error:
        raise BadInput(f"The tool {name} has a parameter of a type that no schema can tell.") from error
    return _Signature(model, names, caller, schema)


class FunctionTool:
    """One function. Raises BadInput where it cannot be made a tool."""

    def __init__(self, function: Callable[..., Any], source: str = HOUSE) -> None:
        if not inspect.isroutine(function):
            raise BadInput(f"{function!r} is no function, so it can be no tool.")
        self._function = function
        self._waits = inspect.iscoroutinefunction(function)
        self._threads = threading.BoundedSemaphore(THREADS)
        bound = inspect.ismethod(function)
        self._signature = _signature(function.__func__ if bound else function, bound=bound)
        traits: Traits = getattr(function, MARK, Traits())
        self.tool = Tool(
            name=function.__name__,
            description=(inspect.getdoc(function) or "").partition("\n")[0].strip(),
            parameters=self._signature.schema,
            source=source,
            effects=traits.effects,
            confirm=traits.confirm,
            outside=traits.outside,
        )

    async def call(self, arguments: dict[str, Any], caller: Caller, pool: Pool) -> str:
        """Run it. Raises BadInput for wrong arguments, Busy, and whatever the function raises."""
        try:
            made = self._signature.model.model_validate(arguments)
        except ValidationError as error:
            raise BadInput(self._complaint(error)) from None
        names = self._signature.names
        given: dict[str, Any] = {names[field]: getattr(made, field) for field in made.model_fields_set}
        if self._signature.caller:
            given[self._signature.caller] = caller
        result = await (self._function(**given) if self._waits else pool.run(self._in_thread, given))
        return _said(result)

    def _in_thread(self, given: dict[str, Any]) -> Any:
        if not self._threads.acquire(blocking=False):
            raise Busy(f"{self.tool.name} is still at work on earlier calls.")
        try:
            return self._function(**given)
        finally:
            self._threads.release()

    def _complaint(self, error: ValidationError) -> str:
        """One sentence about the first thing that is wrong; never what was given."""
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        if first["type"] == "missing":
            return f"The argument {where!r} is missing."
        if first["type"] == "extra_forbidden":
            known = ", ".join(self._signature.names.values()) or "none"
            return f"There is no argument {where!r}. There are: {known}."
        return f"The argument {where!r} is wrong: {first['msg'].removeprefix('Value error, ')}."


class FunctionSource:
    """Functions as a source. Raises BadInput for one that cannot be a tool, or a name that comes twice."""

    def __init__(self, name: str, functions: Sequence[Callable[..., Any]], pool: Pool) -> None:
        self.name = name
        self._pool = pool
        self._functions: dict[str, FunctionTool] = {}
        for function in functions:
            made = FunctionTool(function, name)
            if made.tool.name in self._functions:
                raise BadInput(f"{name} brings two tools called {made.tool.name}.")
            self._functions[made.tool.name] = made
        self._tools = tuple(one.tool for one in self._functions.values())

    def tools(self) -> Sequence[Tool]:
        return self._tools

    async def call(self, tool: str, arguments: dict[str, Any], caller: Caller) -> str:
        found = self._functions.get(tool)
        if found is None:
            raise NotFound(f"There is no tool called {tool!r}.")
        return await found.call(arguments, caller, self._pool)


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    """As the model is told: without what costs tokens and says nothing. (That there are no other arguments
    is checked here.)"""
    made = compact(model.model_json_schema(by_alias=True))
    made.pop("additionalProperties", None)
    made.pop("description", None)
    made.setdefault("properties", {})
    return made


def _said(value: Any) -> str:
    if value is None:
        return "Done."
    return value if isinstance(value, str) else to_json(value, inf_nan_mode="null").decode()
