"""Spanish. The voice reads plain numbers, decimals and percentages by itself."""

from __future__ import annotations

import re
from typing import Final

from app.voice.tts.speakable.rules import (
    PHONE,
    THOUSANDS,
    Rule,
    Signs,
    Spoken,
    always,
    dates,
    dialled,
    dotted,
    named,
    pairs,
    rule,
    short_forms,
    units,
    words,
)

NUMBER: Final = r"\d+(?:\.\d{3})*(?:,\d+)?"
_MONTHS: Final = words("""enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre
    diciembre""")
_SHORT: Final = """p. ej. = por ejemplo | etc. = etcétera | EE. UU. = Estados Unidos
| EEUU = Estados Unidos | Sr. = señor | Sra. = señora | Srta. = señorita | Sres. = señores | Dr. = doctor
| Dra. = doctora | Prof. = profesor | Ud. = usted | Uds. = ustedes | D. = don | Dña. = doña
| pág. = página | págs. = páginas | núm. = número | n.º = número | N.º = número | nº = número
| aprox. = aproximadamente | tel. = teléfono | av. = avenida | Av. = Avenida | máx. = máximo
| mín. = mínimo | min. = minutos | art. = artículo | cap. = capítulo | a. C. = antes de Cristo
| d. C. = después de Cristo | vs. = contra | UE = U E"""
_UNITS: Final = """km/h = un kilómetro por hora, kilómetros por hora
| m/s = un metro por segundo, metros por segundo | km² = un kilómetro cuadrado, kilómetros cuadrados
| m² = un metro cuadrado, metros cuadrados | m³ = un metro cúbico, metros cúbicos
| km = un kilómetro, kilómetros | cm = un centímetro, centímetros | mm = un milímetro, milímetros
| m = un metro, metros | kg = un kilogramo, kilogramos | mg = un miligramo, miligramos
| g = un gramo, gramos | t = una tonelada, toneladas | ml = un mililitro, mililitros
| l = un litro, litros | L = un litro, litros | TB = un terabyte, terabytes | GB = un gigabyte, gigabytes
| MB = un megabyte, megabytes | kB = un kilobyte, kilobytes | GHz = un gigahercio, gigahercios
| MHz = un megahercio, megahercios | kHz = un kilohercio, kilohercios | Hz = un hercio, hercios
| kWh = un kilovatio hora, kilovatios hora | kW = un kilovatio, kilovatios | W = un vatio, vatios
| dB = un decibelio, decibelios | ms = un milisegundo, milisegundos | min = un minuto, minutos
| h = una hora, horas | °C = un grado Celsius, grados Celsius
| °F = un grado Fahrenheit, grados Fahrenheit | ° = un grado, grados"""
_CURRENCIES: Final = {
    "€": ("un euro", "euros", "céntimos"),
    "$": ("un dólar", "dólares", "centavos"),
    "£": ("una libra", "libras", "peniques"),
}
_ORDINALS: Final = words("primer segund tercer cuart quint sext séptim octav noven décim")
_FEMININE: Final = words("""hora semana persona vez taza cucharada página libra tonelada docena pizca casa
    cosa""")
_MASCULINE: Final = words("""minuto segundo día mes año kilómetro metro litro kilo gramo grado euro dólar
    millón""")


def _say_ordinal(found: re.Match[str]) -> str:
    number, sign = int(found[1]), found[2]
    if not 1 <= number <= len(_ORDINALS):
        return found[1]
    stem = _ORDINALS[number - 1]
    return stem if sign == "er" else stem + ("a" if sign == "ª" else "o")


def _hour(hour: int) -> str:
    return {1: "una", 21: "veintiuna"}.get(hour, str(hour))


def _time(found: re.Match[str]) -> str:
    hour, minute, hours = int(found[1]), int(found[2]), found[3]
    if minute:
        return f"{_hour(hour)} y {minute}"
    if hours:
        return f"{_hour(hour)} {'hora' if hour == 1 else 'horas'}"
    return f"{_hour(hour)} en punto"


def _half_day(found: re.Match[str]) -> str:
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3].lower()
    part = "mañana" if half == "a" else "noche" if 8 <= hour <= 11 else "tarde"
    return f"{_hour(hour)}{f' y {minute}' if minute else ''} de la {part}"


def _money(found: re.Match[str]) -> str:
    amount, scale, sign = found[1] or found[5], found[2] or found[6], found[3] or found[4]
    one, many, cents = _CURRENCIES[sign]
    if scale:
        return f"{amount} {scale} de {many}"
    whole, _, part = amount.partition(",")
    small = str(int(part)) if len(part) == 2 and part.strip("0") else ""
    if small and whole == "0":
        return f"{small} {cents}"
    spoken = one if whole == "1" else f"{whole} {many}"
    if small:
        return f"{spoken} con {small}"
    return f"{amount} {many}" if part.strip("0") else spoken


_SCALE: Final = r"(?:\s*(millón|millones)(?: de)?\b)?"
_SIGN: Final = r"([€$£])"
_FRACTIONS: Final = pairs(
    "1/2 = un medio | 1/3 = un tercio | 2/3 = dos tercios | 1/4 = un cuarto | 3/4 = tres cuartos"
)
_HALVES: Final = {"½": "medio", "¼": "un cuarto", "¾": "tres cuartos"}
_RULES: Final[tuple[Rule, ...]] = (
    rule(r"(?<![\w.,/-])(?:\+34 ?)?[6-9](?: ?\d){8}(?![\d.,]?\d| \d)", dialled),
    THOUSANDS,
    rule(r"\b([01]?\d)(?::([0-5]\d))?\s?([apAP])\.?\s?[mM]\b\.?", _half_day),
    short_forms(_SHORT),
    rule(r"\b([A-Z])\.\s+(?=[A-ZÁÉÍÓÚÑ])", r"\1 "),
    rule(r"\b(\d{1,2})\.?(º|ª|er)(?!\w)", _say_ordinal),
    *dates(lambda day, month, year: f"{day} de {_MONTHS[month - 1]} de {year}", "./"),
    rule(r"(?<![\d:.,])([01]?\d|2[0-4]):([0-5]\d)(?![:\d])(?:\s?(h)(?:oras|rs)?\b\.?)?", _time),
    rule(r"\b([Ll]a) 1\b(?![:.,]?\d)", r"\1 una"),
    rule(rf"(?<![\w.,])({NUMBER}){_SCALE}\s?{_SIGN}|{_SIGN}\s?({NUMBER}){_SCALE}", _money),
    PHONE,
    rule(r"(?<![\w/.,])(\d )?(1/2|[12]/3|[13]/4)(?![\w/])",
         lambda m: f"{m[1]}y {_FRACTIONS[m[2]]}" if m[1] else _FRACTIONS[m[2]]),
    rule(r"(?<=\d)\s?([½¼¾])", lambda m: f" y {_HALVES[m[1]]}"),
    rule(r"[½¼¾]", lambda m: _HALVES[m[0]]),
    units(named(_UNITS), NUMBER, always),
    rule(rf"(?<![\w.,])1 (?=(?:{'|'.join(_FEMININE)})\b)", "una "),
    rule(rf"(?<![\w.,])1 (?=(?:{'|'.join(_MASCULINE)})\b)", "un "),
    rule(rf"(?<![\w.,])21 (?=(?:{'|'.join(_FEMININE)})s?\b)", "veintiuna "),
    rule(rf"(?<![\w.,])21 (?=(?:{'|'.join(_MASCULINE)})(?:e?s)?\b)", "veintiún "),
    rule(r"§\s?(?=\d)", "artículo "),
)  # fmt: skip
_SIGNS: Final = Signs(
    percent="por ciento",
    to="a",
    less="es menor que",
    greater="es mayor que",
    times="por",
    divided="entre",
    plus="más",
    minus="menos",
    equals="es igual a",
    and_="y",
    at="arroba",
    number="número",
)
SPANISH: Final = Spoken(
    rules=(*_RULES, *_SIGNS.rules(NUMBER)),
    dot="punto",
    dotted=dotted(_SHORT) - {"etc", "c", "uu"},
)
