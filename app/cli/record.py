"""`solo record`: a talk as a conversation test, the form of a bug report."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import output
from app.kernel.errors import BadInput

if TYPE_CHECKING:
    from app.config.settings import Settings
    from app.events.base import Event
    from app.voice.audio.recorder import Recorder
    from app.voice.conversation import Listener
    from app.voice.evals.recording import Notes

LONGEST = 600.0
"""Seconds: a conversation test holds no more."""


def record(
    context: typer.Context,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.yaml", help="Where to; default: here, by the time.")
    ] = None,
    seconds: Annotated[
        float, typer.Option("--seconds", min=1, max=LONGEST, help="Stop after this long.")
    ] = LONGEST,
    redact: Annotated[
        bool, typer.Option("--redact", help="Leave out the words: no sound, no text, only who spoke when.")
    ] = False,
    heard: Annotated[
        Path | None, typer.Option("--in", metavar="FILE", help="A WAV file instead of the microphone.")
    ] = None,
    realtime: Annotated[
        bool, typer.Option("--realtime", help="With --in: as fast as a person speaks.")
    ] = False,
) -> None:
    """Talk with Solo and keep what the microphone heard, what the loudspeaker played and what happened,
    so that `solo eval` can play it again: for a bug report, or for a test of your own. Ctrl-C ends it.

    It stays on this machine.
    """
    settings = output.settings_of(context)
    path = out or Path(f"talk-{datetime.now():%Y%m%d-%H%M%S}.yaml")  # noqa: DTZ005  (the person's own time)
    microphone, loudspeaker = path.with_suffix(".microphone.wav"), path.with_suffix(".loudspeaker.wav")
    if not path.parent.is_dir():
        raise BadInput(f"There is no folder {path.parent}.")
    made = [path] if redact else [path, microphone, loudspeaker]
    for file in made:
        if file.exists():
            raise BadInput(f"{file} is there already.", hint="Name another: --out FILE.yaml")
    _explain(made, redact=redact)
    _record(settings, path, microphone, loudspeaker, heard, realtime=realtime, seconds=seconds, redact=redact)
    output.console().print(f"Written: {path}. Play it again: solo eval {path}", markup=False)


def _explain(files: list[Path], *, redact: bool) -> None:
    screen = output.console()
    if redact:
        screen.print("I note when somebody speaks and how long I take: no sound, no words.")
    else:
        screen.print("I record everything that the microphone hears, everything that I say, and the words.")
    names = ", ".join(str(file) for file in files)
    screen.print(f"It stays on this machine, in {names}, until you send it to somebody.", markup=False)
    screen.print("Wait until I say that I listen, then talk with me; Ctrl-C ends the recording.")


def _record(
    settings: Settings,
    path: Path,
    microphone: Path,
    loudspeaker: Path,
    heard: Path | None,
    *,
    realtime: bool,
    seconds: float,
    redact: bool,
) -> None:
    import anyio

    from app.cli.screen import Screen
    from app.kernel import log
    from app.kernel.signals import stop_on_signals
    from app.talks import record as record_talk
    from app.voice.audio.frames import RATE
    from app.voice.audio.recorder import Recorder
    from app.voice.conversation import Listener, Talk
    from app.voice.evals.recording import Notes

    log.configure(settings.log, settings.logs_dir)
    recorder = Recorder(None if redact else microphone, None if redact else loudspeaker)
    in_time = heard is None or realtime
    listener = Listener(Talk(latency_valid=in_time), lambda: recorder.position)
    notes = Notes()
    screen = Screen(output.console())

    def tell(event: Event) -> None:
        notes.tell(event)
        screen.show(event)

    async def main() -> None:
        stop = anyio.Event()
        with stop_on_signals(stop, "The recording ends."):
            await record_talk(
                settings,
                recorder,
                listener,
                heard=heard,
                realtime=in_time,
                seconds=seconds,
                stop=stop,
                begun=lambda: screen.print("I listen."),
                tell=tell,
            )

    try:
        anyio.run(main)
    finally:
        screen.close()
        recorder.close()
        listener.talk.seconds = round(recorder.position / RATE, 3)
        if recorder.position:
            _write(path, settings, recorder, listener, notes, microphone, loudspeaker, redact=redact)
        elif not redact:  # it never began: nothing is left behind
            microphone.unlink(missing_ok=True)
            loudspeaker.unlink(missing_ok=True)


def _write(
    path: Path,
    settings: Settings,
    recorder: Recorder,
    listener: Listener,
    notes: Notes,
    microphone: Path,
    loudspeaker: Path,
    *,
    redact: bool,
) -> None:
    from importlib.metadata import version

    from app.voice.evals.recording import Origin, as_yaml

    origin = Origin(
        solo=version("solo-assistant"),
        at=f"{datetime.now().astimezone():%Y-%m-%d %H:%M}",
        device=recorder.device,
        microphone=microphone.name,
        loudspeaker=loudspeaker.name,
        redacted=redact,
    )
    path.write_text(as_yaml(listener.talk, notes, settings, origin), encoding="utf-8")
