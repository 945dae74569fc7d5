"""The dashboard's page. Streamlit runs this file; its arguments are the data folder and the seconds
between two looks."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

import streamlit as st

from app.api.schemas import StatusReport
from app.ui.dashboard import charts, parts
from app.ui.dashboard.source import Missing, Source

DATA_DIR, REFRESH = Path(sys.argv[1]), float(sys.argv[2])
KEPT: Final = 60
"""Looks."""


@st.cache_resource
def source() -> Source:
    """One for all visitors: it keeps a connection."""
    return Source(DATA_DIR)


@st.fragment(run_every=REFRESH)
def now() -> None:
    """Everything that changes by itself."""
    status = source().status()
    if isinstance(status, Missing):
        st.html(parts.down(status.why, status.hint))
        return
    st.html(parts.header(status))
    figures(status)
    left, right = st.columns((3, 2), gap="large")
    with left:
        st.subheader("The last turns", anchor=False)
        turns(status)
        st.subheader("Dialogues", anchor=False)
        dialogues()
    with right:
        st.subheader("Services", anchor=False)
        st.html(parts.services(status.services))
        st.subheader("Devices", anchor=False)
        st.html(parts.devices(status))
    with st.expander(f"Bus: {status.bus.published:,} events"):
        st.html(parts.roads(status))


@st.fragment
def asking() -> None:
    """A line to type in; the answer then stands among the dialogues."""
    text = st.chat_input("Ask Solo something")
    if text:
        with st.spinner("Solo is thinking"):
            answer = source().ask(text)
        if isinstance(answer, Missing):
            st.error(f"{answer.why} {answer.hint}")


def figures(status: StatusReport) -> None:
    """The row of numbers, each with where it comes from."""
    system, llm = status.system, status.llm
    totals = [turn.total_ms / 1000 for turn in status.turns.last if turn.total_ms > 0]
    ram = 100 * system.memory_used / system.memory_total
    boxes = iter(st.columns(5 + bool(system.gpus)))
    with next(boxes):
        speed = f"{llm.tokens_per_second:.1f}" if llm.tokens_per_second else "-"
        about = f"{llm.model}, {llm.slots} slots, {llm.completion_tokens:,} tokens written"
        figure("Tokens per second", speed, llm.recent, about)
    with next(boxes):
        last = f"{totals[-1]:.2f} s" if totals else "-"
        early = status.turns.early
        begun = f"Answers begun early: {early.kept} kept, {early.dropped} taken back"
        about = f"Turns: {_counted(status.turns.ended)}. {begun}"
        figure("Last turn", last, totals, about, kind="bar")
    with next(boxes):
        figure(
            "CPU", f"{system.cpu_percent:.0f} %", lately("cpu", system.cpu_percent), f"{system.cores} cores"
        )
    with next(boxes):
        about = f"{parts.gigabytes(system.memory_used)} of {parts.gigabytes(system.memory_total)}"
        figure("RAM", f"{ram:.0f} %", lately("ram", ram), about)
    with next(boxes):
        own = system.process_memory
        about = f"{system.process_cpu_percent:.0f} % of a core, {system.process_threads} threads"
        figure("Solo itself", parts.gigabytes(own), lately("own", own / 1e6), about)
    for gpu in system.gpus[:1]:
        with next(boxes):
            used = f"{parts.gigabytes(gpu.memory_used)} of {parts.gigabytes(gpu.memory_total)}"
            about = f"{gpu.name}, {used}"
            figure("GPU", f"{gpu.load_percent:.0f} %", lately("gpu", gpu.load_percent), about)


def figure(
    label: str, value: str, history: Sequence[float], about: str, kind: Literal["area", "bar"] = "area"
) -> None:
    """A number, how it went, and more about it when pointed at."""
    line = list(history) if len(history) > 1 else [0.0, 0.0]
    st.metric(label, value, border=True, height="stretch", help=about, chart_data=line, chart_type=kind)


def lately(name: str, value: float) -> Sequence[float]:
    """What this page has seen of a value since it was opened, at most KEPT looks."""
    seen: deque[float] = st.session_state.setdefault(f"lately-{name}", deque(maxlen=KEPT))
    seen.append(value)
    return seen


def turns(status: StatusReport) -> None:
    """The picture, or how to get one."""
    traced = [turn for turn in status.turns.last if turn.spans][-12:]
    if traced:
        st.altair_chart(charts.stages(traced), width="stretch")
    else:
        st.caption("No turn yet. Say something, or: solo ask 'Hello'")


def dialogues() -> None:
    """What was said, if this page may know it."""
    found = source().dialogues()
    if isinstance(found, Missing):
        st.caption(f"{found.why} {found.hint}")
    elif found.messages:
        st.html(parts.talk(found.messages))
    else:
        st.caption("Nothing was said yet.")


def _counted(ended: dict[str, int]) -> str:
    return ", ".join(f"{count} {how}" for how, count in sorted(ended.items())) or "none yet"


st.set_page_config(page_title="Solo", page_icon="◉", layout="wide")
st.html(parts.STYLE)
now()
asking()
