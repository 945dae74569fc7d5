# ruff: noqa: RUF001  (typographic signs are what these rules are about)
"""What the languages have in common: rules of the form "this is said so", and how they are made.

A rule file, like all of this folder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

Say: TypeAlias = Callable[[re.Match[str]], str]
Rule: TypeAlias = tuple[re.Pattern[str], str | Say]

PHONE_DIGITS: Final = 7
"""So many digits with a 0 or a + before them are dialled, not counted."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """How a language says what is written in signs, digits and short forms.

    rules: applied one after the other. dot: how the dot of an address is said. dotted: words after
    which a dot ends no sentence, in lower case; goes_on: the same for whatever else stands before the
    dot, given the text up to it and what follows.
    """

    rules: tuple[Rule, ...]
    dot: str
    dotted: frozenset[str] = frozenset()
    goes_on: Callable[[str, str], bool] | None = None


def rule(pattern: str, instead: str | Say) -> Rule:
    """One of them."""
    return re.compile(pattern), instead


def applied(rules: Sequence[Rule], text: str) -> str:
    """The text after all of them."""
    for pattern, instead in rules:
        text = pattern.sub(instead, text)
    return text


def words(text: str) -> tuple[str, ...]:
    """The words of a table."""
    return tuple(text.split())


def pairs(table: str) -> dict[str, str]:
    """ "km = Kilometer | …" as a dictionary."""
    entries = (entry.partition("=") for entry in table.split("|"))
    return {short.strip(): " ".join(long.split()) for short, _, long in entries}


def short_forms(table: str) -> Rule:
    """ "z. B. = zum Beispiel | …": with or without the space, in the beginning of a sentence as well.
    At the very end its dot also ends the sentence."""
    found = pairs(table)
    by_letters = {short.replace(" ", ""): long for short, long in found.items()}
    shorts = "|".join(_pattern(short) for short in sorted(found, key=len, reverse=True))

    def say(match: re.Match[str]) -> str:
        short = "".join(match[0].split())
        long = by_letters.get(short) or by_letters[short[0].lower() + short[1:]]
        said = long if short in by_letters else long[0].upper() + long[1:]
        ends = short[-1] == "." and match.end() == len(match.string.rstrip())
        return said + "." if ends else said

    return rule(rf"(?<![\w.])(?:{shorts})", say)


def _pattern(short: str) -> str:
    rest = r"\s?".join(map(re.escape, short[1:].split(" ")))
    begin = f"[{short[0]}{short[0].upper()}]" if short[0].islower() else re.escape(short[0])
    return begin + rest + (r"(?!\w)" if short[-1].isalnum() else "")


def dotted(table: str) -> frozenset[str]:
    """The words of short forms after which a dot ends no sentence."""
    return frozenset(part.lower().rstrip(".") for short in pairs(table) for part in short.split())


def named(table: str) -> dict[str, tuple[str, str]]:
    """ "km = ein Kilometer, Kilometer | …": what one is called, and what several are."""
    found = {symbol: names.split(", ") for symbol, names in pairs(table).items()}
    return {symbol: (one, many) for symbol, (one, many) in found.items()}


def units(table: Mapping[str, tuple[str, str]], number: str, several: Callable[[str], bool]) -> Rule:
    """symbol → (what one of them is called, with its number; what several are called)."""
    names = "|".join(sorted(map(re.escape, table), key=len, reverse=True))

    def say(match: re.Match[str]) -> str:
        one, many = table[match[2]]
        if match[1] == "1":
            return one
        return f"{match[1]} {many if several(match[1]) else one.partition(' ')[2]}"

    return rule(rf"(?<![\w.,])({number})\s?({names})(?![\w°/²³])", say)


def always(_: str) -> bool:
    """Whatever is not one is several."""
    return True


def from_two(number: str) -> bool:
    """One and a half is one, as the French count."""
    return not number.replace(" ", "").startswith(("0,", "1,")) and number != "0"


def dates(say: Callable[[int, int, str], str], between: str) -> tuple[Rule, ...]:
    """2026-11-21, and day, month and year with these signs between them. say: given day, month and year."""

    def said(match: re.Match[str], year: str, month: str, day: str) -> str:
        right = 1 <= int(month) <= 12 and 1 <= int(day) <= 31
        return say(int(day), int(month), year) if right else match[0]

    return (
        rule(r"(?<![\w-])(\d{4})-(\d\d)-(\d\d)(?![\w-])", lambda m: said(m, m[1], m[2], m[3])),
        rule(
            rf"(?<![\w.,/-])(\d\d?)([{between}])(\d\d?)\2(\d{{4}})(?![\d/])",
            lambda m: said(m, m[4], m[3], m[1]),
        ),
    )


def dialled(match: re.Match[str]) -> str:
    """A telephone number, digit by digit, its groups apart."""
    if sum(character.isdigit() for character in match[0]) < PHONE_DIGITS:
        return match[0]
    said = ", ".join(" ".join(group) for group in re.findall(r"\d+", match[0]))
    return f"plus {said}" if match[0].startswith("+") else said


def dialled_in_pairs(match: re.Match[str]) -> str:
    """The same where people say "twelve, thirty-four"."""
    if sum(character.isdigit() for character in match[0]) < PHONE_DIGITS:
        return match[0]
    groups = re.findall(r"\d+", match[0])
    said = ", ".join(group if len(group) < 3 and group[0] != "0" else " ".join(group) for group in groups)
    return f"plus {said}" if match[0].startswith("+") else said


PHONE_NUMBER: Final = r"(?<![\w.,/:-])(?:\+\d|\(?0)[\d()]*(?:[ /-]\(?\d+\)?)*(?![\w:]|[.,/]\d)"
PHONE: Final = rule(PHONE_NUMBER, dialled)
THOUSANDS: Final = rule(
    r"(?<![\d.,])(?<!\d )(?!0)(\d{1,3})((?: \d{3})+)(?![\d.,]?\d| \d)",
    lambda match: match[1] + match[2].replace(" ", ""),
)
"""10 000: most voices read the zeros one by one."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What the signs of arithmetic and the like are called."""

    percent: str
    to: str
    less: str
    greater: str
    times: str
    divided: str
    plus: str
    minus: str
    equals: str
    and_: str
    at: str
    number: str

    def rules(self, number: str) -> tuple[Rule, ...]:
        """number: the pattern of one."""
        return (
            rule(rf"({number})\s?%", rf"\1 {self.percent}"),
            rule(r"(?<![\d–-])(\d+)\s?–\s?(\d+)(?![\d–-])", rf"\1 {self.to} \2"),
            rule(
                r"(?<![\w-])(\d\d?|\d{4})-((?<!\d{4}-)\d\d?|(?<=\d{4}-)\d{4})(?![\w-])", rf"\1 {self.to} \2"
            ),
            rule(r"(?<=\d)\s[-−]\s(?=\d)", f" {self.minus} "),
            rule(r"(?<![\w).,-])[-−](?=\d)", f"{self.minus} "),
            rule(r"\b([CF])#", r"\1 sharp"),
            rule(r"\s<\s", f" {self.less} "),
            rule(r"\s>\s", f" {self.greater} "),
            rule(r"(?<=\d)\s*[×x*]\s*(?=\d)", f" {self.times} "),
            rule(r"(?<=[\d)])\s*÷\s*(?=[\d(])|(?<=\d)\s+/\s+(?=\d)", f" {self.divided} "),
            rule(r"\s\+\s", f" {self.plus} "),
            rule(r"\s=\s", f" {self.equals} "),
            rule(r"\s&\s|(?<=\w)&(?=\w)", f" {self.and_} "),
            rule(r"(?<=\s)@(?=\s)|(?<=\w)@(?=\w)", f" {self.at} "),
            rule(r"\s*(?:→|->|=>)\s*", ", "),
            rule(r"#(?=\d)", f"{self.number} "),
        )
