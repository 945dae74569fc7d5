"""Whether a text has the shape that was asked for, and if not why: one sentence from which a model can mend
it.  Pure.

JSON and schemas are looked at here.  A grammar (GBNF) is kept to by the engine while it writes, or by nobody:
there is nothing to look at afterwards.  A sentence names places and rules, and none of what was written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import islice
from typing import Any, Final, NoReturn, cast

from jsonschema.exceptions import ValidationError, best_match
from referencing.exceptions import Unresolvable

from app.events.llm import Shape
from app.kernel.errors import BadInput
from app.llm.structure.meter import TooMuch, steps
from app.llm.structure.schema import Schema, schema_of

LONGEST: Final = 400_000
"""Characters of an answer that are looked at: more than any model writes at once."""
MOST_ERRORS: Final = 20
_SHOWN: Final = 160


def complaint(text: str, shape: Shape) -> str:
    """What is wrong with an answer; empty where nothing is. Raises BadInput for a wrong schema."""
    if shape.kind == "grammar":
        return ""
    try:
        value = value_of(text)
    except ValueError as error:
        return f"It is no JSON: {error}."
    return wrong(value, shape)


def value_of(text: str) -> object:
    """What a text of JSON stands for. Raises ValueError with a reason."""
    if len(text) > LONGEST:
        raise ValueError("it is too long")
    try:
        return json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise ValueError(f"{error.msg} at character {error.pos + 1}") from None
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def wrong(value: object, shape: Shape) -> str:
    """What is wrong with a value; empty where nothing is. Raises BadInput for a wrong schema."""
    if shape.kind == "json":
        return "" if isinstance(value, dict) else "It is no JSON object."
    return breach(value, schema_of(shape.text))


def breach(value: object, schema: Schema) -> str:
    """How a value breaks a schema; empty where it does not. Raises BadInput for a schema that takes more
    steps than there are."""
    try:
        with steps():
            errors = list(islice(schema.errors(value), MOST_ERRORS))
            worst = best_match(errors)
    except (TooMuch, RecursionError):
        raise BadInput("The schema takes too long to be checked.") from None
    except Unresolvable:
        raise BadInput("The schema refers to something that is not there.") from None
    return "" if worst is None else _sentence(worst)


def _sentence(error: ValidationError) -> str:
    at = ".".join(str(step) for step in error.absolute_path)
    where = _clipped(at) if at else "the whole"
    wanted = cast("Any", error.validator_value)
    match cast("str | None", error.validator):
        case "type":
            names = wanted if isinstance(wanted, list) else [wanted]
            said = f"{where} must be of type {' or '.join(map(str, names))}"
        case "required":
            lacking = [name for name in wanted if name not in cast("Mapping[str, Any]", error.instance)]
            said = f"{where} lacks {_clipped(', '.join(map(str, lacking)))}"
        case "additionalProperties" | "unevaluatedProperties":
            known = cast("Mapping[str, Any]", error.schema).get("properties", {})
            said = f"{where} may have no other properties than {_clipped(', '.join(known)) or 'none'}"
        case "enum":
            said = f"{where} must be one of {_clipped(json.dumps(wanted, ensure_ascii=False))}"
        case "const":
            said = f"{where} must be {_clipped(json.dumps(wanted, ensure_ascii=False))}"
        case None:
            said = f"{where} must not be there"
        case keyword:
            value = _clipped(json.dumps(wanted, ensure_ascii=False))
            said = f"{where} does not meet {json.dumps(keyword)}: {value}"
    return f"{said[0].upper() + said[1:] if not at else said}."


def _clipped(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]} …"


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
