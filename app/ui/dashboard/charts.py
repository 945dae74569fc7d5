"""The stages of the last turns as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import altair as alt

from app.api.schemas import TurnReport

PALETTE: Final = {
    "speech": "#94a3b8",
    "pause": "#64748b",
    "transcribe": "#0891b2",
    "think": "#7c3aed",
    "clause": "#c026d3",
    "synthesize": "#ea580c",
    "play": "#16a34a",
}
"""Stage → colour, in the order of a turn; each is readable on white and on near-black."""
OTHERS: Final = ("#b45309", "#0d9488", "#be123c", "#4f46e5")
BAR: Final = 22
"""Pixels of a turn."""


def stages(turns: Sequence[TurnReport]) -> alt.Chart:
    """A bar for each turn, the latest on top, its stages end to end in milliseconds."""
    rows = [row for number, turn in enumerate(turns) for row in _rows(number, turn)]
    names = _names(rows)
    return (
        alt.Chart(alt.Data(values=rows), height=alt.Step(BAR + 8))
        .mark_bar(height=BAR, cornerRadius=2)
        .encode(
            x=alt.X("start:Q", title="milliseconds"),
            x2="end:Q",
            y=alt.Y("turn:N", title=None, sort=alt.SortField("number", "descending")),
            color=alt.Color(
                "stage:N",
                title=None,
                scale=alt.Scale(domain=names, range=_colours(names)),
                legend=alt.Legend(orient="top", symbolType="square", columns=8),
            ),
            tooltip=[
                alt.Tooltip("turn:N", title="turn"),
                alt.Tooltip("stage:N", title="stage"),
                alt.Tooltip("took:Q", title="took (ms)", format=".0f"),
                alt.Tooltip("total:Q", title="whole turn (ms)", format=".0f"),
            ],
        )
    )


def _rows(number: int, turn: TurnReport) -> list[dict[str, Any]]:
    label = f"{turn.at[11:19]} {turn.channel}"
    return [
        {
            "number": number,
            "turn": label,
            "stage": span.name,
            "start": span.start_ms,
            "end": span.end_ms,
            "took": span.end_ms - span.start_ms,
            "total": turn.total_ms,
        }
        for span in turn.spans
    ]


def _names(rows: Sequence[dict[str, Any]]) -> list[str]:
    """The stages that occur, in the order of a turn, unknown ones last."""
    seen = dict.fromkeys(str(row["stage"]) for row in rows)
    return [name for name in PALETTE if name in seen] + [name for name in seen if name not in PALETTE]


def _colours(names: Sequence[str]) -> list[str]:
    return [PALETTE.get(name, OTHERS[place % len(OTHERS)]) for place, name in enumerate(names)]
