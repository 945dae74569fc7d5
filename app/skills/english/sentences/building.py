"""How the tables of English sentences are written down: one sentence a line, with words in capitals
for what comes again and again.

A rule file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from app.skills.grammar import Make, Rule
from app.skills.intents import Intent

PARTS: Final = {
    "SET": "(set|set up|set me|start|start me|make|make me|create|give me|run|add|put on|i need|i want)",
    "A": "[a|an|the|another|my|one|new|a new|another new|a second|a third]",
    "CALLED": "(called|named|labeled|labelled|with the name|with the label)",
    "ANY": "{kind=timer|timers|alarm|alarms|reminder|reminders|alarm clock}",
    "TIMER": "{kind=timer|timers|countdown}",
    "THE": "[the|my|our|that|this|your|any|a|an]",
    "THAT": "[the|my|that|this|our|these|those]",
    "ALL": "[{all=all|both|every|all of|each}]",
    "BIT": "[a bit|a little|a little bit|a lot|much|even|some|more]",
    "TELL": "[tell me|do you know|i would like to know|can you tell me|could you tell me|i want to know]",
    "CANCEL": "(cancel|stop|delete|remove|clear|end|disable|dismiss|abort|silence|kill|OFF|get rid of)",
    "OFF": "turn off|switch off|shut off",
    "LONG": "(long|much time|much longer|many minutes|many seconds)",
    "HAVE": "[is|are|do i have|have i got|is there|are there]",
    "LEFT": "[left|remaining|to go]",
    "ENDS": "[rings|goes off|is done|is up|ends|finishes|is over|is due]",
    "END": "[go off|ring|end|finish|done|up|over|due|set for|set]",
    "GO_ON": "(go on|continue|carry on|keep going|go ahead|proceed|keep talking|resume)",
    "SAYING": "(what you were (saying|going to say|telling me)|(your|the) (answer|sentence|story|explanation"
    "|recipe|list|poem|joke))",
    "ON": "(set|running|active|on|going|left|scheduled|pending)",
}
_PART: Final = re.compile(r"\b[A-Z_]+\b")


def rules(sentences: str, make: Make) -> Iterable[Rule]:
    """Each of these sentences means the same."""
    for line in sentences.strip().splitlines():
        yield Rule(_whole(line.strip()), make)


def _whole(line: str) -> str:
    while (longer := _PART.sub(lambda found: PARTS[found.group()], line)) != line:
        line = longer
    return line


def plain(intent: Intent) -> Make:
    """The sentence means this, always."""
    return lambda _: intent
