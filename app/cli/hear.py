"""`solo hear`: write down what is said in a WAV file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import output

if TYPE_CHECKING:
    from app.config.settings import Settings


def hear(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A WAV file, whatever its rate and channels.")],
    language: Annotated[
        str, typer.Option("--language", metavar="CODE", help="The language spoken in it: en, de … or auto.")
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write down what is said in a WAV file."""
    settings = output.settings_of(context)
    heard = _by_running_solo(settings, file, language) or _by_own_means(settings, file, language)
    if json:
        output.print_json(heard)
    elif heard["text"]:
        output.console().print(heard["text"], markup=False)
    else:
        output.console(stderr=True).print(f"Nothing was said ({heard['reason']}).", markup=False)


def _by_running_solo(settings: Settings, file: Path, language: str) -> dict[str, Any] | None:
    """Let the Solo that runs already do it; None when none runs."""
    from app.api.client import SoloClient

    client = SoloClient.find(settings)
    if client is None:
        return None
    with client:
        return client.transcribe(file, language=language or None).model_dump()


def _by_own_means(settings: Settings, file: Path, language: str) -> dict[str, Any]:
    import anyio

    from app.kernel import log
    from app.main import serving
    from app.voice.stt.files import read, transcribe

    log.configure(settings.log, settings.logs_dir)
    audio = read(file)

    async def work() -> dict[str, Any]:
        async with serving(settings, {"stt"}) as runtime:
            heard = await transcribe(runtime, audio, language=language or None)
        return heard.model_dump(include={"text", "language", "seconds", "took_ms", "reason"})

    return anyio.run(work)
