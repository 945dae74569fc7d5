"""From written to speakable: markup, code, addresses and emoji go; signs and short forms become
words.  The voice's own phonemizer reads numbers, so they stay as they are.

A rule file: a piece of text in, a piece of text out (empty: there is nothing to say).
"""

# ruff: noqa: RUF001  (typographic signs are what these rules are about)

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final

_Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]

_HOST: Final = re.compile(r"^(?:www\.)?([^/?#:]+)")


def _address(found: re.Match[str]) -> str:
    """An address by the name of its host."""
    host = _HOST.match(found.group(1))
    end = "." if found.group(0).endswith(".") else ""
    return (host.group(1).rstrip(".").replace(".", " dot ") if host else "") + end


def _money(found: re.Match[str]) -> str:
    sign, amount, scale = found.group(1), found.group(2), found.group(3)
    one, many, cent, cents = _CURRENCIES[sign]
    if scale:
        return f"{amount} {scale} {many}"
    whole, _, part = amount.partition(".")
    spoken = f"{whole} {one if whole == '1' else many}"
    if len(part) == 2 and part.strip("0"):
        small = str(int(part))
        return f"{spoken} and {small} {cent if small == '1' else cents}"
    return f"{amount} {many}" if part.strip("0") else spoken


def _unit(found: re.Match[str]) -> str:
    amount = found.group(1)
    one, many = _UNITS[found.group(2)]
    return f"{amount} {one if amount == '1' else many}"


def _time(found: re.Match[str]) -> str:
    hour, minute, half = found.group(1), found.group(2), found.group(3)
    spoken = str(int(hour))
    if minute == "00":
        spoken += "" if half else " o'clock" if 1 <= int(hour) <= 12 else " hundred hours"
    else:
        spoken += f" oh {minute[1]}" if minute.startswith("0") else f" {minute}"
    return spoken + (f" {half[0].upper()} M" if half else "")


_CURRENCIES: Final = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "€": ("euro", "euros", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
}
_UNITS: Final = {
    "km/h": ("kilometer per hour", "kilometers per hour"),
    "mph": ("mile per hour", "miles per hour"),
    "km": ("kilometer", "kilometers"),
    "cm": ("centimeter", "centimeters"),
    "mm": ("millimeter", "millimeters"),
    "m": ("meter", "meters"),
    "kg": ("kilogram", "kilograms"),
    "g": ("gram", "grams"),
    "mg": ("milligram", "milligrams"),
    "lbs": ("pound", "pounds"),
    "lb": ("pound", "pounds"),
    "oz": ("ounce", "ounces"),
    "ml": ("milliliter", "milliliters"),
    "l": ("liter", "liters"),
    "L": ("liter", "liters"),
    "GB": ("gigabyte", "gigabytes"),
    "MB": ("megabyte", "megabytes"),
    "kB": ("kilobyte", "kilobytes"),
    "GHz": ("gigahertz", "gigahertz"),
    "Hz": ("hertz", "hertz"),
    "kHz": ("kilohertz", "kilohertz"),
    "ms": ("millisecond", "milliseconds"),
    "min": ("minute", "minutes"),
    "°C": ("degree Celsius", "degrees Celsius"),
    "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
    "°": ("degree", "degrees"),
}
_UNIT_NAMES: Final = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_NUMBER: Final = r"\d+(?:,\d{3})*(?:\.\d+)?"

_MARKUP: Final[tuple[_Rule, ...]] = (
    (re.compile(r"```.*?(?:```|\Z)", re.DOTALL), " "),
    (re.compile(r"<!--.*?-->|</?[A-Za-z][^<>\n]*>", re.DOTALL), " "),
    (re.compile(r"!\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"\]\([^)]*\)"), " "),
    (re.compile(r"https?://(\S+?)(?=[.,;:!?)\]]*(?:\s|$))"), _address),
    (re.compile(r"\b(www\.\S+?)(?=[.,;:!?)\]]*(?:\s|$))"), _address),
    (re.compile(r"^[ \t]*(?:[-*_=][ \t]*){3,}$", re.MULTILINE), ""),
    (re.compile(r"^(?=[^\n]*--)[ \t|:-]+$", re.MULTILINE), ""),
    (re.compile(r"^[ \t]*(?:#{1,6}|>+|[-*+•])[ \t]+(?:\[[ xX]\][ \t]+)?", re.MULTILINE), ""),
    (re.compile(r"^[ \t]*\|(.*?)\|?[ \t]*$", re.MULTILINE), r"\1"),
    (re.compile(r"[ \t]*\|[ \t]*"), ", "),
    (re.compile(r"\*{2,}|__|~~|`+"), ""),
    (re.compile(r"(?<![\w*])[*_](?=\S)|(?<=\S)[*_](?![\w*])"), ""),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!-])"), r"\1"),
)

_WORDS: Final[tuple[_Rule, ...]] = (
    (re.compile(r"\be\.g\.,?", re.IGNORECASE), "for example,"),
    (re.compile(r"\bi\.e\.,?", re.IGNORECASE), "that is,"),
    (re.compile(r"\betc\.(?=\s+[a-z]|,)"), "et cetera"),
    (re.compile(r"\betc\."), "et cetera."),
    (re.compile(r"\bvs\.?(?=\s)"), "versus"),
    (re.compile(r"\bapprox\.(?=\s)"), "approximately"),
    (re.compile(r"\bNo\.(?=\s*\d)"), "number"),
    (re.compile(rf"([$€£])({_NUMBER})(?:\s*(thousand|million|billion|trillion)\b)?"), _money),
    (re.compile(r"\b([01]?\d|2[0-3]):([0-5]\d)(?:\s*([ap])\.?m\b\.?)?(?![:\d])", re.IGNORECASE), _time),
    (re.compile(r"\b(\d{1,2})\s*([ap])\.m\.(?=\s+[A-Z]|\s*$)"), lambda m: f"{m[1]} {m[2].upper()} M."),
    (re.compile(r"\b(\d{1,2})\s*([ap])\.?m\b\.?"), lambda m: f"{m[1]} {m[2].upper()} M"),
    (re.compile(rf"(?<![\w.])({_NUMBER})\s?({_UNIT_NAMES})(?![\w°/])"), _unit),
    (re.compile(rf"({_NUMBER})\s?%"), r"\1 percent"),
    (re.compile(r"(?<![\d–-])(\d+)\s?–\s?(\d+)(?![\d–-])"), r"\1 to \2"),
    (re.compile(r"(?<![\w-])(\d\d?|\d{4})-((?<!\d{4}-)\d\d?|(?<=\d{4}-)\d{4})(?![\w-])"), r"\1 to \2"),
    (re.compile(r"\b([CF])#"), r"\1 sharp"),
    (re.compile(r"\s<\s"), " is less than "),
    (re.compile(r"\s>\s"), " is greater than "),
    (re.compile(r"(?<=\d)\s*[×x*]\s*(?=\d)"), " times "),
    (re.compile(r"(?<=[\d)])\s*÷\s*(?=[\d(])|(?<=\d)\s+/\s+(?=\d)"), " divided by "),
    (re.compile(r"\s\+\s"), " plus "),
    (re.compile(r"\s=\s"), " equals "),
    (re.compile(r"\s&\s|(?<=\w)&(?=\w)"), " and "),
    (re.compile(r"(?<=\s)@(?=\s)|(?<=\w)@(?=\w)"), " at "),
    (re.compile(r"\s*(?:→|->|=>)\s*"), ", "),
    (re.compile(r"#(?=\d)"), "number "),
)

_TIDY: Final[tuple[_Rule, ...]] = (
    (re.compile(r"[\[\]{}<>|\\^~*_`#]"), " "),
    (re.compile(r"\s+([,;:.!?])"), r"\1"),
    (re.compile(r"([,;:])(?:\s*[,;:])+"), r"\1"),
    (re.compile(r"[.]{2,}|…"), ". "),
    (re.compile(r"\(\s*\)"), " "),
    (re.compile(r"\s+"), " "),
    (re.compile(r"^[\s,;:.!?)-]+"), ""),
)


def speakable(text: str) -> str:
    """What a voice should say for this piece of writing."""
    text = _apply(_MARKUP, _printable(text))
    text = _apply(_TIDY, _apply(_WORDS, text)).strip()
    return text if any(character.isalnum() for character in text) else ""


def with_breath(text: str) -> str:
    """A piece that ends in the middle of a sentence keeps its voice up: it gets a comma."""
    return text if not text or not text[-1].isalnum() else f"{text},"


def _apply(rules: tuple[_Rule, ...], text: str) -> str:
    for pattern, instead in rules:
        text = pattern.sub(instead, text)
    return text


def _printable(text: str) -> str:
    """Without emoji, control characters and halves of characters; compatibility forms unified."""
    return "".join(c for c in text.replace("\r", "\n") if c in "\n\t" or _sayable(c))


def _sayable(character: str) -> bool:
    category = unicodedata.category(character)
    if category in ("Cc", "Cf", "Cs", "Co", "Cn"):
        return False
    return character.isascii() or character == "°" or category not in ("So", "Sk")
