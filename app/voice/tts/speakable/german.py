"""German. The voice reads plain numbers, decimals and percentages by itself; ordinals it does not."""

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
    dotted,
    named,
    pairs,
    rule,
    short_forms,
    units,
    words,
)

NUMBER: Final = r"\d+(?:\.\d{3})*(?:,\d+)?"
_MONTHS: Final = words("Januar Februar März April Mai Juni Juli August September Oktober November Dezember")
_SHORT: Final = """z. B. = zum Beispiel | d. h. = das heißt | u. a. = unter anderem | usw. = und so weiter
| bzw. = beziehungsweise | ca. = circa | etc. = et cetera | evtl. = eventuell | ggf. = gegebenenfalls
| inkl. = inklusive | exkl. = exklusive | max. = maximal | vgl. = vergleiche | s. o. = siehe oben
| s. u. = siehe unten | i. d. R. = in der Regel | u. U. = unter Umständen | z. T. = zum Teil
| o. ä. = oder ähnlich | bspw. = beispielsweise | sog. = sogenannte | zzgl. = zuzüglich
| v. a. = vor allem | Nr. = Nummer | Dr. = Doktor | Prof. = Professor | Hr. = Herr
| St. = Sankt | Tel. = Telefon | Std. = Stunden | Min. = Minuten | Sek. = Sekunden | Jh. = Jahrhundert
| Str. = Straße | Mio. = Millionen | Mrd. = Milliarden | Abs. = Absatz | Art. = Artikel | Abb. = Abbildung
| Kap. = Kapitel | v. Chr. = vor Christus | n. Chr. = nach Christus | Jan. = Januar | Feb. = Februar
| Aug. = August | Sept. = September | Okt. = Oktober | Nov. = November | Dez. = Dezember
| MwSt. = Mehrwertsteuer | MwSt = Mehrwertsteuer | Hbf = Hauptbahnhof | USA = U S A | EU = E U"""
_UNITS: Final = """km/h = ein Kilometer pro Stunde, Kilometer pro Stunde
| m/s = ein Meter pro Sekunde, Meter pro Sekunde | km² = ein Quadratkilometer, Quadratkilometer
| m² = ein Quadratmeter, Quadratmeter | m³ = ein Kubikmeter, Kubikmeter | km = ein Kilometer, Kilometer
| cm = ein Zentimeter, Zentimeter | mm = ein Millimeter, Millimeter | m = ein Meter, Meter
| kg = ein Kilogramm, Kilogramm | mg = ein Milligramm, Milligramm | g = ein Gramm, Gramm
| t = eine Tonne, Tonnen | ml = ein Milliliter, Milliliter | l = ein Liter, Liter | L = ein Liter, Liter
| TB = ein Terabyte, Terabyte | GB = ein Gigabyte, Gigabyte | MB = ein Megabyte, Megabyte
| kB = ein Kilobyte, Kilobyte | ct = ein Cent, Cent | GHz = ein Gigahertz, Gigahertz
| MHz = ein Megahertz, Megahertz | kHz = ein Kilohertz, Kilohertz | Hz = ein Hertz, Hertz
| kWh = eine Kilowattstunde, Kilowattstunden | kW = ein Kilowatt, Kilowatt | W = ein Watt, Watt
| dB = ein Dezibel, Dezibel | ms = eine Millisekunde, Millisekunden | min = eine Minute, Minuten
| h = eine Stunde, Stunden | °C = ein Grad Celsius, Grad Celsius
| °F = ein Grad Fahrenheit, Grad Fahrenheit | ° = ein Grad, Grad"""
_CURRENCIES: Final = {"€": "Euro", "EUR": "Euro", "$": "Dollar", "£": "Pfund", "CHF": "Franken"}
_CENTS: Final = {"Euro": "Cent", "Dollar": "Cent", "Pfund": "Pence", "Franken": "Rappen"}
_FEMININE: Final = words("""Stunde Minute Sekunde Woche Person Tasse Million Milliarde Seite Meile Portion
    Prise""")
_MASCULINE: Final = words("""Tag Monat Jahr Kilometer Meter Liter Kilogramm Gramm Grad Prozent Uhr Mal
    Teelöffel""")

_ONES: Final = words("""null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn
    vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn""")
_TENS: Final = words("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig")
_IRREGULAR: Final = {1: "erst", 3: "dritt", 7: "siebt", 8: "acht"}
_BEFORE_TE: Final = frozenset(words("der die das eine jede diese"))
_BEFORE_TER: Final = frozenset(words("ein jeder mein dein sein ihr unser kein"))
_BEFORE_TEN: Final = frozenset(
    words("""am im zum vom beim dem den des einem einen einer ab bis seit nach
    vor und oder jedem jeden zur seinem seinen ihrem ihren meinem meinen unserem unseren dieser diesem
    diesen""")
)
_ARTICLES: Final = _BEFORE_TE | _BEFORE_TER | _BEFORE_TEN


def _ordinal(number: int) -> str:
    """The stem: "dritt", to which an ending is put."""
    if number in _IRREGULAR:
        return _IRREGULAR[number]
    if number < 20:
        return f"{_ONES[number]}t"
    ones, tens = number % 10, _TENS[number // 10 - 2]
    before = "" if not ones else f"{'ein' if ones == 1 else _ONES[ones]}und"
    return f"{before}{tens}st"


def _ending(before: str, after: str) -> str:
    if before in _BEFORE_TE:
        return "e"
    return "en" if before in _BEFORE_TEN else "er" if before in _BEFORE_TER or after in _MONTHS else "e"


def _is_ordinal(before: str, number: str, after: str) -> bool:
    """Before a month or in the middle of a sentence a number with a dot is one; before another noun, if
    an article or the like stands before it."""
    if not 1 <= int(number) <= 99:
        return False
    return after in _MONTHS or after[:1].islower() or before.lower() in _ARTICLES


def _say_ordinal(found: re.Match[str]) -> str:
    before, space, number, after = found[1] or "", found[2] or "", found[3], found[4]
    if not _is_ordinal(before, number, after):
        return found[0]
    return f"{before}{space}{_ordinal(int(number))}{_ending(before.lower(), after)}"


def _goes_on(head: str, rest: str) -> bool:
    """After "am 3." the sentence goes on, and whether it does is not known before the next word."""
    found = re.search(r"(?:(?<!\w)(\w+)\s)?(?<![\w.,])(\d{1,2})\.$", head)
    after = rest.split()
    if found is None:
        return False
    return not after or _is_ordinal(found[1] or "", found[2], after[0].strip(".,;:!?"))


def _time(found: re.Match[str]) -> str:
    hour, minute = int(found[1]), int(found[2])
    return f"{'ein' if hour == 1 else hour} Uhr" + (f" {minute}" if minute else "")


def _money(found: re.Match[str]) -> str:
    amount, scale, name = found[1] or found[5], found[2] or found[6], _CURRENCIES[found[3] or found[4]]
    if scale:
        return f"{amount} {scale} {name}"
    whole, _, part = amount.partition(",")
    small = str(int(part)) if len(part) == 2 and part.strip("0") else ""
    if small and whole == "0":
        return f"{small} {_CENTS[name]}"
    spoken = f"{'ein' if whole == '1' else whole} {name}"
    if small:
        return f"{spoken} {small}"
    return f"{amount} {name}" if part.strip("0") else spoken


def _year(found: re.Match[str]) -> str:
    rest = int(found[2])
    return f"{found[1]} hundert" + (f" {rest}" if rest else "")


_SCALE: Final = r"(?:\s*(Millionen|Million|Milliarden|Milliarde)\b)?"
_SIGN: Final = r"(€|EUR\b|\$|£|CHF\b)"
_FRACTIONS: Final = pairs(
    "1/2 = ein halb | 1/3 = ein Drittel | 2/3 = zwei Drittel | 1/4 = ein Viertel | 3/4 = drei Viertel"
)
_HALVES: Final = {"½": "einhalb", "¼": "ein Viertel", "¾": "drei Viertel"}

_RULES: Final[tuple[Rule, ...]] = (
    THOUSANDS,
    short_forms(_SHORT),
    rule(r"(?<=[a-zß])str\.(?=\s|$)", "straße"),
    rule(r"\b([A-Z])\.\s+(?=[A-Z][\w.])", r"\1 "),
    *dates(lambda day, month, year: f"{day}. {_MONTHS[month - 1]} {year}", "./"),
    rule(
        r"(?<![\d.,])([0-3]?\d)\.(0?[1-9]|1[0-2])\.(?!\d)",
        lambda m: f"{int(m[1])}. {_MONTHS[int(m[2]) - 1]}" if 1 <= int(m[1]) <= 31 else m[0],
    ),
    rule(r"(?<![\d:.,])([01]?\d|2[0-4]):([0-5]\d)(?![:\d])(?:\s*(?:Uhr|h)\b)?", _time),
    rule(r"(?<![\d:.,])([01]?\d|2[0-4])\.([0-5]\d)\s*Uhr\b", _time),
    rule(r"(?<![\d:.,])1 Uhr\b", "ein Uhr"),
    rule(rf"(?<![\w.,])({NUMBER}){_SCALE}\s?{_SIGN}|{_SIGN}\s?({NUMBER}){_SCALE}", _money),
    PHONE,
    rule(r"(?:(?<!\w)(\w+)(\s))?(?<![\w.,])(\d{1,2})\.(?=\s+(\w+))", _say_ordinal),
    rule(r"\b([Aa]m|[Vv]om|[Zz]um|[Bb]is zum) ([1-9]|[12]\d|3[01])\.$",
         lambda m: f"{m[1]} {_ordinal(int(m[2]))}en."),
    rule(r"(?<![\w/.,])(\d )?(1/2|[12]/3|[13]/4)(?![\w/])",
         lambda m: f"{m[1]}und {_FRACTIONS[m[2]]}" if m[1] else _FRACTIONS[m[2]]),
    rule(r"(?<=\d)([½¼¾])", lambda m: f" {_HALVES[m[1]]}"),
    units(named(_UNITS), NUMBER, always),
    rule(rf"(?<![\w.,])1 (?=(?:{'|'.join(_FEMININE)})\b)", "eine "),
    rule(rf"(?<![\w.,])1 (?=(?:{'|'.join(_MASCULINE)})\b)", "ein "),
    rule(r"(?<![\w.,:/])(1[1-9])(\d\d)(?![\w]|[.,:/]\d)", _year),
    rule(r"§§", "Paragrafen"),
)  # fmt: skip
_SIGNS: Final = Signs(
    percent="Prozent",
    to="bis",
    less="ist kleiner als",
    greater="ist größer als",
    times="mal",
    divided="geteilt durch",
    plus="plus",
    minus="minus",
    equals="ist gleich",
    and_="und",
    at="ät",
    number="Nummer",
)
GERMAN: Final = Spoken(
    rules=(*_RULES, *_SIGNS.rules(NUMBER)),
    dot="Punkt",
    dotted=dotted(_SHORT) - {"usw", "etc", "chr"},
    goes_on=_goes_on,
)
