"""Piper: a small neural voice that needs no GPU (ONNX Runtime and espeak-ng's phonemes)."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import structlog

from app.assets.locate import locate
from app.config.voice import TtsSettings
from app.kernel.errors import BrokenFile, Bug, MissingExtra
from app.voice.tts.halves import halves
from app.voice.tts.port import Sound, TtsCapabilities
from app.voice.tts.vocoder import Vocoder

log = structlog.get_logger("solo.tts")

MOST_THREADS: Final = 2
"""More do not make it faster; half of the cores are left to the language model, which is writing on."""
CALIBRATION: Final = "Ready."
ESPEAK: Final = threading.Lock()
"""espeak-ng has one language at a time for the whole process, and another voice may be loading."""


class PiperTts:
    """One Piper voice: NAME.onnx with NAME.onnx.json beside it; call it from one thread."""

    name = "piper"

    def __init__(self, settings: TtsSettings, models_dir: Path) -> None:
        self._settings = settings
        self._models_dir = models_dir
        self._voice: Any = None
        self._vocoder: Vocoder | None = None
        self._capabilities = TtsCapabilities(rate=22_050, language="")

    @property
    def capabilities(self) -> TtsCapabilities:
        return self._capabilities

    def load(self) -> None:
        path = locate(self._models_dir, self._settings.voice, what="voice")
        config = _config(path)
        with _translated(path):
            self._voice, self._vocoder = _open(path, config)
            for symbols in self._symbols(CALIBRATION):
                self._vocoder.tune(self._inputs(symbols, 1.0))
        language = str(config.get("language", {}).get("family") or config["espeak"]["voice"])
        self._capabilities = TtsCapabilities(
            rate=int(config["audio"]["sample_rate"]), language=language.partition("-")[0]
        )

    def synthesize(self, text: str, speed: float) -> Iterator[Sound]:
        if self._voice is None or self._vocoder is None:
            raise Bug("A voice was used before it was loaded.")
        for symbols in self._symbols(text):
            yield from self._vocoder.speak(self._inputs(symbols, speed))

    def _symbols(self, text: str) -> list[list[int]]:
        """What the voice reads: for each sentence the numbers of its sounds."""
        with ESPEAK:
            sentences = self._voice.phonemize(text)
        return [self._voice.phonemes_to_ids(sounds) for sounds in sentences if sounds]

    def _inputs(self, symbols: list[int], speed: float) -> dict[str, Any]:
        """All that the graph of the voice takes, for one sentence."""
        config = self._voice.config
        scales = (config.noise_scale, config.length_scale / speed, config.noise_w_scale)
        inputs: dict[str, Any] = {
            "input": np.array([symbols], np.int64),
            "input_lengths": np.array([len(symbols)], np.int64),
            "scales": np.array(scales, np.float32),
        }
        if config.num_speakers > 1:
            inputs["sid"] = np.array([config.default_speaker_id], np.int64)
        return inputs

    def close(self) -> None:
        self._voice = self._vocoder = None


def _config(path: Path) -> dict[str, Any]:
    """The voice's own description. Raises BrokenFile."""
    beside = Path(f"{path}.json")
    if not beside.is_file():
        raise _broken(path, f"{beside.name} is not beside it")
    try:
        found = json.loads(beside.read_bytes())
    except ValueError as error:
        raise _broken(path, f"{beside.name} is damaged") from error
    try:
        if found["audio"]["sample_rate"] > 0 and found["espeak"]["voice"] and found["phoneme_id_map"]:
            return found
    except (KeyError, TypeError) as error:
        raise _broken(path, f"{beside.name} does not describe a Piper voice") from error
    raise _broken(path, f"{beside.name} does not describe a Piper voice")


def _open(path: Path, config: dict[str, Any]) -> tuple[Any, Vocoder]:
    """What turns text into symbols, and what turns symbols into sound."""
    from piper import PiperVoice
    from piper.config import PiperConfig

    model = path.read_bytes()
    parts = halves(model)
    if parts is None:
        log.info("voice_whole", voice=path.stem)
        front, back = _session(model), None
    else:
        front, back = _session(parts.front), _session(parts.back)
    sounds = {ids[0]: sound for sound, ids in config["phoneme_id_map"].items() if ids}
    voice = PiperVoice(session=front, config=PiperConfig.from_dict(config))
    return voice, Vocoder(front, back, parts, sounds)


def _session(model: bytes) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = max(1, min(MOST_THREADS, (os.cpu_count() or 1) // 2))
    options.log_severity_level = 4
    # Threads that look for work keep the language model from a core.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Planning which buffers may share memory takes 0.9 of the 1.2 s that this graph needs to load,
    # and saves nothing that could be measured, neither time nor memory.
    options.enable_mem_reuse = False
    return onnxruntime.InferenceSession(model, sess_options=options, providers=["CPUExecutionProvider"])


@contextmanager
def _translated(path: Path) -> Generator[None]:
    """The libraries' words for "this is no Piper voice" into ours."""
    try:
        import piper as _  # noqa: F401  (says which package is missing, before anything else fails)
        from onnxruntime.capi.onnxruntime_pybind11_state import (
            Fail,
            InvalidArgument,
            InvalidGraph,
            InvalidProtobuf,
            NoSuchFile,
            RuntimeException,
        )
        from onnxruntime.capi.onnxruntime_pybind11_state import (
            NotImplemented as NoSuchOperator,
        )
    except ModuleNotFoundError as error:
        raise MissingExtra(
            f"The voice needs the package {error.name}, which is not installed.",
            hint="Install Solo again: ./scripts/setup_dev.sh",
        ) from error
    try:
        yield
    except (Fail, InvalidGraph, InvalidProtobuf, NoSuchFile) as error:
        raise _broken(path, "it is not a whole ONNX model") from error
    except (InvalidArgument, NoSuchOperator, RuntimeException) as error:
        raise _broken(path, "it is not a Piper voice") from error
    except (RuntimeError, ValueError, KeyError, TypeError) as error:
        raise _broken(path, f"it is not a Piper voice ({type(error).__name__})") from error


def _broken(path: Path, why: str) -> BrokenFile:
    name = path.name.removesuffix(".onnx")
    return BrokenFile(
        f"The voice {name} cannot be loaded: {why}.", hint=f"Pull it again: solo models pull {name}"
    )
