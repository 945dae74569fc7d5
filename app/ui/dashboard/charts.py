"""The stages of the last turns as a picture."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

import altair as alt

from app.api.schemas import TurnReport
from app.ui.dashboard.parts import GREY, local_time

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


def stages(turns: Sequence[TurnReport]) -> alt.LayerChart | alt.FacetChart:
    """A bar for each turn, the latest on top, its stages end to end in milliseconds, the whole beside."""
    rows = [row for number, turn in enumerate(turns) for row in _rows(number, turn)]
    labels = [f"{local_time(turn.at, '%H:%M:%S')} {turn.channel}" for turn in turns]
    y = alt.Y(
        "number:O",
        title=None,
        sort="descending",
        axis=alt.Axis(labelExpr=f"{json.dumps(labels)}[datum.value]", ticks=False, domain=False),
    )
    longest = max(turn.total_ms for turn in turns)
    x = alt.X(
        "start:Q",
        title="milliseconds",
        axis=alt.Axis(tickCount=8),
        scale=alt.Scale(domain=(0, longest * 1.12), nice=False),
    )
    bars = (
        alt.Chart(alt.Data(values=rows))
        .mark_bar(height=BAR)
        .encode(x=x, x2="end:Q", y=y, color=_colour(rows), tooltip=_tooltip())
    )
    wholes = [{"number": n, "start": t.total_ms, "total": f"{t.total_ms:,.0f}"} for n, t in enumerate(turns)]
    text = (
        alt.Chart(alt.Data(values=wholes))
        .mark_text(align="left", dx=6, color=GREY)
        .encode(x=x, y=y, text="total:N")
    )
    return alt.layer(bars, text, height=alt.Step(BAR + 8))


def _colour(rows: Sequence[dict[str, Any]]) -> alt.Color:
    names = _names(rows)
    return alt.Color(
        "stage:N",
        title=None,
        scale=alt.Scale(domain=names, range=_colours(names)),
        legend=alt.Legend(orient="top", symbolType="square", columns=8),
    )


def _tooltip() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("stage:N", title="stage"),
        alt.Tooltip("took:Q", title="took (ms)", format=".0f"),
        alt.Tooltip("total:Q", title="whole turn (ms)", format=".0f"),
        alt.Tooltip("turn:N", title="turn"),
    ]


def _rows(number: int, turn: TurnReport) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "turn": turn.turn,
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
