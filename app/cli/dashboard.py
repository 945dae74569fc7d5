"""`solo dashboard`: the dashboard in the foreground."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.output import console, settings_of


def dashboard(
    context: typer.Context,
    port: Annotated[
        int | None, typer.Option("--port", min=1, max=65535, help="Port to listen on (this machine only).")
    ] = None,
) -> None:
    """Open the dashboard in a process of its own; it shows the Solo of this data folder, also one that
    is started later. Ctrl-C ends it."""
    import subprocess

    from app.ui.dashboard import launch

    settings = settings_of(context, {} if port is None else {"dashboard.port": port})
    launch.check_port(settings)
    console().print(f"Dashboard: {launch.url(settings)}  (Ctrl-C ends it)", markup=False)
    process = subprocess.Popen(  # noqa: S603  (our own interpreter, our own arguments)
        launch.command(settings),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env=launch.environment(),
    )
    try:
        code = process.wait()
    except KeyboardInterrupt:
        code = 0
    finally:
        process.terminate()
        process.wait()
    raise typer.Exit(code)
