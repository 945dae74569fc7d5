"""A chat template from a stranger's file, run where it can do nothing but write a text, and not much of that.

jinja2's immutable sandbox keeps it from Python; on top of it only the attributes, filters and functions
that chat templates use are there, nothing is worked out while it is compiled, and a meter (meter.py) ends
what would take too long or grow too large, always at the same place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache, partial
from threading import Lock
from typing import Any, Final

from jinja2 import TemplateError, nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context, LoopContext, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

from app.kernel.errors import BadInput, BrokenFile
from app.llm.prompts.filters import filters, held, replaced
from app.llm.prompts.instrument import instrument
from app.llm.prompts.meter import MOST_ITEMS, WORK, Meter, TooMuch

LONGEST_SOURCE: Final = 64 << 10
"""Characters of a template; the largest that is known has a quarter of it."""
KEPT: Final = 16
"""Compiled templates that are kept."""
_LONGEST_WORDS: Final = 200
_CALL: Final = 10
"""Steps of calling something."""
_PLAIN_FORMAT: Final = re.compile(r"%[%sd]")
_PLAIN_DATE: Final = re.compile(r"(?:%-?[A-Za-z%]|[^%])*")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ALLOWED: Final[tuple[tuple[type, frozenset[str]], ...]] = (
    (
        str,
        _words(
            """capitalize count endswith find index isalnum isalpha isdecimal isdigit islower isnumeric
            isspace istitle isupper join lower lstrip partition removeprefix removesuffix replace rfind
            rindex rpartition rsplit rstrip split splitlines startswith strip title upper"""
        ),
    ),
    (dict, _words("get items keys values")),
    (list, _words("count index")),
    (tuple, _words("count index")),
    (
        LoopContext,
        _words(
            """changed cycle depth depth0 first index index0 last length nextitem previtem revindex
            revindex0"""
        ),
    ),
)
"""Attributes, by the type of what they are asked of."""
_WHATEVER_IT_RAISES: Final = (
    TemplateError,
    SyntaxError,
    RecursionError,
    MemoryError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
"""Jinja's own complaints, those of its compiler, and those of Python's types."""


class HostileTemplate(BrokenFile):
    """The chat template wants more than a template may have."""


class Refused(Exception):
    """The template itself says that it cannot render this conversation."""


class _Generation(Extension):
    """`{% generation %}`, by which training marks what the model wrote: its body stands for itself."""

    tags = {"generation"}  # noqa: RUF012  (as jinja2 declares it)

    def parse(self, parser: Parser) -> list[nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


class _Sandbox(ImmutableSandboxedEnvironment):
    """One for each template, used by one rendering at a time."""

    intercepted_binops = frozenset({"+", "*", "%", "**"})

    def __init__(self) -> None:
        super().__init__(
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=[_Generation, "jinja2.ext.loopcontrols"],
            # With constants folded, 'a'|center(10**9) would be worked out while it is compiled.
            optimized=False,
            finalize=self._written,
        )
        self.meter = Meter()
        self.filters = filters(lambda: self.meter)
        self.globals = {
            "range": self._range,
            "dict": dict,
            "namespace": Namespace,
            "raise_exception": _refuse,
        }

    # -- what instrument.py calls --------------------------------------------------------------

    def counted(self, items: Any, steps: int) -> Iterator[Any]:
        """The items of a loop, each paid for."""
        meter = self.meter
        for item in items:
            meter.spend(steps)
            yield item

    def paid(self, steps: int) -> None:
        """A macro begins."""
        self.meter.spend(steps)

    def joined(self, *parts: Any) -> str:
        """`a ~ b`"""
        texts = [self._text(part) for part in parts]
        self.meter.text(sum(map(len, texts)))
        return "".join(texts)

    def made(self, value: Any) -> Any:
        """A list, tuple or dictionary that the template wrote."""
        return self.meter.weigh(value)

    # -- jinja2's own hooks --------------------------------------------------------------------

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if isinstance(obj, Namespace):
            return not attr.startswith("_")
        return any(isinstance(obj, kind) and attr in names for kind, names in _ALLOWED)

    def wrap_str_format(self, value: Any) -> None:
        """No `format` at all: it knows widths, and attributes."""

    def call(self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: PYI063  (jinja2's names)
        self.meter.spend(_CALL)
        subject, name = getattr(__obj, "__self__", None), getattr(__obj, "__name__", "")
        if isinstance(subject, str):
            if name == "replace":
                return replaced(self.meter, subject, args)
            if name == "join":
                args = (held(self.meter, args[0]),)
                self.meter.text(len(subject) * len(args[0]))
                self.meter.weigh(args[0])
        return self.meter.weigh(super().call(__context, __obj, *args, **kwargs))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        meter = self.meter
        if operator == "**":
            raise TooMuch("it works out a power")
        if operator == "%" and isinstance(left, str):
            if "%" in _PLAIN_FORMAT.sub("", left):
                raise TooMuch("it uses a format with a width")
            meter.weigh(list(right) if isinstance(right, tuple) else [right])
        if operator == "*":
            for one, times in ((left, right), (right, left)):
                if isinstance(one, str | list | tuple) and isinstance(times, int):
                    meter.text(len(one) * max(0, times))
        meter.spend(1)
        return meter.weigh(super().call_binop(context, operator, left, right))

    @pass_context
    def _written(self, context: Context, value: Any) -> str:
        """What is put out; that it wants the context keeps jinja2 from calling it while it compiles."""
        text = self._text(value)
        self.meter.write(len(text))
        return text

    def _text(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, int | float | Undefined) or value is None:
            return str(value)
        if isinstance(value, list | tuple | dict):
            self.meter.weigh(value)
            return str(value)
        raise TooMuch(f"it writes out a {type(value).__name__}")

    def _range(self, *bounds: int) -> range:
        made = range(*bounds)
        if made and max(abs(made[0]), abs(made[-1]), len(made)) > MOST_ITEMS:
            raise TooMuch("it counts too far")
        self.meter.spend(len(made))
        return made


def _refuse(words: Any = "") -> None:
    raise Refused(str(words)[:_LONGEST_WORDS])


class ChatTemplate:
    """A compiled template. Safe to use from several threads: they take turns. work: steps that a rendering
    may take."""

    def __init__(self, source: str, *, work: int = WORK) -> None:
        """Raises BrokenFile for what cannot be compiled, or should not be."""
        self.source = source
        self._work = work
        self._lock = Lock()
        self._sandbox = _Sandbox()
        if len(source) > LONGEST_SOURCE:
            raise _hostile(f"it has {len(source):,} characters")
        try:
            self._template = self._sandbox.from_string(instrument(self._sandbox.parse(source)))
        except (TooMuch, RecursionError, MemoryError) as error:
            raise _hostile(_said(error)) from None
        except _WHATEVER_IT_RAISES as error:
            raise _broken(_said(error)) from None

    def render(self, values: Mapping[str, Any], now: datetime | None = None) -> str:
        """The text. now: what `strftime_now` says; without it the template is not given that.

        Raises BadInput when the template refuses the conversation, BrokenFile when it fails or wants too
        much.
        """
        given = dict(values)
        if now is not None:
            given["strftime_now"] = partial(_date, now)
        with self._lock:
            self._sandbox.meter = Meter(self._work)
            try:
                return "".join(self._pieces(given))
            except Refused as error:
                raise BadInput(f"The model's chat template refuses this conversation: {error}.") from None
            except (TooMuch, SecurityError, RecursionError, MemoryError) as error:
                raise _hostile(_said(error)) from None
            except _WHATEVER_IT_RAISES as error:
                raise _broken(_said(error)) from None

    def _pieces(self, given: dict[str, Any]) -> Iterable[str]:
        meter = self._sandbox.meter
        for piece in self._template.generate(given):
            meter.text(len(piece))
            meter.write(len(piece))
            yield piece


@lru_cache(maxsize=KEPT)
def compiled(source: str) -> ChatTemplate:
    """The template, compiled once. Raises BrokenFile."""
    return ChatTemplate(source)


def _date(now: datetime, form: Any) -> str:
    if not isinstance(form, str) or len(form) > _LONGEST_WORDS or not _PLAIN_DATE.fullmatch(form):
        raise TooMuch("it asks for the date in a strange way")
    return now.strftime(form)


def _said(error: BaseException) -> str:
    if isinstance(error, TooMuch):
        return str(error)
    if isinstance(error, SecurityError):
        return "it reaches for what it must not have"
    if isinstance(error, RecursionError | MemoryError):
        return "it goes too deep"
    return f"{type(error).__name__}: {' '.join(str(error).split())[:_LONGEST_WORDS]}"


def _broken(why: str) -> BrokenFile:
    return BrokenFile(f"The model's chat template cannot be used: {why}.")


def _hostile(why: str) -> HostileTemplate:
    return HostileTemplate(f"The model's chat template is refused: {why}.")
