"""`solo talk`: a conversation with WAV files for microphone and loudspeaker."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import output

if TYPE_CHECKING:
    from app.config.settings import Settings
    from app.events.base import Event
    from app.voice.conversation import Talk

DEMO_QUESTION = "Hey Jarvis, what is the capital of France?"


def talk(
    context: typer.Context,
    heard: Annotated[Path, typer.Option("--in", metavar="FILE", help="What the microphone hears (WAV).")],
    said: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="What the loudspeaker played (WAV).")
    ] = None,
    realtime: Annotated[
        bool, typer.Option("--realtime", help="As fast as a person speaks, so that waits can be measured.")
    ] = False,
    trace: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write what happened; - for the screen.")
    ] = None,
) -> None:
    """Let Solo hear a WAV file and write what it says into another, on the same time base: sample
    0 of both is the same moment. It ends when the conversation does.

    Without --realtime the file waits while Solo works, and the trace says "latency_valid": false.
    """
    settings = output.settings_of(context)
    to_screen = trace is not None and str(trace) == "-"
    done = hold(settings, heard, said, realtime=realtime, show=not to_screen)
    if to_screen:
        output.print_json(done.as_json())
    elif trace is not None:
        trace.write_text(json.dumps(done.as_json(), indent=2, ensure_ascii=False), encoding="utf-8")
    if not to_screen:
        _sum_up(done, said)


def hold(settings: Settings, heard: Path, said: Path | None, *, realtime: bool, show: bool) -> Talk:
    """Hold the conversation, showing what happens as it happens."""
    import anyio

    from app.cli.screen import Screen
    from app.kernel import log
    from app.talks import talk as converse

    log.configure(settings.log, settings.logs_dir)
    screen = Screen(output.console())

    def tell(event: Event) -> None:
        if show:
            screen.show(event)

    async def main() -> Talk:
        return await converse(settings, heard, said, realtime=realtime, tell=tell)

    try:
        return anyio.run(main)
    finally:
        screen.close()


def show_demo(settings: Settings, said: Path) -> None:
    """Hear a recorded question, wake word and all, and show and write the answer."""
    question = _recorded_question(settings)
    output.console().print(f"Playing {question} to myself …", markup=False)
    _sum_up(hold(settings, question, said, realtime=False, show=True), said)


def _recorded_question(settings: Settings) -> Path:
    """The question as a WAV file; made once with Solo's own voice and kept in the cache."""
    import anyio

    from app.main import serving
    from app.voice.tts.files import speak_to_wav

    path = settings.cache_dir / "demo" / f"question-{Path(settings.voice.tts.voice).stem}.wav"
    if path.is_file():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)

    async def record() -> None:
        async with serving(settings, {"tts"}) as runtime:
            await speak_to_wav(runtime, DEMO_QUESTION, path)

    anyio.run(record)
    return path


def _sum_up(done: Talk, said: Path | None) -> None:
    screen = output.console()
    if not done.turns:
        screen.print("Nothing was said to me." if not done.wakes else "I woke up, and nothing was said.")
    if said is not None:
        screen.print(f"{said}: {done.seconds:.1f} s of what my loudspeaker played", markup=False)
