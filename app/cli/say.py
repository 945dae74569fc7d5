"""`solo say`: speak a text aloud or into a WAV file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import output
from app.kernel.errors import BadInput, NotFound

if TYPE_CHECKING:
    from app.config.settings import Settings


def say(
    context: typer.Context,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What to say; - reads it from standard input.")],
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write a WAV instead.")] = None,
    voice: Annotated[
        str, typer.Option("--voice", metavar="NAME", help="Another voice: a name or a Piper .onnx file.")
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Speak a text by the loudspeaker, or write it to a WAV file."""
    words = _readable(text)
    _check(out)
    settings = output.settings_of(context)
    spoken = _by_running_solo(settings, words, out, voice) or _by_own_means(settings, words, out, voice)
    if json:
        output.print_json(spoken)
    elif out is not None:
        output.console().print(f"{out}: {spoken['seconds']:.1f} s of speech", markup=False)


def _readable(text: str) -> str:
    """The text itself, or what standard input holds. Raises BadInput for bytes that are no text."""
    if text == "-":
        try:
            text = sys.stdin.buffer.read().decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadInput("Standard input is not text in UTF-8.") from error
    # What the shell hands over in another encoding arrives as halves of surrogate pairs.
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise BadInput("The text is not in UTF-8.")
    if not text.strip():
        raise BadInput("There is nothing to say in that text.")
    return text


def _check(out: Path | None) -> None:
    """Can there be such a file? Better asked before a voice is loaded. Raises NotFound, BadInput."""
    if out is not None and out.is_dir():
        raise BadInput(f"{out} is a folder.", hint="Name a file: --out speech.wav")
    if out is not None and not out.parent.is_dir():
        raise NotFound(f"There is no folder {out.parent}.", hint="Make it first, or name another.")


def _by_running_solo(settings: Settings, text: str, out: Path | None, voice: str) -> dict[str, Any] | None:
    """Let the Solo that runs already do it; None when none runs."""
    from app.api.client import SoloClient

    client = SoloClient.find(settings)
    if client is None:
        return None
    with client:
        if out is None:
            played = client.play(text, voice=voice or None)
            return {"file": None, "seconds": played.seconds, "first_audio_ms": played.first_audio_ms}
        sound = client.say(text, voice=voice or None)
    return {"file": str(out), "seconds": _write(sound, out), "first_audio_ms": None}


def _write(sound: bytes, out: Path) -> float:
    """Write a WAV as a file; its length in seconds."""
    from app.media.wav import parse_wav
    from app.media.wavwriter import write_wav

    wav = parse_wav(sound, "Solo's speech")
    write_wav(out, wav.samples, wav.rate)
    return wav.seconds


def _by_own_means(settings: Settings, text: str, out: Path | None, voice: str) -> dict[str, Any]:
    import anyio

    from app.kernel import log
    from app.main import serving
    from app.voice.tts.files import Spoken, speak_aloud, speak_to_wav

    log.configure(settings.log, settings.logs_dir)

    async def work() -> Spoken:
        parts = {"tts"} if out is not None else {"tts", "speaker"}
        async with serving(_with_voice(settings, voice), parts) as runtime:
            if out is None:
                return await speak_aloud(runtime, text)
            return await speak_to_wav(runtime, text, out)

    spoken = anyio.run(work)
    return {
        "file": str(out) if out else None,
        "seconds": round(spoken.seconds, 3),
        "first_audio_ms": round(spoken.first_audio_ms, 1),
    }


def _with_voice(settings: Settings, voice: str) -> Settings:
    """The same settings with another voice."""
    if not voice:
        return settings
    tts = settings.voice.tts.model_copy(update={"voice": voice})
    return settings.model_copy(update={"voice": settings.voice.model_copy(update={"tts": tts})})
