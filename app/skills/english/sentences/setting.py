"""Setting timers, alarms and reminders."""

from __future__ import annotations

from typing import Final

from app.skills.english import making
from app.skills.english.sentences.building import rules
from app.skills.grammar import Rule

TIMERS: Final[tuple[Rule, ...]] = (
    *rules(
        """
        [SET] A [countdown] timer [for|of|to|at|with] {duration}
        [SET] A [countdown] timer [for|of] {duration} (for|CALLED) {name}
        [SET] A timer (for|CALLED) {name} (for|of|to|with) {duration}
        [SET] A {name} timer [for|of|to|at|with] {duration}
        [SET] A countdown (for|of|from) {duration}
        (count down|countdown) [from|for] {duration}
        put A timer on for {duration}
        [SET] A timer on for {duration}
        (alert|notify|ping|tell|buzz) me in {duration}
        (let me know|give me a shout|ring) in {duration}
        (let me know|alert me|notify me|tell me) when {duration} (is|are) (up|over)
        time {duration}
        """,
        making.timer,
    ),
    *rules(
        """
        [SET] A {what} [countdown] timer
        [SET] A {what} countdown
        [SET] A {what} timer (for|CALLED) {name}
        """,
        making.timer_of,
    ),
    *rules(
        """
        [SET] [two|2|three|3|four|4|five|5] timers (for|of) {list}
        """,
        making.timers,
    ),
    *rules(
        """
        [SET] A timer for {first} and (another|another one|one|one more) [timer] for {second}
        [SET] A timer for {first} and a second [one|timer] for {second}
        [SET] A timer for {first} and [SET] A timer for {second}
        """,
        making.another,
    ),
    *rules(
        """
        {verb=set|start|create|make|set me|give me|start me|set up|i need|i want} A timer
        {verb=set|start|create} A {name} timer
        {verb=set|start|create} A timer (for|CALLED) [the|my|a|an] {name}
        """,
        making.ask("timer"),
    ),
)

ALARMS: Final[tuple[Rule, ...]] = (
    *rules(
        """
        [SET] A [wake up] (alarm|alarm clock) [for|at|to] {when}
        [SET] A alarm [to go off|to ring] {when}
        [SET] A (alarm|alarm clock) [for|at] {when} CALLED {name}
        [SET] A alarm CALLED {name} (for|at) {when}
        [SET] A alarm for {name} (at|for) {when}
        [SET] A {when} alarm
        [SET] A wake up call (for|at) {when}
        ring [me] {when}
        """,
        making.alarm,
    ),
    *rules("[SET] A {first} alarm [for|at|to] {when}", making.alarm_of),
    *rules(
        """
        wake (me|us) [up] {when}
        get (me|us) up {when}
        i (need|want) to (get up|wake up|be up|be woken) {when}
        {when} wake (me|us) [up]
        """,
        making.wake,
    ),
    *rules(
        """
        {verb=set|create|make|set up|set me|i need|i want} A (alarm|alarm clock)
        {verb=wake me up|wake me|wake us up}
        """,
        making.ask("alarm"),
    ),
)

REMINDERS: Final[tuple[Rule, ...]] = (
    *rules(
        """
        remind me {rest}
        remember to remind me {rest}
        do not let me forget {rest}
        (set|set up|create|make|add|give me) A reminder {rest}
        """,
        making.reminder,
    ),
    *rules(
        """
        {when} remind me (to|that|about|of) {what}
        """,
        making.reminder_at,
    ),
    *rules("[SET] A timer for {duration} (to|that) {what}", making.reminder_in),
    *rules("{verb=set|create|make|add|set up} A reminder", making.ask("reminder")),
)

UNCLEAR: Final[tuple[Rule, ...]] = tuple(
    rules("(set|start|create) (a|an|another) {kind=timer|alarm} (for|at|in|on) {rest}", making.ask_again)
)
"""Behind all others: whoever asks for a timer must not be told by a language model that it is set."""
