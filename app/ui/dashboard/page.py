"""The dashboard's page. Streamlit runs this file; its arguments are the data folder and the seconds
between two looks."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

from app.api.schemas import StatusReport
from app.ui.dashboard import charts, parts
from app.ui.dashboard.source import Missing, Source

DATA_DIR, REFRESH = Path(sys.argv[1]), float(sys.argv[2])


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


def figures(status: StatusReport) -> None:
    """The row of numbers."""
    system, llm, ended = status.system, status.llm, status.turns.ended
    boxes = st.columns(5 + min(1, len(system.gpus)))
    boxes[0].metric(
        "Tokens per second",
        f"{llm.tokens_per_second:.1f}" if llm.tokens_per_second else "-",
        border=True,
        chart_data=list(llm.recent) if len(llm.recent) > 1 else None,
        help=f"{llm.model}, {llm.slots} slots, {llm.completion_tokens:,} tokens written",
    )
    boxes[1].metric("Turns", sum(ended.values()), border=True, help=_counted(ended))
    boxes[2].metric("CPU", f"{system.cpu_percent:.0f} %", border=True, help=f"{system.cores} cores")
    boxes[3].metric(
        "RAM",
        f"{100 * system.memory_used / system.memory_total:.0f} %",
        border=True,
        help=f"{parts.gigabytes(system.memory_used)} of {parts.gigabytes(system.memory_total)}",
    )
    boxes[4].metric(
        "Solo itself",
        parts.gigabytes(system.process_memory),
        border=True,
        help=f"{system.process_cpu_percent:.0f} % of a core, {system.process_threads} threads",
    )
    for gpu in system.gpus[:1]:
        used = f"{parts.gigabytes(gpu.memory_used)} of {parts.gigabytes(gpu.memory_total)}"
        boxes[5].metric("GPU", f"{gpu.load_percent:.0f} %", border=True, help=f"{gpu.name}, {used}")


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
