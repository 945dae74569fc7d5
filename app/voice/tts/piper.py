"""Piper: a small neural voice that needs no GPU (ONNX Runtime and espeak-ng's phonemes)."""

from __future__ import annotations

import json
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.assets.locate import locate
from app.config.voice import TtsSettings
from app.kernel.errors import BrokenFile, Bug, MissingExtra
from app.voice.audio.frames import Samples
from app.voice.tts.port import TtsCapabilities

MOST_THREADS: Final = 4
"""More do not make it faster."""


class PiperTts:
    """One Piper voice: NAME.onnx with NAME.onnx.json beside it; call it from one thread."""

    name = "piper"

    def __init__(self, settings: TtsSettings, models_dir: Path) -> None:
        self._settings = settings
        self._models_dir = models_dir
        self._voice: Any = None
        self._capabilities = TtsCapabilities(rate=22_050, language="")

    @property
    def capabilities(self) -> TtsCapabilities:
        return self._capabilities

    def load(self) -> None:
        path = locate(self._models_dir, self._settings.voice, what="voice")
        config = _config(path)
        with _translated(path):
            self._voice = _open(path, config)
            for _ in self.synthesize("Ready.", 1.0):
                pass
        language = str(config.get("language", {}).get("family") or config["espeak"]["voice"])
        self._capabilities = TtsCapabilities(
            rate=int(config["audio"]["sample_rate"]), language=language.partition("-")[0]
        )

    def synthesize(self, text: str, speed: float) -> Iterator[Samples]:
        from piper import SynthesisConfig

        if self._voice is None:
            raise Bug("A voice was used before it was loaded.")
        usual = self._voice.config.length_scale
        for chunk in self._voice.synthesize(text, SynthesisConfig(length_scale=usual / speed)):
            yield np.asarray(chunk.audio_float_array, np.float32)

    def close(self) -> None:
        self._voice = None


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


def _open(path: Path, config: dict[str, Any]) -> Any:
    import onnxruntime
    from piper import PiperVoice
    from piper.config import PiperConfig

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(MOST_THREADS, os.cpu_count() or 1)
    options.log_severity_level = 4
    # Planning which buffers may share memory takes 0.9 of the 1.2 s that this graph needs to load,
    # and saves nothing that could be measured, neither time nor memory.
    options.enable_mem_reuse = False
    session = onnxruntime.InferenceSession(
        str(path), sess_options=options, providers=["CPUExecutionProvider"]
    )
    return PiperVoice(session=session, config=PiperConfig.from_dict(config))


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
