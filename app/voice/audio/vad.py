"""Voice activity by Silero's model (https://github.com/snakers4/silero-vad, MIT), on one thread.

The model sees 512 new samples behind the last 64 of those before, and carries a state of
256 numbers from call to call.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from app.kernel.errors import BrokenFile, NotFound
from app.voice.audio.frames import FRAME, RATE, Samples

CONTEXT = 64


class SileroVad:
    """Silero VAD on ONNX Runtime; 0.2 ms of one core per frame."""

    def __init__(self, model: Path) -> None:
        self._path = model
        self._session: Any = None
        self._rate = np.array(RATE, np.int64)
        self._input = np.zeros((1, CONTEXT + FRAME), np.float32)
        self._state = np.zeros((2, 1, 128), np.float32)

    def load(self) -> None:
        """Read the model. Raises NotFound, BrokenFile."""
        if self._session is not None:
            return
        if not self._path.is_file():
            raise NotFound(
                f"There is no voice activity model at {self._path}.",
                hint="Pull it: solo models pull silero-vad",
            )
        self._session = _session(self._path)
        self.score(np.zeros(FRAME, np.float32))
        self.reset()

    def score(self, samples: Samples) -> float:
        """Probability of speech in 512 samples."""
        self._input[0, CONTEXT:] = samples
        out, self._state = self._session.run(
            None, {"input": self._input, "state": self._state, "sr": self._rate}
        )
        self._input[0, :CONTEXT] = samples[-CONTEXT:]
        return float(out[0, 0])

    def reset(self) -> None:
        """Forget what was heard."""
        self._input.fill(0)
        self._state = np.zeros((2, 1, 128), np.float32)


def _session(path: Path) -> Any:
    import onnxruntime

    errors: Any = import_module("onnxruntime.capi.onnxruntime_pybind11_state")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except (errors.Fail, errors.InvalidProtobuf, errors.InvalidGraph, errors.InvalidArgument) as error:
        raise BrokenFile(
            f"The voice activity model {path.name} cannot be read.",
            hint="Pull it again: solo models pull silero-vad",
        ) from error
    if {item.name for item in session.get_inputs()} != {"input", "state", "sr"}:
        raise BrokenFile(f"{path.name} is not a Silero voice activity model.")
    return session


class ScriptedVad:
    """Speech is what is loud: for tests and demonstrations without a model.

    script: probabilities to be given in turn, instead; afterwards 0.
    """

    def __init__(self, script: Iterable[float] | None = None, *, loud: float = 0.01) -> None:
        self._script = None if script is None else iter(tuple(script))
        self._loud = loud

    def load(self) -> None:
        """Nothing to load."""

    def score(self, samples: Samples) -> float:
        """From the script, or 0.95 for a frame that is loud and 0.02 for one that is not."""
        if self._script is not None:
            return next(self._script, 0.0)
        return 0.95 if float(np.sqrt(np.mean(samples * samples))) > self._loud else 0.02

    def reset(self) -> None:
        """Nothing to forget; a script goes on."""
