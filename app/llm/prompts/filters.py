"""The filters that chat templates use, each within the meter.  A rule file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import wraps
from itertools import islice
from typing import Any, Final

from jinja2.filters import FILTERS
from jinja2.runtime import Undefined

from app.llm.prompts.meter import MOST_ITEMS, Meter, TooMuch

PLAIN: Final = (
    *("abs", "capitalize", "count", "d", "default", "dictsort", "first", "float", "int", "items", "last"),
    *("length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "reverse", "select"),
    *("selectattr", "sort", "title", "trim", "unique", "upper", "join"),
)
"""Those of jinja2 that may stay as they are; what they make is weighed."""
WIDEST: Final = 64
"""Blanks of an indentation."""
_JSON_WIDEST: Final = 8
_WRITING: Final = frozenset({"tojson", "string", "join"})
"""Those that write out all there is in a list."""

Measured = Callable[[], Meter]
Filter = Callable[..., Any]


def filters(meter: Measured) -> dict[str, Filter]:
    """The table for an environment. meter: that of the rendering that goes on."""

    def replace(text: Any, old: Any, new: Any, count: int = -1) -> str:
        return replaced(meter(), str(text), (old, new, count))

    def indent(text: Any, width: int | str = 4, first: bool = False, blank: bool = False) -> str:
        return _indented(meter(), str(text), width, first, blank)

    def safe(text: Any) -> Any:
        return text

    own: dict[str, Filter] = {
        "tojson": _json,
        "string": str,
        "replace": replace,
        "indent": indent,
        "safe": safe,
    }
    plain = {name: FILTERS[name] for name in PLAIN}
    return {
        name: _weighed(name, plain[name] if name in plain else own[name], meter) for name in {**plain, **own}
    }


def _weighed(name: str, inner: Filter, meter: Measured) -> Filter:
    """Takes no endless value, weighs what comes out."""
    place = 1 if hasattr(inner, "jinja_pass_arg") else 0

    @wraps(inner)
    def outer(*arguments: Any, **named: Any) -> Any:
        given, now = list(arguments), meter()
        now.spend(1)
        given[place] = held(now, given[place])
        if name in _WRITING:
            now.weigh(given[place])
        if name == "join":
            _check_join(now, *given[place:], **named)
        return now.weigh(inner(*given, **named))

    return outer


def held(meter: Meter, value: Any) -> Any:
    """A value whose size is known: what is still to be made is made now."""
    if not isinstance(value, Iterator) or isinstance(value, Undefined):
        return value
    items = list(islice(value, MOST_ITEMS + 1))
    if len(items) > MOST_ITEMS:
        raise TooMuch("it makes a list that is too long")
    return meter.weigh(items)


def _check_join(meter: Meter, value: Any, d: Any = "", attribute: Any = None) -> None:
    meter.text(len(str(d)) * max(0, len(value) - 1) if hasattr(value, "__len__") else 0)


def replaced(meter: Meter, text: str, how: tuple[Any, ...]) -> str:
    """`str.replace` once it is known how long that becomes."""
    old, new, most = str(how[0]), str(how[1]), how[2] if len(how) > 2 else -1
    times = text.count(old) if most is None or most < 0 else min(text.count(old), most)
    meter.text(len(text) + times * max(0, len(new) - len(old)))
    return text.replace(old, new, -1 if most is None else most)


def _indented(meter: Meter, text: str, width: Any, first: bool, blank: bool) -> str:
    by = width if isinstance(width, str) else " " * min(int(width), WIDEST + 1)
    if len(by) > WIDEST:
        raise TooMuch("it indents too far")
    lines = text.splitlines(keepends=True)
    meter.text(len(text) + len(lines) * len(by))
    kept = [
        by + line if (number or first) and (blank or line.strip()) else line
        for number, line in enumerate(lines)
    ]
    return "".join(kept)


def _json(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | str | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    """As JSON, the way chat templates expect it: letters as they are, nothing escaped for HTML."""
    if isinstance(value, Undefined):
        value = None
    if len(indent) > _JSON_WIDEST if isinstance(indent, str) else (indent or 0) > _JSON_WIDEST:
        raise TooMuch("it indents too far")
    if separators and any(len(part) > _JSON_WIDEST for part in separators):
        raise TooMuch("it parts too widely")
    return json.dumps(
        value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
    )
