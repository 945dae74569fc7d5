"""What `solo doctor` looks at: each function gives findings and never raises for what it looks for.

What could take the process down with it (a library built for another processor, a broken driver) is
loaded in a process of its own.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from app.config.settings import Settings
from app.kernel.errors import SoloError

State = Literal["ok", "warn", "fail"]
ROOT = Path(__file__).resolve().parent.parent.parent
"""The project's folder: Solo is installed from there."""
ROOMY = 5 * 1024**3
"""Bytes that the largest default set with some history asks for."""
LIBRARIES = {
    "xllamacpp": "It is the language model's default engine: run ./scripts/run_agent.sh again.",
    "llama_cpp": "Build it again: ./scripts/setup_dev.sh --extra llama-cpp",
    "ctranslate2": "Speech is not understood without it: run ./scripts/run_agent.sh again.",
    "onnxruntime": "Voice activity and memory need it: run ./scripts/run_agent.sh again.",
    "piper": "Solo has no voice without it: run ./scripts/run_agent.sh again.",
}
"""Compiled libraries, and the way out when one does not load."""
OPTIONAL = {"llama_cpp": "not installed; it is only for GPU and special builds (run_agent --llama-cpp)"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. mend: what to do, empty when there is nothing to do."""

    what: str
    state: State
    words: str
    mend: str = ""


def python(_: Settings) -> Iterator[Finding]:
    """The interpreter and its environment."""
    here = f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    if (3, 11) <= sys.version_info[:2] <= (3, 12):
        yield Finding("Python", "ok", here)
    else:
        yield Finding("Python", "fail", here, "Solo needs 3.11 or 3.12: ./scripts/setup_dev.sh finds one.")
    if sys.prefix == sys.base_prefix:
        mend = "Start Solo from its own environment: ./scripts/run_agent.sh"
        yield Finding("environment", "warn", f"none of its own ({sys.prefix})", mend)
    else:
        yield Finding("environment", "ok", sys.prefix)


def requirements(_: Settings) -> Iterator[Finding]:
    """What is installed is what is locked."""
    locked = ROOT / "requirements" / "base.txt"
    if not locked.is_file():
        yield Finding("requirements", "warn", f"{locked} is not there, so nothing can be compared")
        return
    wrong = list(differing(locked.read_text(encoding="utf-8")))
    if wrong:
        shown = ", ".join(wrong[:4]) + (" …" if len(wrong) > 4 else "")
        mend = "Run ./scripts/setup_dev.sh (or run_agent.sh)."
        yield Finding("requirements", "warn", f"{len(wrong)} differ from what is locked: {shown}", mend)
    else:
        yield Finding("requirements", "ok", "as locked")


def differing(text: str) -> Iterator[str]:
    """What is not installed as a locked file says, each as a few words."""
    from packaging.requirements import Requirement

    for line in text.splitlines():
        if not line[:1].isalnum():
            continue
        wanted = Requirement(line.rstrip(" \\"))
        if wanted.marker is not None and not wanted.marker.evaluate():
            continue
        try:
            present = version(wanted.name)
        except PackageNotFoundError:
            yield f"{wanted.name} is missing"
            continue
        if not wanted.specifier.contains(present, prereleases=True):
            yield f"{wanted.name} is {present}"


def libraries(_: Settings) -> Iterator[Finding]:
    """The compiled libraries load on this processor."""
    for name, mend in LIBRARIES.items():
        if name in OPTIONAL and find_spec(name) is None:
            yield Finding(name, "ok", OPTIONAL[name])
            continue
        code = _exit_code(sys.executable, "-c", f"import {name}")
        if code == 0:
            yield Finding(name, "ok", "loads")
        elif code < 0:
            words = f"kills its process (signal {-code}): it was built for another processor"
            yield Finding(name, "fail", words, "Install it anew: ./scripts/cleanup_dev.sh, then run_agent.sh")
        else:
            yield Finding(name, "warn" if name in OPTIONAL else "fail", "does not load", mend)


def _exit_code(*command: str) -> int:
    """How a command of our own ends; what it prints is of no interest."""
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)  # noqa: S603  (our own words)
    return done.returncode


def models(settings: Settings) -> Iterator[Finding]:
    """The models that these settings need."""
    from app.assets.defaults import needed
    from app.assets.verify import glance

    for model in needed(settings):
        verdict = glance(settings.models_dir, model)
        if verdict.condition == "good":
            yield Finding(f"model {model.name}", "ok", "here and verified")
        elif verdict.condition == "unchecked":
            mend = f"solo models verify {model.name}"
            yield Finding(f"model {model.name}", "warn", "here, not verified yet", mend)
        else:
            mend = f"solo models pull {model.name}"
            yield Finding(f"model {model.name}", "fail", verdict.condition, mend)


def language_model(settings: Settings) -> Iterator[Finding]:
    """Who answers for each role, and what is odd about that."""
    from app.cli.roles import THEN, embedding, planned
    from app.llm.roles.preset import remarks

    try:
        for chain in planned(settings):
            yield Finding(f"role {chain.role}", "ok", THEN.join(chain.targets))
        yield Finding("role embedding", "ok", embedding(settings))
        for sentence, mend in remarks(settings.llm, offline=settings.offline):
            yield Finding("language model", "warn", sentence, mend)
    except SoloError as error:
        yield Finding("language model", "fail", error.message, error.hint)


def sound(settings: Settings) -> Iterator[Finding]:
    """PortAudio and the two devices."""
    from app.voice.audio.devices import choose
    from app.voice.audio.portaudio import list_devices

    try:
        found = list_devices()
    except SoloError as error:
        yield Finding("sound", "warn", error.message, error.hint)
        return
    wanted = settings.voice.audio
    for role, name in (("microphone", wanted.microphone), ("speaker", wanted.speaker)):
        try:
            device = choose(found, name, "microphone" if role == "microphone" else "speaker")
        except SoloError as error:
            yield Finding(role, "warn" if not name else "fail", error.message, error.hint)
        else:
            yield Finding(role, "ok", device.name)


def wake(settings: Settings) -> Iterator[Finding]:
    """The wake word can be listened for."""
    chosen = settings.voice.wake
    if chosen.engine == "porcupine" and not chosen.access_key.get_secret_value():
        mend = "Set SOLO_VOICE__WAKE__ACCESS_KEY, or take another engine: SOLO_VOICE__WAKE__ENGINE."
        yield Finding("wake word", "fail", "Porcupine has no AccessKey", mend)
    else:
        yield Finding("wake word", "ok", f"{', '.join(chosen.words)} by {chosen.engine}")


def hotkey(settings: Settings) -> Iterator[Finding]:
    """The global key."""
    key = settings.voice.hotkey.key
    if not key:
        yield Finding("hotkey", "ok", "none is set")
        return
    try:
        version("pynput")
    except PackageNotFoundError:
        mend = (
            "./scripts/setup_dev.sh --extra hotkey; without it: POST /api/v1/ptt/start, or scripts/hotkey.ps1"
        )
        yield Finding("hotkey", "warn", "pynput is not installed", mend)
        return
    if _exit_code(sys.executable, "-c", "import pynput.keyboard"):
        mend = "It needs a graphical session (DISPLAY); push-to-talk by API goes without."
        yield Finding("hotkey", "warn", "keys cannot be watched here", mend)
    else:
        yield Finding("hotkey", "ok", key)


def ports(settings: Settings) -> Iterator[Finding]:
    """The doors are free, or Solo's own."""
    from app.api.address import read_address

    running = read_address(settings.data_dir)
    doors = [("API", settings.api.host, settings.api.port, "SOLO_API__PORT")]
    if settings.dashboard.autostart:
        doors.append(("dashboard", "127.0.0.1", settings.dashboard.port, "SOLO_DASHBOARD__PORT"))
    for what, host, port, name in doors:
        if port == 0 or _is_free(host, port):
            yield Finding(f"{what} port", "ok", f"{port} is free" if port else "any free one")
        elif running is not None:
            yield Finding(f"{what} port", "ok", f"{port}, in use while Solo runs (process {running.pid})")
        else:
            yield Finding(f"{what} port", "fail", f"{port} is used by another program", f"Set {name}.")


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError:
            return False
    return True


def folders(settings: Settings) -> Iterator[Finding]:
    """The data folder can be written, and there is room."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.data_dir):
            pass
    except OSError as error:
        mend = "Give Solo a folder that it may write: SOLO_DATA_DIR."
        yield Finding("data folder", "fail", f"{settings.data_dir}: {error.strerror}", mend)
        return
    yield Finding("data folder", "ok", str(settings.data_dir.resolve()))
    free = shutil.disk_usage(settings.data_dir).free
    words = f"{free / 1024**3:.1f} GiB free"
    if free < ROOMY // 10:
        yield Finding("disk", "fail", words, "Make room: Solo cannot keep what is said.")
    elif free < ROOMY:
        yield Finding("disk", "warn", words, "The default models with some history take up to 5 GiB.")
    else:
        yield Finding("disk", "ok", words)


def machine(_: Settings) -> Iterator[Finding]:
    """Memory, cores and graphics card."""
    from app.assets.defaults import machine as measured

    memory, cores = measured()
    words = f"{memory / 1024**3:.1f} GiB of memory, {cores} cores"
    if memory < 2 * 1024**3:
        yield Finding(
            "machine", "warn", words, "Little memory: SOLO_LLM__GENERATION__MODEL=smollm2-135m-instruct"
        )
    else:
        yield Finding("machine", "ok", words)
    tool = shutil.which("nvidia-smi")
    if tool is None:
        yield Finding("GPU", "ok", "none is used (no NVIDIA driver here)")
        return
    listed = subprocess.run([tool, "-L"], capture_output=True, text=True, timeout=30, check=False)  # noqa: S603
    if listed.returncode:
        yield Finding("GPU", "warn", "the NVIDIA driver does not answer", "Look at: nvidia-smi")
    else:
        yield Finding("GPU", "ok", (listed.stdout.strip().splitlines() or ["none"])[0])


CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    python,
    requirements,
    machine,
    libraries,
    models,
    language_model,
    folders,
    sound,
    wake,
    hotkey,
    ports,
)
"""All of them, in the order of the report."""
