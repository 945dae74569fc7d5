"""Microphone and loudspeaker by PortAudio (python-sounddevice, https://python-sounddevice.readthedocs.io).

PortAudio lists the devices once per process, so a list that is to show what was plugged in since
has to be made anew, which is only possible while no stream is open. All calls into it that open,
close or list stand behind one lock, in threads: they may take a second.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from anyio import to_thread

from app.kernel.errors import DeviceLost, MissingExtra, NotFound, SoloError
from app.voice.audio import alsa
from app.voice.audio.devices import Device, Role, choose

T = TypeVar("T")

_lock = threading.RLock()
_open_streams: set[int] = set()
NO_LIBRARY = "The PortAudio library is not installed, so Solo has neither microphone nor loudspeaker."
GET_LIBRARY = (
    "Debian, Ubuntu: sudo apt-get install libportaudio2; Fedora: sudo dnf install portaudio; "
    "macOS and Windows: it comes with the package sounddevice."
)


def sounddevice() -> Any:
    """The library. Raises MissingExtra when PortAudio, the package, or what it stands on is not there."""
    with _lock:  # ALSA's configuration may not be read by two threads at once
        wrong = alsa.trouble() if sys.platform.startswith("linux") else None
    if wrong is not None:
        what, mend = wrong
        raise MissingExtra(what, hint=mend)
    try:
        import sounddevice as library
    except (OSError, ModuleNotFoundError) as error:
        raise MissingExtra(NO_LIBRARY, hint=GET_LIBRARY) from error
    return library


def list_devices(*, fresh: bool = False) -> list[Device]:
    """What the system has; blocking. fresh: look again, as far as no stream is open.

    Raises MissingExtra, DeviceLost (the sound system does not answer).
    """
    library = sounddevice()
    with _lock:
        try:
            if fresh and not _open_streams:
                library._terminate()  # noqa: SLF001  (there is no public way to list anew)
                library._initialize()  # noqa: SLF001
            found = library.query_devices()
            defaults = tuple(library.default.device)
        except library.PortAudioError as error:
            raise DeviceLost("The sound system of this machine does not answer.") from error
    return [_device(number, entry, defaults) for number, entry in enumerate(found)]


def _device(number: int, entry: Any, defaults: tuple[int, int]) -> Device:
    return Device(
        number,
        str(entry["name"]),
        int(entry["max_input_channels"]),
        int(entry["max_output_channels"]),
        round(float(entry["default_samplerate"])) or 48_000,
        number == defaults[0],
        number == defaults[1],
    )


def find(wanted: str, role: Role) -> Device:
    """The device to use now; blocking. Raises NotFound, MissingExtra, DeviceLost."""
    return choose(list_devices(fresh=True), wanted, role)


def start(make: Callable[[Any], Any], device: Device, role: Role) -> Any:
    """Make and start a stream; blocking. Raises NotFound when the device cannot be opened."""
    library = sounddevice()
    with _lock:
        try:
            stream = make(library)
            try:
                stream.start()
            except library.PortAudioError:
                stream.close(ignore_errors=True)
                raise
        except (library.PortAudioError, ValueError) as error:
            raise NotFound(
                f"The {role} {device.name} cannot be opened: {reason(error)}.",
                hint="Is another program using it? See what there is: solo devices",
            ) from error
        _open_streams.add(id(stream))
    return stream


def stop(stream: Any) -> None:
    """Stop and close a stream at once; blocking, never fails."""
    with _lock:
        stream.abort(ignore_errors=True)
        stream.close(ignore_errors=True)
        _open_streams.discard(id(stream))


def reason(error: Exception) -> str:
    """What PortAudio says, without its numbers."""
    text = str(error.args[0]) if error.args else str(error)
    return text.removeprefix("Error opening ").split(" [PaErrorCode")[0].rstrip(".")


async def in_thread(call: Callable[[], T]) -> T:
    """Run a blocking call of this module off the loop, to its end: what it opens must not leak."""
    return await to_thread.run_sync(call)


def accepts(device: Device, role: Role, rate: int, channels: int) -> bool:
    """Whether the device takes float32 at that rate; blocking."""
    library = sounddevice()
    check = library.check_input_settings if role == "microphone" else library.check_output_settings
    with _lock:
        try:
            check(device=device.number, channels=channels, dtype="float32", samplerate=rate)
        except (library.PortAudioError, ValueError):
            return False
    return True


def lost(device: Device, role: Role) -> SoloError:
    """The error for a device that went away."""
    return DeviceLost(f"The {role} {device.name} went away.", hint="Plug it in again: Solo keeps looking.")
