"""Smart Turn v3 (https://github.com/pipecat-ai/smart-turn, BSD-2): from the melody and rhythm of the
last eight seconds it says whether a person has finished. About 40 ms of one core."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from app.assets.locate import locate
from app.config.voice import TurnSettings
from app.kernel.errors import BrokenFile, Bug
from app.voice.audio.frames import RATE, Samples
from app.voice.turn.mel import BANDS, FRAMES, features


class SmartTurn:
    """One ONNX session on one thread."""

    name = "smart_turn"
    instant = False

    def __init__(self, settings: TurnSettings, models_dir: Path) -> None:
        self._settings = settings
        self._models_dir = models_dir
        self._session: Any = None
        self._input = ""

    def load(self) -> None:
        path = locate(self._models_dir, self._settings.model, what="end-of-turn model")
        self._session = _session(path)
        entry = self._session.get_inputs()[0]
        if list(entry.shape[1:]) != [BANDS, FRAMES]:
            raise BrokenFile(f"{path.name} is not a Smart Turn model.")
        self._input = entry.name
        self.judge(np.zeros(RATE, np.float32))

    def judge(self, audio: Samples) -> float | None:
        if self._session is None:
            raise Bug("The end-of-turn model was used before it was loaded.")
        (out,) = self._session.run(None, {self._input: features(audio)[None]})
        return float(np.ravel(out)[0])

    def close(self) -> None:
        self._session = None


def _session(path: Path) -> Any:
    import onnxruntime

    errors: Any = import_module("onnxruntime.capi.onnxruntime_pybind11_state")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except (errors.Fail, errors.InvalidProtobuf, errors.InvalidGraph, errors.InvalidArgument) as error:
        raise BrokenFile(
            f"The end-of-turn model {path.name} cannot be read.",
            hint="Pull it again: solo models pull smart-turn-v3.2",
        ) from error
