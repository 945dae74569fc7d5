"""An expectation in a few words, for tables."""

from __future__ import annotations

from app.voice.evals import words
from app.voice.evals.moments import Moment
from app.voice.evals.schema import Absent, Answered, Count, Expectation, Silent, SpanLimit, Words


def describe(expected: Expectation) -> str:
    """What must be so, in a few words."""
    kind = expected.check
    wanted = getattr(expected, kind)
    of_turn = f" (turn {expected.turn})" if expected.turn is not None else ""
    match wanted:
        case Count(at_least=least, at_most=most):
            amount = (
                str(least)
                if least == most
                else f"{least} to {most}"
                if most is not None
                else f"{least} or more"
            )
            return f"{kind}: {amount}"
        case Words():
            return f"{kind} {words.described(wanted)}{of_turn}"
        case Answered():
            after = f" after {wanted.after}" if wanted.after else ""
            return f"answered within {wanted.within_ms:.0f} ms{after}{of_turn}"
        case Silent():
            return f"silent within {wanted.within_ms:.0f} ms {_after(wanted.after)}"
        case Absent():
            begin = f" from {wanted.since.text}" if wanted.since else ""
            end = f" until {wanted.until.text}" if wanted.until else ""
            return f"nothing is heard{begin}{end}"
        case SpanLimit():
            return f"{wanted.name} takes at most {wanted.at_most_ms:.0f} ms{of_turn}"
        case _:
            raise AssertionError(kind)


def _after(moment: Moment) -> str:
    return moment.text if moment.text.startswith("after") else f"after {moment.text}"
