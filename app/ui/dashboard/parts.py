"""Pieces of the page as HTML: plain functions of the report. Every text of others is escaped.

Colours are chosen to be read on light and on dark; what is not coloured takes the theme's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Final

from app.api.schemas import EchoReport, MessageLine, ServiceReport, StatusReport

GREEN, AMBER, RED, GREY = "#16a34a", "#d97706", "#dc2626", "#8a8f98"
COLOURS: Final = {"ready": GREEN, "starting": AMBER, "restarting": AMBER, "degraded": RED, "waiting": GREY}
STYLE: Final = """<style>
[data-testid="stMainBlockContainer"]{padding-top:2.4rem;padding-bottom:2rem;max-width:86rem}
[data-stale="true"]{opacity:1!important;transition:none!important}
.solo-table{width:100%;border-collapse:collapse;font-size:.9rem}
.solo-table th{text-align:left;font-weight:600;opacity:.6;padding:.3rem .7rem .3rem 0;font-size:.78rem}
.solo-table td{padding:.38rem .7rem .38rem 0;border-top:1px solid rgba(128,128,128,.22);vertical-align:top}
.solo-table .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.solo-table .why{opacity:.75;font-size:.82rem}
.solo-pill{display:inline-flex;align-items:center;gap:.4rem;white-space:nowrap;font-weight:600}
.solo-dot{width:.62rem;height:.62rem;border-radius:50%;display:inline-block;flex:none}
.solo-head{display:flex;align-items:center;gap:.8rem 1.1rem;flex-wrap:wrap}
.solo-head .name{font-size:1.9rem;font-weight:700;letter-spacing:-.02em}
.solo-soft{opacity:.65;font-size:.88rem}
.solo-down{border:1px solid #dc2626;border-left-width:6px;border-radius:.6rem;padding:1rem 1.2rem}
.solo-down b{font-size:1.15rem}
.solo-talk{display:flex;flex-direction:column;gap:.45rem;max-height:30rem;overflow-y:auto}
.solo-said{max-width:86%;padding:.5rem .8rem;border-radius:.9rem;font-size:.92rem}
.solo-said{overflow-wrap:anywhere;white-space:pre-wrap}
.solo-said.user{align-self:flex-end;background:rgba(59,130,246,.20)}
.solo-said.assistant{align-self:flex-start;background:rgba(128,128,128,.16)}
.solo-said small{display:block;opacity:.6;font-size:.72rem;margin-top:.15rem}
</style>"""


def header(status: StatusReport) -> str:
    """Name, state, what the ear does, version and uptime."""
    word, colour = ("ready", GREEN) if status.ready else ("starting", AMBER)
    words = " or ".join(f"“{word.replace('_', ' ')}”" for word in status.voice.wake_words)
    waits = "always listening" if status.voice.wake_engine == "none" else f"listens for {words}"
    open_ear = " on, no wake word needed" if status.voice.attention_reason == "follow_up" else ""
    ear = f"{status.voice.attention}{open_ear} · {waits}" if status.voice.enabled else "voice is off"
    age = f"version {status.version} · up {duration(status.uptime_seconds)}"
    return (
        f'<div class="solo-head"><span class="name">Solo</span>{pill(word, colour)}'
        f'<span class="solo-soft">{escape(ear)}</span><span class="solo-soft">{escape(age)}</span></div>'
    )


def down(why: str, hint: str) -> str:
    """What stands in the page's place while Solo is away."""
    return (
        f'<div class="solo-head"><span class="name">Solo</span>{pill("away", RED)}</div>'
        f'<div class="solo-down" role="alert" style="margin-top:1rem"><b>{escape(why)}</b><br>{escape(hint)}'
        '<br><span class="solo-soft">This page comes back by itself.</span></div>'
    )


def pill(word: str, colour: str) -> str:
    """A coloured dot and a word."""
    dot = f'<span class="solo-dot" style="background:{colour}"></span>'
    return f'<span class="solo-pill">{dot}{escape(word)}</span>'


def services(found: Sequence[ServiceReport]) -> str:
    """A row for each service; what is wrong with it below its name."""
    head = '<tr><th>Service</th><th>State</th><th class="n">Restarts</th><th class="n">Uptime</th></tr>'
    return f'<table class="solo-table">{head}{"".join(_service(s) for s in found)}</table>'


def _service(service: ServiceReport) -> str:
    why = service.reason or (service.last_error and f"last error: {service.last_error}")
    below = f'<div class="why">{escape(why)}</div>' if why else ""
    uptime = "-" if service.uptime_seconds is None else duration(service.uptime_seconds)
    return (
        f"<tr><td>{escape(service.name)}{below}</td>"
        f"<td>{pill(service.state, COLOURS.get(service.state, GREY))}</td>"
        f'<td class="n">{service.restarts}</td><td class="n">{uptime}</td></tr>'
    )


def devices(status: StatusReport) -> str:
    """Microphone and loudspeaker."""
    rows = "".join(
        f"<tr><td>{escape(d.role)}</td>"
        f"<td>{pill(d.state, GREEN if d.state == 'ready' else RED)}</td>"
        f"<td>{escape(d.device or d.reason)}</td></tr>"
        for d in status.voice.devices
    )
    rows += _echo(status.voice.echo)
    rows += "".join(
        f"<tr><td>voice</td><td>{pill(language, RED)}</td><td>{escape(reason)}</td></tr>"
        for language, reason in status.voice.no_voice.items()
    )
    if status.voice.no_judge:
        by, why = pill("by silence", RED), escape(status.voice.no_judge)
        rows += f"<tr><td>end of turn</td><td>{by}</td><td>{why}</td></tr>"
    return f'<table class="solo-table">{rows}</table>' if rows else '<span class="solo-soft">none yet</span>'


def _echo(echo: EchoReport | None) -> str:
    if echo is None or echo.state == "off":
        return ""
    gone = "" if echo.attenuation_db is None else f"{echo.attenuation_db:.0f} dB of Solo's voice gone"
    return (
        f"<tr><td>echo</td><td>{pill(echo.state, RED if echo.state == 'degraded' else GREEN)}</td>"
        f"<td>{escape(echo.reason or gone)}</td></tr>"
    )


def roads(status: StatusReport) -> str:
    """The bus: what each subscription and owner has seen."""
    columns = ("delivered", "dropped", "overruns", "failed", "cancelled")
    head = "".join(f'<th class="n">{column}</th>' for column in columns)
    rows = "".join(
        f"<tr><td>{escape(name)}</td>"
        + "".join(f'<td class="n">{getattr(counters, column):,}</td>' for column in columns)
        + "</tr>"
        for name, counters in sorted(status.bus.roads.items())
    )
    return f'<table class="solo-table"><tr><th>Road</th>{head}</tr>{rows}</table>'


def talk(messages: Sequence[MessageLine]) -> str:
    """The latest messages as speech bubbles."""
    return f'<div class="solo-talk">{"".join(_said(m) for m in messages)}</div>'


def _said(message: MessageLine) -> str:
    side = "user" if message.role == "user" else "assistant"
    when = local_time(message.created_at, "%d %b %H:%M")
    return (
        f'<div class="solo-said {side}">{escape(message.content)}'
        f"<small>{escape(message.channel)} · {escape(when)}</small></div>"
    )


def local_time(stamp: str, form: str) -> str:
    """An ISO 8601 time in the time zone of this machine; what is none stays as it is."""
    try:
        return datetime.fromisoformat(stamp).astimezone().strftime(form)
    except ValueError:
        return stamp


def duration(seconds: float) -> str:
    """'42 s', '3 min', '5 h 12 min', '2 d 3 h'."""
    minutes, hours, days = int(seconds // 60), int(seconds // 3600), int(seconds // 86_400)
    if minutes < 1:
        return f"{int(seconds)} s"
    if hours < 1:
        return f"{minutes} min"
    if days < 1:
        return f"{hours} h {minutes % 60} min"
    return f"{days} d {hours % 24} h"


def gigabytes(count: int) -> str:
    """Bytes for people."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
