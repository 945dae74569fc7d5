# ruff: noqa: RUF001  (typographic signs are what these rules are about)
"""English. The voice reads plain numbers by itself, decimals and ordinals (21st) included."""

from __future__ import annotations

import re
from typing import Final

from app.voice.tts.speakable.rules import (
    PHONE,
    Rule,
    Signs,
    Spoken,
    always,
    dates,
    dialled,
    named,
    rule,
    short_forms,
    units,
    words,
)

NUMBER: Final = r"\d+(?:,\d{3})*(?:\.\d+)?"
_MONTHS: Final = words("""January February March April May June July August September October November
    December""")
_MONTH: Final = "|".join(_MONTHS)
_SHORT: Final = {month[:3]: month for month in _MONTHS} | {"Sept": "September"}
_ORDINALS: Final = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}
_CURRENCIES: Final = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "€": ("euro", "euros", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
}
_SCALES: Final = {"k": "thousand", "K": "thousand", "M": "million", "B": "billion", "bn": "billion"}
_TITLES: Final = """Mr. = Mister | Mrs. = Missus | Ms. = Miz | Dr. = Doctor | Prof. = Professor
| Gen. = General | Capt. = Captain | Lt. = Lieutenant | Sgt. = Sergeant | Rev. = Reverend | Mt. = Mount
| Ft. = Fort"""
_UNITS: Final = """km/h = kilometer per hour, kilometers per hour | mph = mile per hour, miles per hour
| m/s = meter per second, meters per second | km² = square kilometer, square kilometers
| m² = square meter, square meters | m³ = cubic meter, cubic meters | sq ft = square foot, square feet
| km = kilometer, kilometers | cm = centimeter, centimeters | mm = millimeter, millimeters
| m = meter, meters | ft = foot, feet | kg = kilogram, kilograms | g = gram, grams
| mg = milligram, milligrams | lbs = pound, pounds | lb = pound, pounds | oz = ounce, ounces
| ml = milliliter, milliliters | l = liter, liters | L = liter, liters | TB = terabyte, terabytes
| GB = gigabyte, gigabytes | MB = megabyte, megabytes | kB = kilobyte, kilobytes
| GHz = gigahertz, gigahertz | MHz = megahertz, megahertz | kHz = kilohertz, kilohertz | Hz = hertz, hertz
| kWh = kilowatt hour, kilowatt hours | kW = kilowatt, kilowatts | W = watt, watts
| dB = decibel, decibels | ms = millisecond, milliseconds | min = minute, minutes | sec = second, seconds
| hrs = hour, hours | hr = hour, hours | °C = degree Celsius, degrees Celsius
| °F = degree Fahrenheit, degrees Fahrenheit | ° = degree, degrees"""


def _table() -> dict[str, tuple[str, str]]:
    return {symbol: (f"1 {one}", many) for symbol, (one, many) in named(_UNITS).items()}


def _money(found: re.Match[str]) -> str:
    sign, amount, scale = found[1], found[2], found[3] or _SCALES.get(found[4] or "")
    one, many, cent, cents = _CURRENCIES[sign]
    if scale:
        return f"{amount} {scale} {many}"
    whole, _, part = amount.partition(".")
    small = f"{int(part)} {cent if part == '01' else cents}" if len(part) == 2 and part.strip("0") else ""
    if small and whole == "0":
        return small
    spoken = f"{whole} {one if whole == '1' else many}"
    if small:
        return f"{spoken} and {small}"
    return f"{amount} {many}" if part.strip("0") else spoken


def _span_of_money(found: re.Match[str]) -> str:
    return f"{found[2]} to {found[3]} {_CURRENCIES[found[1]][1]}"


def _time(found: re.Match[str]) -> str:
    hour, minute, half = found[1], found[2], found[3]
    spoken = str(int(hour))
    if minute == "00":
        spoken += "" if half else " o'clock" if 1 <= int(hour) <= 12 else " hundred hours"
    else:
        spoken += f" oh {minute[1]}" if minute.startswith("0") else f" {minute}"
    return spoken + (f" {half[0].upper()}M" if half else "")


def _date(day: int, month: int, year: str) -> str:
    return f"{_MONTHS[month - 1]} {day}{_ORDINALS.get(day, 'th')}, {year}"


def _american(found: re.Match[str]) -> str:
    """Month and day, where it cannot be the other way round."""
    month, day = int(found[1]), int(found[2])
    return _date(day, month, found[3]) if month <= 12 < day <= 31 else found[0]


def _european(day: int, month: int, year: str) -> str:
    return _date(day, month, year) if day > 12 else f"{day}/{month}/{year}"


def _halves(year: str) -> str:
    """As people say it."""
    first, last = year[:2], year[2:]
    if last == "00":
        return f"{first} hundred"
    return f"{first} oh {last[1]}" if last.startswith("0") else f"{first} {last}"


def _years(found: re.Match[str]) -> str:
    first, second = f"{found[1]}{found[2]}", f"{found[3]}{found[4]}"
    return f"{_halves(first)} to {second if second.startswith('20') else _halves(second)}"


_OPENING: Final = "It|The|This|That|These|Those|He|She|We|They|You|I|In|On|A|An|But|And|So|If|What|There|Then"
"""After one of these a letter with a dot was no initial: "vitamin C. It helps"."""
_SHORT_FORMS: Final[tuple[Rule, ...]] = (
    rule(r"(?i)\be\.g\.,?", "for example,"),
    rule(r"(?i)\bi\.e\.,?", "that is,"),
    rule(r"\betc\.(?=\s+[a-z]|,)", "et cetera"),
    rule(r"\betc\.", "et cetera."),
    rule(r"\bvs\.?(?=\s)", "versus"),
    rule(r"\bapprox\.(?=\s)", "approximately"),
    rule(r"\b[Nn]o\.(?=\s*\d)", "number"),
    rule(r"\b[Ff]ig\.(?=\s*\d)", "figure"),
    rule(r"\b[Vv]ol\.(?=\s*\d)", "volume"),
    rule(r"\bp\.(?=\s*\d)", "page"),
    rule(r"\bpp\.(?=\s*\d)", "pages"),
    rule(r"\bSt\.(?=\s[A-Z])", "Saint"),
    short_forms(_TITLES),
    rule(r",? \b(J|S)r\.(?=\s[a-z]|,)", lambda m: " Junior" if m[1] == "J" else " Senior"),
    rule(rf"\b({'|'.join(_SHORT)})\.?(?=\s\d)", lambda m: _SHORT[m[1]]),
    rule(rf"\b([A-HJ-Z])\.\s+(?=[A-Z])(?!(?:{_OPENING})\b)", r"\1 "),
)
_FRACTIONS: Final = {
    "1/2": "one half", "1/3": "one third", "2/3": "two thirds", "1/4": "one quarter", "3/4": "three quarters"
}  # fmt: skip
_WHOLE_YEAR: Final = (
    r"\b((?:[Ii]n|[Ss]ince|[Uu]ntil|[Bb]y|[Bb]efore|[Aa]fter|[Aa]round|[Ff]rom|[Tt]o|[Oo]f|[Yy]ear|[Tt]he"
    rf"|[Bb]orn|[Dd]ied|{_MONTH}|\d(?:st|nd|rd|th)|(?:{_MONTH}) \d\d?),?\s|\()(1[1-9])(\d\d)(?=s?\b)"
    r"(?![,.]?\d|s?[\s-](?:people|dollars|euros|pounds|times|years|meters|kilometers|miles|words|calories|others))"
)
_MEASURED: Final[tuple[Rule, ...]] = (
    *dates(_european, "./"),
    rule(r"(?<![\w/])(\d\d?)/(\d\d?)/(\d{4})(?![\w/])", _american),
    rule(rf"([$€£])({NUMBER})\s?[–-]\s?[$€£]?({NUMBER})(?![\w.,]\w)", _span_of_money),
    rule(rf"([$€£])({NUMBER})(?:\s*(thousand|million|billion|trillion)\b|(k|K|M|B|bn)\b)?", _money),
    rule(r"(?i)(?<![\w:])([01]?\d|2[0-3]):([0-5]\d)(?:\s*([ap])\.?m\b\.?)?(?![:\d])", _time),
    rule(r"\b(\d{1,2})\s*([ap])\.m\.(?=\s+[A-Z]|\s*$)", lambda m: f"{m[1]} {m[2].upper()}M."),
    rule(r"\b(\d{1,2})\s*([ap])\.?m\b\.?", lambda m: f"{m[1]} {m[2].upper()}M"),
    rule(r"(?<![\w.-])(?:1[ -])?(?:\(\d{3}\) ?|\d{3}[ -])?\d{3}-\d{4}(?![\w-])", dialled),
    PHONE,
    rule(r"\b(1[1-9])(\d\d)\s?[–-]\s?(1[1-9]|20)(\d\d)(?![\w-])", _years),
    rule(_WHOLE_YEAR, lambda m: m[1] + _halves(m[2] + m[3])),
    rule(
        r"(?<=\d)([½¼¾])",
        lambda m: {"½": " and a half", "¼": " and a quarter"}.get(m[1], " and three quarters"),
    ),
    rule(
        r"(?<![\w/.])(\d )?(1/2|[12]/3|[13]/4)(?![\w/])",
        lambda m: f"{m[1]}and {_FRACTIONS[m[2]]}" if m[1] else _FRACTIONS[m[2]],
    ),
    rule(r"\b([A-Za-z]{2,})/(?=[a-z]{2,}\b)|(?<![\w/])(24|50)/(?=(?:7|50)\b)", lambda m: f"{m[1] or m[2]} "),
    units(_table(), NUMBER, always),
)
_SIGNS: Final = Signs(
    percent="percent",
    to="to",
    less="is less than",
    greater="is greater than",
    times="times",
    divided="divided by",
    plus="plus",
    minus="minus",
    equals="equals",
    and_="and",
    at="at",
    number="number",
)
ENGLISH: Final = Spoken(
    rules=(*_SHORT_FORMS, *_MEASURED, *_SIGNS.rules(NUMBER)),
    dot="dot",
)
