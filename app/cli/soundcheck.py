"""`solo doctor --audio`: play a sound, hear it come back, and say what to change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from app.cli.checks import Finding
from app.kernel.errors import SoloError

if TYPE_CHECKING:
    from app.config.settings import Settings
    from app.voice.audio.echo.verdict import Check


def listen(settings: Settings) -> tuple[list[Finding], dict[str, Any] | None]:
    """What was found, and the figures; None where nothing could be measured."""
    import anyio

    from app.kernel.clock import SystemClock
    from app.voice.audio.echo.engines import build
    from app.voice.audio.loudspeaker import Loudspeaker
    from app.voice.audio.microphone import Microphone
    from app.voice.audio.soundcheck import SoundCheck

    audio, echo = settings.voice.audio, settings.voice.echo
    if echo.engine == "none":  # what it would do is worth knowing
        echo = echo.model_copy(update={"engine": "auto"})

    async def check() -> Check:
        source = Microphone(audio.microphone)
        sink = Loudspeaker(audio.speaker, ahead_ms=audio.output_latency_ms)
        return await SoundCheck(SystemClock(), source, sink, build(echo), audio.volume).run()

    try:
        found = anyio.run(check)
    except SoloError as error:
        return [Finding("sound check", "fail", error.message, error.hint)], None
    figures = asdict(found)
    figures |= {"path_db": found.path_db, "attenuation_db": found.attenuation_db, "heard": found.heard}
    return list(_findings(found)), {
        name: round(value, 4) if isinstance(value, float) else value for name, value in figures.items()
    }


def _findings(found: Check) -> Iterator[Finding]:
    from app.voice.audio.echo.verdict import verdicts

    yield Finding("microphone", "ok", found.microphone)
    yield Finding("loudspeaker", "ok", f"{found.speaker} ({found.speaker_rate} Hz)")
    for verdict in verdicts(found):
        yield Finding(verdict.what, verdict.state, verdict.words, verdict.mend)
