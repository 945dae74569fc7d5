"""What a model wrote as arguments: read, mended where it is plain what was meant, and checked.

A rule file. Models write numbers in quotes, null for what they leave out, or a whole object as a string;
that is put right. What stays wrong becomes one sentence, by which a model can do better.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, Final, cast

from jsonschema import Draft7Validator, Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError, best_match
from jsonschema.protocols import Validator
from referencing import Registry

from app.kernel.errors import BadInput
from app.skills.tools.schemas import plain, size

LONGEST: Final = 20_000
"""Characters of arguments."""
LONGEST_SCHEMA: Final = 100_000
DEEPEST: Final = 32
WORK: Final = 200_000
"""Parts of the arguments times parts of the schema: what is compared within a fraction of a second."""
WORDS_OF_SCHEMAS: Final = frozenset({"type", "required", "properties", "description", "additionalProperties"})
"""What small models copy from a tool's schema into its arguments."""
COMPLAINTS: Final = 20
"""Mistakes that are looked at to name the one that matters."""
NAMES: Final = 12
TYPES: Final = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def parsed(text: str) -> dict[str, Any]:
    """The arguments. Raises BadInput."""
    if len(text) > LONGEST:
        raise BadInput(f"The arguments are {len(text)} characters long; at most {LONGEST} are read.")
    found = _loaded(text) if text.strip() else {}
    if isinstance(found, str):  # a whole object as a string
        found = _loaded(found) if found.strip() else {}
    if found is None:
        found = {}
    if not isinstance(found, dict):
        raise BadInput('The arguments must be a JSON object, such as {"name": "value"}.')
    if _depth(found) > DEEPEST:
        raise BadInput("The arguments are nested too deeply.")
    return cast(dict[str, Any], found)


def _loaded(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise BadInput(f"The arguments are no valid JSON: {error.msg} at character {error.pos}.") from error
    except (ValueError, RecursionError) as error:
        raise BadInput("The arguments are no JSON that can be read.") from error


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _depth(value: Any) -> int:
    level, depth = [value], 0
    while level and depth <= DEEPEST:
        depth += 1
        level = [inner for one in level for inner in _inside(one) if isinstance(inner, dict | list)]
    return depth


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*cast(dict[str, Any], value).values()]
    return cast(list[Any], value) if isinstance(value, list) else []


def checked(arguments: dict[str, Any], parameters: str) -> dict[str, Any]:
    """The arguments as this schema (as JSON) allows them, mended where that helps. Raises BadInput."""
    checker = _checker(parameters)
    if isinstance(checker, str):
        raise BadInput(f"The tool cannot be used: {checker}.")
    mended = _mended(arguments, checker.validator.schema)
    if size(mended) * checker.size > WORK:
        raise BadInput("There is too much in the arguments. Say less at a time.")
    error = best_match(islice(checker.validator.iter_errors(mended), COMPLAINTS))
    if error is not None:
        raise BadInput(_sentence(error))
    return mended


def broken(parameters: str) -> str:
    """What is wrong with a schema (as JSON), how a sentence goes on; empty when nothing is."""
    checker = _checker(parameters)
    return checker if isinstance(checker, str) else ""


@dataclass(frozen=True, slots=True)
class _Checker:
    validator: Validator
    size: int


@lru_cache(maxsize=512)
def _checker(parameters: str) -> _Checker | str:
    if len(parameters) > LONGEST_SCHEMA:
        return "its schema is too large"
    try:
        schema: Any = json.loads(parameters)
        kind = _draft(schema)
        made = plain(schema)
        kind.check_schema(made)
    except BadInput as error:
        return error.message
    except (ValueError, RecursionError):
        return "its schema is no JSON"
    except SchemaError as error:
        return f"its schema is wrong at {'.'.join(str(part) for part in error.path) or 'its beginning'}"[:200]
    if made.get("type", "object") != "object":
        return "its schema is not that of an object"
    return _Checker(kind(made, registry=Registry()), size(made))


def _draft(schema: Any) -> type[Validator]:
    named = str(cast(dict[str, Any], schema).get("$schema", "")) if isinstance(schema, dict) else ""
    return Draft7Validator if "/draft-0" in named else Draft202012Validator


def _mended(arguments: dict[str, Any], schema: Any) -> dict[str, Any]:
    wanted: Any = schema.get("properties", {}) if isinstance(schema, dict) else {}
    needed: Any = schema.get("required", []) if isinstance(schema, dict) else []
    inner = arguments.get("properties")
    if isinstance(inner, dict) and "properties" not in wanted and WORDS_OF_SCHEMAS.issuperset(arguments):
        arguments = cast(dict[str, Any], inner)  # written as the schema is
    made: dict[str, Any] = {}
    for name, value in arguments.items():
        rule = wanted.get(name)
        if rule is None and wanted and name in WORDS_OF_SCHEMAS:
            continue
        kinds = _kinds(rule)
        if value is None and name not in needed and isinstance(rule, dict) and "null" not in kinds:
            continue  # left out
        made[name] = _as_meant(value, kinds)
    return made


def _kinds(rule: Any) -> tuple[str, ...]:
    kind: Any = cast(dict[str, Any], rule).get("type") if isinstance(rule, dict) else None
    if isinstance(kind, str):
        return (kind,)
    return tuple(str(one) for one in cast(list[Any], kind)) if isinstance(kind, list) else ()


def _as_meant(value: Any, kinds: tuple[str, ...]) -> Any:
    """A value of one type that was written as another."""
    if isinstance(value, str) and kinds and "string" not in kinds:
        return _from_text(value.strip(), kinds)
    if isinstance(value, int | float) and not isinstance(value, bool) and kinds == ("string",):
        return str(value)
    if isinstance(value, float) and value.is_integer() and kinds == ("integer",):
        return int(value)
    if kinds == ("array",) and isinstance(value, str | int | float):
        return [value]
    return value


def _from_text(text: str, kinds: tuple[str, ...]) -> Any:
    if "boolean" in kinds and text.casefold() in ("true", "false", "yes", "no", "on", "off"):
        return text.casefold() in ("true", "yes", "on")
    numbers = "number" in kinds or "integer" in kinds
    if len(text) <= 40 and numbers:
        for read in (int, float):
            try:
                number = read(text)
            except ValueError:
                continue
            if number == number and abs(number) != float("inf"):
                return number
    if {"array", "object"} & {*kinds} and text[:1] in ("[", "{"):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    return [text] if kinds == ("array",) else text


def _sentence(error: ValidationError) -> str:
    """What is wrong, without what was given."""
    where = ".".join(str(part) for part in error.absolute_path)
    what = f"The argument {where!r}" if where else "The arguments"
    wanted: Any = error.validator_value
    if error.validator == "required":
        missing = [name for name in wanted if name not in cast(dict[str, Any], error.instance)]
        return f"The argument {_inner(where, missing[0])!r} is missing."
    if error.validator in ("additionalProperties", "unevaluatedProperties"):
        return _unknown(error, where)
    if error.validator == "type":
        kinds = [wanted] if isinstance(wanted, str) else cast(list[str], wanted)
        return f"{what} must be {' or '.join(TYPES.get(kind, kind) for kind in kinds)}."
    if error.validator == "enum":
        return f"{what} must be one of {_listed(wanted)}."
    return f"{what} {_verb(where)} wrong: {error.validator} is {_cut(json.dumps(wanted, default=str))}."


def _unknown(error: ValidationError, where: str) -> str:
    known: list[str] = []
    if isinstance(error.schema, dict):
        known = [*error.schema.get("properties", {})]
    odd = [name for name in cast(dict[str, Any], error.instance) if name not in known]
    there_are = f" There are: {', '.join(known[:NAMES])}." if known else ""
    return f"There is no argument {_cut(_inner(where, odd[0] if odd else '?'))!r}.{there_are}"


def _inner(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _verb(where: str) -> str:
    return "is" if where else "are"


def _listed(values: Any) -> str:
    shown = [json.dumps(one, ensure_ascii=False, default=str) for one in values[:NAMES]]
    return ", ".join(_cut(one) for one in shown) + (", …" if len(values) > NAMES else "")


def _cut(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
