"""`solo run`: start everything and stay."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli import output


def run(
    context: typer.Context,
    plain: Annotated[
        bool, typer.Option("--plain", help="One line per happening; READY when it listens.")
    ] = False,
    demo: Annotated[bool, typer.Option("--demo", help="Hear a recorded question and answer it.")] = False,
    demo_out: Annotated[
        Path, typer.Option("--demo-out", metavar="FILE", help="Where the demo writes what it says.")
    ] = Path("solo-demo.wav"),
    voice: Annotated[bool, typer.Option("--voice/--no-voice", help="Listen and speak.")] = True,
    preset: Annotated[
        str, typer.Option("--preset", metavar="NAME", help="Who answers: roles, cloud or local.")
    ] = "",
) -> None:
    """Start Solo: listen, think, answer, and open the local door and the dashboard.

    Ctrl-C stops it; a second one stops it at once.
    """
    changes = {} if voice else {"voice.enabled": False}
    settings = output.settings_of(context, changes | ({"llm.preset": preset} if preset else {}))
    if demo:
        from app.cli.talk import show_demo

        show_demo(settings, demo_out)
        return

    import anyio

    from app.cli.following import follow
    from app.cli.happenings import SHOWN
    from app.kernel import log
    from app.kernel.signals import stop_on_signals
    from app.main import solo

    log.configure(settings.log, settings.logs_dir)

    async def main() -> None:
        stop = anyio.Event()
        with stop_on_signals(stop, "Stopping. Ctrl-C again stops at once."):
            async with solo(settings, SHOWN) as running, anyio.create_task_group() as group:
                group.start_soon(follow, running, plain)
                await stop.wait()
                group.cancel_scope.cancel()

    anyio.run(main)
