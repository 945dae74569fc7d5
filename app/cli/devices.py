"""`solo devices`: which microphones and loudspeakers there are, and which Solo would take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from app.config.voice import AudioSettings
    from app.voice.audio.devices import Device, Role


@dataclass(frozen=True, slots=True)
class Line:
    """A device in one of its roles."""

    number: int
    name: str
    role: str
    channels: int
    rate: int
    default: bool
    chosen: bool


def devices(
    context: typer.Context, json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    """Show microphones and loudspeakers: the system's default, and the one that Solo takes."""
    from dataclasses import asdict

    from app.cli import output
    from app.voice.audio.portaudio import list_devices

    settings = output.settings_of(context).voice.audio
    found = list_devices(fresh=True)
    lines = [*_lines(found, "microphone", settings), *_lines(found, "speaker", settings)]
    problems = _problems(found, settings)
    if json:
        output.print_json({"devices": [asdict(line) for line in lines], "problems": problems})
        return
    rows = [
        (
            "→" if line.chosen else "",
            str(line.number),
            line.role,
            line.name,
            f"{line.channels}",
            f"{line.rate} Hz",
            "default" if line.default else "",
        )
        for line in lines
    ]
    if rows:
        output.table("", ("", "no.", "role", "name", "channels", "rate", ""), rows)
    for problem in problems:
        output.console().print(problem, markup=False)
    output.console().print(
        "→ is what Solo takes. Choose another by number or by a part of its name: "
        "SOLO_VOICE__AUDIO__MICROPHONE, SOLO_VOICE__AUDIO__SPEAKER.",
        markup=False,
    )


def _lines(found: list[Device], role: Role, settings: AudioSettings) -> list[Line]:
    from app.kernel.errors import NotFound
    from app.voice.audio.devices import choose

    try:
        chosen = choose(found, _wanted(settings, role), role).number
    except NotFound:
        chosen = -1
    return [
        Line(
            device.number,
            device.name,
            role,
            device.inputs if role == "microphone" else device.outputs,
            device.rate,
            device.is_default(role),
            device.number == chosen,
        )
        for device in found
        if device.can(role)
    ]


def _problems(found: list[Device], settings: AudioSettings) -> list[str]:
    from app.kernel.errors import NotFound
    from app.voice.audio.devices import choose

    problems: list[str] = []
    roles: tuple[Role, Role] = ("microphone", "speaker")
    for role in roles:
        try:
            choose(found, _wanted(settings, role), role)
        except NotFound as error:
            problems.append(str(error))
    return problems


def _wanted(settings: AudioSettings, role: Role) -> str:
    return settings.microphone if role == "microphone" else settings.speaker
