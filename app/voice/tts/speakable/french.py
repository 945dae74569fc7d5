# ruff: noqa: RUF001  (typographic signs are what these rules are about)
"""French. The voice reads plain numbers, decimals, thousands and percentages by itself."""

from __future__ import annotations

import re
from typing import Final

from app.voice.tts.speakable.rules import (
    PHONE_NUMBER,
    Rule,
    Signs,
    Spoken,
    dates,
    dialled_in_pairs,
    dotted,
    from_two,
    named,
    pairs,
    rule,
    short_forms,
    units,
    words,
)

NUMBER: Final = r"\d+(?: \d{3})*(?:,\d+)?"
_MONTHS: Final = words("""janvier février mars avril mai juin juillet août septembre octobre novembre
    décembre""")
_SHORT: Final = """c.-à-d. = c'est-à-dire | p. ex. = par exemple | par ex. = par exemple | env. = environ
| av. J.-C. = avant Jésus-Christ | apr. J.-C. = après Jésus-Christ | ap. J.-C. = après Jésus-Christ
| n° = numéro | N° = numéro | nº = numéro | tél. = téléphone | etc. = et cetera | vs = contre
| Dr. = docteur | Pr. = professeur | Mme. = madame | boul. = boulevard | max. = maximum | min. = minimum
| janv. = janvier | févr. = février | juil. = juillet | sept. = septembre | oct. = octobre
| nov. = novembre | déc. = décembre | UE = U E"""
_UNITS: Final = """km/h = 1 kilomètre par heure, kilomètres par heure
| m/s = 1 mètre par seconde, mètres par seconde | km² = 1 kilomètre carré, kilomètres carrés
| m² = 1 mètre carré, mètres carrés | m³ = 1 mètre cube, mètres cubes | km = 1 kilomètre, kilomètres
| cm = 1 centimètre, centimètres | mm = 1 millimètre, millimètres | m = 1 mètre, mètres
| kg = 1 kilogramme, kilogrammes | mg = 1 milligramme, milligrammes | g = 1 gramme, grammes
| t = une tonne, tonnes | ml = 1 millilitre, millilitres | cl = 1 centilitre, centilitres
| l = 1 litre, litres | L = 1 litre, litres | To = 1 téraoctet, téraoctets | Go = 1 gigaoctet, gigaoctets
| Mo = 1 mégaoctet, mégaoctets | Ko = 1 kilooctet, kilooctets | ko = 1 kilooctet, kilooctets
| GB = 1 gigaoctet, gigaoctets | MB = 1 mégaoctet, mégaoctets | GHz = 1 gigahertz, gigahertz
| MHz = 1 mégahertz, mégahertz | kHz = 1 kilohertz, kilohertz | Hz = 1 hertz, hertz
| kWh = 1 kilowattheure, kilowattheures | kW = 1 kilowatt, kilowatts | W = 1 watt, watts
| dB = 1 décibel, décibels | ms = une milliseconde, millisecondes | min = une minute, minutes
| °C = 1 degré Celsius, degrés Celsius | °F = 1 degré Fahrenheit, degrés Fahrenheit | ° = 1 degré, degrés"""
_CURRENCIES: Final = {"€": ("euro", "centimes"), "$": ("dollar", "cents"), "£": ("livre", "pence")}
_FEMININE: Final = words("heure minute seconde semaine fois personne tasse journée année page livre pincée")
_ONES: Final = words("""zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze
    quinze seize dix-sept dix-huit dix-neuf""")
_TENS: Final = words("vingt trente quarante cinquante soixante soixante quatre-vingt quatre-vingt")
_ROMAN: Final = {"I": 1, "V": 5, "X": 10}


def _cardinal(number: int) -> str:
    """Below a hundred."""
    if number < 20:
        return _ONES[number]
    tens = _TENS[number // 10 - 2]
    rest = number % 20 if number >= 60 else number % 10
    if not rest:
        return tens
    return f"{tens} et {_ONES[rest]}" if rest in (1, 11) and number < 80 else f"{tens}-{_ONES[rest]}"


def _ordinal(number: int) -> str:
    spoken = _cardinal(number)
    if spoken.endswith("neuf"):
        return f"{spoken[:-1]}vième"
    return f"{spoken.removesuffix('e')}{'u' if spoken.endswith('cinq') else ''}ième"


def _say_ordinal(found: re.Match[str]) -> str:
    number = int(found[1])
    if number == 1:
        return "première" if found[2] in ("re", "ère") else "premier"
    return _ordinal(number) if 2 <= number <= 99 else found[0]


def _century(found: re.Match[str]) -> str:
    values = [_ROMAN[sign] for sign in found[1]]
    signed = [
        -value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True)
    ]
    number = sum(signed)
    return "premier" if number == 1 else _ordinal(number) if 1 < number < 100 else found[0]


def _time(found: re.Match[str]) -> str:
    hour, minute = int(found[1]), int(found[2] or 0)
    hours = {0: "0 heure", 1: "une heure", 21: "vingt et une heures"}.get(hour, f"{hour} heures")
    return hours + (f" {minute}" if minute else "")


def _money(found: re.Match[str]) -> str:
    amount, scale, sign = found[1] or found[5], found[2] or found[6], found[3] or found[4]
    name, cents = _CURRENCIES[sign]
    if scale:
        return f"{amount} {scale} {'d’' if name[0] in 'aeiou' else 'de '}{name}s"
    whole, _, part = amount.partition(",")
    small = str(int(part)) if len(part) == 2 and part.strip("0") else ""
    if small and whole == "0":
        return f"{small} {cents}"
    spoken = f"{whole} {name}{'s' if whole not in ('0', '1') else ''}"
    if small:
        return f"{spoken} {small}"
    return f"{amount} {name}{'s' if from_two(amount) else ''}" if part.strip("0") else spoken


_SCALE: Final = r"(?:\s*(millions?|milliards?)\b)?"
_SIGN: Final = r"([€$£])"
_FRACTIONS: Final = pairs(
    "1/2 = un demi | 1/3 = un tiers | 2/3 = deux tiers | 1/4 = un quart | 3/4 = trois quarts"
)
_RULES: Final[tuple[Rule, ...]] = (
    short_forms(_SHORT),
    rule(r"\bM\.\s+(?=[A-ZÀÉ]|et\b)", "monsieur "),
    rule(r"\bMM\.\s+(?=[A-ZÀÉ])", "messieurs "),
    rule(r"\b([A-Z])\.\s+(?=[A-ZÀÉ])", r"\1 "),
    rule(r"\b1(er|re|ère)()\b", lambda m: "premier" if m[1] == "er" else "première"),
    rule(r"\b(\d{1,2})(e|ème|ième|ᵉ)(?!\w)", _say_ordinal),
    rule(r"\b1ᵉʳ", "premier"),
    rule(r"\bIer(?=\s(?:siècle|arrondissement))", "premier"),
    rule(r"\b([IVX]+)e(?=\s(?:siècle|arrondissement|et\s))", _century),
    *dates(lambda day, month, year: f"{'premier' if day == 1 else day} {_MONTHS[month - 1]} {year}", "./"),
    rule(r"(?<![\d:.,])([01]?\d|2[0-4])\s?[hH](?:\s?([0-5]\d))?(?!\w)", _time),
    rule(r"(?<![\d:.,])([01]?\d|2[0-4]):([0-5]\d)(?![:\d])", _time),
    rule(rf"(?<![\w.,])({NUMBER}){_SCALE}\s?{_SIGN}|{_SIGN}\s?({NUMBER}){_SCALE}", _money),
    rule(PHONE_NUMBER, dialled_in_pairs),
    rule(r"(?<![\w/.,])(\d )?(1/2|[12]/3|[13]/4)(?![\w/])",
         lambda m: f"{m[1]}et {_FRACTIONS[m[2]]}" if m[1] else _FRACTIONS[m[2]]),
    units(named(_UNITS), NUMBER, from_two),
    rule(rf"(?<![\w.,])1 (?=(?:{'|'.join(_FEMININE)})\b)", "une "),
    rule(r"§\s?(?=\d)", "paragraphe "),
)  # fmt: skip
_SIGNS: Final = Signs(
    percent="pour cent",
    to="à",
    less="est inférieur à",
    greater="est supérieur à",
    times="fois",
    divided="divisé par",
    plus="plus",
    minus="moins",
    equals="égale",
    and_="et",
    at="arobase",
    number="numéro",
)
FRENCH: Final = Spoken(
    rules=(*_RULES, *_SIGNS.rules(NUMBER)),
    dot="point",
    dotted=(dotted(_SHORT) | {"m", "mm", "st"}) - {"etc", "j.-c"},
)
