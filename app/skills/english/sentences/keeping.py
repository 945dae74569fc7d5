"""Asking for what is set; cancelling, extending and putting off."""

from __future__ import annotations

from typing import Final

from app.skills.english import making
from app.skills.english.sentences.building import plain, rules
from app.skills.grammar import Rule
from app.skills.intents import Unable

SET_ALREADY: Final[tuple[Rule, ...]] = (
    *rules(
        """
        how LONG HAVE left
        how LONG HAVE remaining
        how LONG HAVE LEFT (on|for|in|of) THE [{name}] ANY
        how LONG HAVE (on|for|in|of) THE [{name}] ANY LEFT
        how LONG (does|do|has|have) THE [{name}] ANY [have|got] [left|to go]
        how LONG (until|till|before) THE [{name}] ANY ENDS
        how LONG will THE [{name}] ANY (take|run|last)
        how [long] is THE [{name}] TIMER doing
        when (does|do|will|is|are) THE [next] [{name}] ANY END
        (what|which) ANY (do i have|have i set|have i got|are there) [ON]
        (what|which) ANY are ON
        (what|which) ANY do i have [for] (today|tomorrow|tonight|this week|next)
        what is the status of (my|the) [{name}] ANY
        (what|which) time is THE [next] [{name}] ANY [set for|set to|set]
        what are (my|the) ANY
        what is (my|the) [next] [{name}] ANY [set for|set to|at]
        what is left on (my|the) [{name}] ANY
        (list|show me|show|read me|read|tell me|check) [all] [of] [my|the] [{name}] ANY
        do i have [any|a|an|some] ANY [ON]
        (are|is) there [any|a|an] ANY [ON]
        (is|are) (my|the) [{name}] ANY [still] ON
        (did you set|have you set|did i set|have i set) [a|an|the|my|any] [{name}] ANY
        [{name}] TIMER status
        """,
        making.asked,
    ),
    *rules(
        """
        CANCEL ALL THAT [{name}] ANY
        CANCEL ALL THAT ANY (for|at|on|called|named|to|about) {which}
        (turn|switch|shut) ALL THAT [{name}] ANY off
        (forget|forget about) THAT [{name}] ANY
        """,
        making.cancelled,
    ),
    *rules(
        """
        add {duration} to THE [{name}] timer
        (extend|increase|lengthen|prolong) THE [{name}] timer by {duration}
        (give|add) THE [{name}] timer {duration} more
        add {duration} more to THE [{name}] timer
        add {duration} on THE [{name}] timer
        put {duration} more on THE [{name}] timer
        """,
        making.extended(1),
    ),
    *rules(
        """
        (take|subtract|remove) {duration} (from|off|off of) THE [{name}] timer
        (reduce|shorten|decrease) THE [{name}] timer by {duration}
        """,
        making.extended(-1),
    ),
    *rules(
        """
        (pause|resume|restart|unpause|continue|hold|freeze|rename) THE [{name}] ANY
        (change|move|reset|edit|shift|postpone|set) (the|my|that) [{name}] ANY to {rest}
        """,
        plain(Unable()),
    ),
    *rules(
        """
        snooze [it|that|the alarm|my alarm|alarm|this|the reminder|the timer]
        snooze [it|that|the alarm|my alarm|alarm|this|the reminder|the timer] [for|by] {duration}
        hit snooze
        """,
        making.snoozed,
    ),
    *rules(
        """
        {count} more {unit=minutes|minute|hours|hour|seconds}
        [give me|let me sleep] {count} more {unit=minutes|minute|hours|hour|seconds}
        give me another {duration}
        another {duration}
        (wake|remind|tell) me again in {duration}
        [let me sleep] {duration} (longer|more)
        """,
        making.some_more,
    ),
)
