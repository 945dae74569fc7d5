"""What a sum comes to: exactly as long as it can be, else to 15 digits.

A rule file. The sum is read as Python reads it, and only numbers, signs and a few functions are taken.
Numbers are fractions of bounded size, so nothing takes long, whatever is written.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Final, TypeAlias

from app.kernel.errors import BadInput

Number: TypeAlias = Fraction | float

LONGEST: Final = 300
"""Characters."""
BITS: Final = 4_096
"""Of the numerator and the denominator; enough for 1,200 digits."""
SHOWN: Final = 60
"""Digits that are written out."""
FACTORIAL: Final = 300
DEEPEST: Final = 200

_SIGNS: Final = str.maketrans({"\u00d7": "*", "·": "*", "÷": "/", "\u2212": "-", "\u2013": "-"})
_ALLOWED = re.compile(r"[\w\s.,+\-*/%()]*")
_GLUED = re.compile(r"\d(?:and|else|for|if|in|is|not|or)", re.IGNORECASE)
"""What Python reads with a warning."""
_POWERS: Final = (("²", "**2"), ("³", "**3"), ("^", "**"), ("√", "sqrt"))
_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3}(?:,\d{3})+)(?![\d,])")
_OF = re.compile(r"(\d+(?:\.\d+)?)\s*(?:%|percent)\s*of\b", re.IGNORECASE)
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*(?:%|percent)(?=\s*(?:$|[-+*/)]))", re.IGNORECASE)
_CURRENCY = re.compile(r"[$€£¥=?]")
_WORDS: Final = (
    (re.compile(r"\b(?:multiplied by|times)\b|(?<=\d)\s*x\s*(?=\d)", re.IGNORECASE), "*"),
    (re.compile(r"\b(?:divided by|over)\b", re.IGNORECASE), "/"),
    (re.compile(r"\bplus\b", re.IGNORECASE), "+"),
    (re.compile(r"\bminus\b", re.IGNORECASE), "-"),
    (re.compile(r"\bto the power of\b", re.IGNORECASE), "**"),
    (re.compile(r"\bsquared\b", re.IGNORECASE), "**2"),
    (re.compile(r"\bmod(?:ulo)?\b", re.IGNORECASE), "%"),
)


def reckoned(expression: str) -> str:
    """The result as text. Raises BadInput."""
    if len(expression) > LONGEST:
        raise BadInput(f"The sum is {len(expression)} characters long; at most {LONGEST} are read.")
    try:
        tree = ast.parse(_plain(expression), mode="eval")
        return written(_value(tree.body, 0))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise BadInput("That is no sum that can be read.", hint='Write it as "12.5 * (3 + 4)".') from error
    except ZeroDivisionError as error:
        raise BadInput("Nothing can be divided by zero.") from error
    except OverflowError as error:
        raise BadInput("The result is too large.") from error


def _plain(text: str) -> str:
    """With the signs of Python."""
    text = _CURRENCY.sub(" ", text)
    text = _THOUSANDS.sub(lambda found: found.group(1).replace(",", ""), text)
    text = _OF.sub(r"(\1/100) * ", text)
    text = _PERCENT.sub(r"(\1/100)", text)
    for words, sign in _WORDS:
        text = words.sub(sign, text)
    for sign, python in _POWERS:
        text = text.replace(sign, python)
    text = text.translate(_SIGNS).strip()
    if not _ALLOWED.fullmatch(text) or _GLUED.search(text):
        raise ValueError("no sum")
    return text


def _value(node: ast.expr, depth: int) -> Number:
    if depth > DEEPEST:
        raise ValueError("too deep")
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            _bounded(Fraction(value))  # infinity has none
            return Fraction(str(value))
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_value(inner, depth + 1)
        case ast.UnaryOp(op=ast.UAdd(), operand=inner):
            return _value(inner, depth + 1)
        case ast.BinOp(left=left, op=sign, right=right):
            return _bounded(_combined(sign, _value(left, depth + 1), _value(right, depth + 1)))
        case ast.Name(id=name) if name.lower() in CONSTANTS:
            return CONSTANTS[name.lower()]
        case ast.Call(func=ast.Name(id=name), args=given, keywords=[]) if name.lower() in FUNCTIONS:
            if not 1 <= len(given) <= 20:
                raise ValueError(name)
            values = [_value(one, depth + 1) for one in given]
            return _bounded(FUNCTIONS[name.lower()](values))
        case _:
            raise ValueError("no sum")


def _combined(sign: ast.operator, left: Number, right: Number) -> Number:
    match sign:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.Div():
            return left / right
        case ast.FloorDiv():
            return Fraction(left // right)
        case ast.Mod():
            return left % right
        case ast.Pow():
            return _power(left, right)
        case _:
            raise ValueError("no sum")


def _power(base: Number, exponent: Number) -> Number:
    if isinstance(base, Fraction) and isinstance(exponent, Fraction) and exponent.denominator == 1:
        size = max(base.numerator.bit_length(), base.denominator.bit_length())
        if size <= 1:  # 0, 1 and -1
            times = 2 - exponent.numerator % 2 if exponent > 0 else exponent.numerator % 2 - 2
            return base ** (times if exponent else 0)
        if size * abs(exponent.numerator) > BITS:
            raise OverflowError
        return base**exponent.numerator
    result = float(base) ** float(exponent)
    if isinstance(result, complex):
        raise ValueError("no real number")
    return result


def _bounded(value: Number) -> Number:
    if isinstance(value, float):
        if math.isnan(value) or math.isinf(value):
            raise OverflowError
    elif max(value.numerator.bit_length(), value.denominator.bit_length()) > BITS:
        raise OverflowError
    return value


def _root(values: list[Number]) -> Number:
    (value,) = values
    if isinstance(value, Fraction) and value >= 0:
        above, below = math.isqrt(value.numerator), math.isqrt(value.denominator)
        if above**2 == value.numerator and below**2 == value.denominator:
            return Fraction(above, below)
    return math.sqrt(value)


def _factorial(values: list[Number]) -> Number:
    (value,) = values
    if not 0 <= value <= FACTORIAL or value != int(value):
        raise OverflowError
    return Fraction(math.factorial(int(value)))


def _round(values: list[Number]) -> Number:
    value, digits = (*values, Fraction(0))[:2]
    if abs(digits) > 30:
        raise ValueError("digits")
    return Fraction(round(Fraction(value), int(digits)))


def _float(function: Callable[..., float]) -> Callable[[list[Number]], Number]:
    return lambda values: function(*(float(one) for one in values))


CONSTANTS: Final[dict[str, Number]] = {"pi": math.pi, "π": math.pi, "e": math.e}
FUNCTIONS: Final[dict[str, Callable[[list[Number]], Number]]] = {
    "sqrt": _root,
    "abs": lambda values: abs(values[0]),
    "round": _round,
    "floor": lambda values: Fraction(math.floor(values[0])),
    "ceil": lambda values: Fraction(math.ceil(values[0])),
    "min": min,
    "max": max,
    "sum": lambda values: sum(values, Fraction(0)),
    "factorial": _factorial,
    "log": _float(math.log),
    "ln": _float(math.log),
    "log10": _float(math.log10),
    "log2": _float(math.log2),
    "exp": _float(math.exp),
    "sin": _float(math.sin),
    "cos": _float(math.cos),
    "tan": _float(math.tan),
    "asin": _float(math.asin),
    "acos": _float(math.acos),
    "atan": _float(math.atan),
    "radians": _float(math.radians),
    "degrees": _float(math.degrees),
}


def written(value: Number) -> str:
    """As one writes it: whole, as a decimal that ends, or to 15 digits."""
    if isinstance(value, float):
        return str(Fraction(value).numerator) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if value.denominator == 1:
        digits = str(value.numerator)
        return digits if len(digits) <= SHOWN else f"{digits} ({len(digits.lstrip('-'))} digits)"
    exact = _decimal(value)
    return exact if exact is not None else f"{float(value):.15g}"


def _decimal(value: Fraction) -> str | None:
    """A decimal of at most 20 places that is exactly it."""
    scaled = value * 10**20
    if scaled.denominator != 1 or abs(value) >= 10**30:
        return None
    sign, digits = ("-" if value < 0 else ""), str(abs(scaled.numerator)).rjust(21, "0")
    return f"{sign}{digits[:-20]}.{digits[-20:].rstrip('0')}"
