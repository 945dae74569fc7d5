"""A PulseAudio of one's own with a virtual microphone and a virtual loudspeaker.

`feed` speaks into the microphone, `Recording` hears what the loudspeaker plays.  Nothing else on
the machine is touched: socket, state and ALSA's configuration lie in a folder of their own.
"""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import numpy as np

ASOUND = """
pcm.!default { type pulse hint { show on description "Solo virtual device" } }
ctl.!default { type pulse }
pcm.solo_mic { type pulse device "solo_mic" hint { show on description "Solo virtual microphone" } }
pcm.solo_speaker { type pulse device "solo_speaker" hint { show on description "Solo virtual speaker" } }
"""
MODULES = (
    "module-null-sink sink_name=solo_speaker rate=48000 channels=2 norewinds=1",
    "module-null-sink sink_name=solo_mic_feed rate=48000 channels=1 norewinds=1",
    "module-remap-source source_name=solo_mic master=solo_mic_feed.monitor",
)


class SoundServer:
    """Start, stop and start again in the same folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.chmod(0o700)
        self.env = {
            "PULSE_RUNTIME_PATH": str(folder),
            "PULSE_STATE_PATH": str(folder),
            "PULSE_COOKIE": str(folder / "cookie"),
            "PULSE_SERVER": f"unix:{folder}/native",
            "ALSA_CONFIG_PATH": str(folder / "asound.conf"),
        }
        (folder / "asound.conf").write_text(ASOUND)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = ["pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1"]
        command += ["--disable-shm=yes", f"--log-target=file:{self.folder}/log"]
        socket = f"module-native-protocol-unix socket={self.folder}/native auth-anonymous=1"
        for module in (socket, *MODULES):
            command += ["-L", module]
        (self.folder / "native").unlink(missing_ok=True)
        self._process = subprocess.Popen(
            command,
            env=os.environ | self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(200):
            if self.pactl("info").returncode == 0:
                break
            time.sleep(0.05)
        else:
            raise RuntimeError("the sound server did not start")
        self.pactl("set-default-sink", "solo_speaker")
        self.pactl("set-default-source", "solo_mic")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pactl(self, *args: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["pactl", *args], env=os.environ | self.env, capture_output=True, check=False, timeout=10
        )

    def feed(self, wav: Path) -> subprocess.Popen[bytes]:
        """Speak a file into the microphone."""
        return subprocess.Popen(
            ["paplay", "--device=solo_mic_feed", str(wav)],
            env=os.environ | self.env,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def record(self, rate: int = 48_000) -> Recording:
        return Recording(self, rate)


class Recording:
    """What the loudspeaker plays, from now on."""

    def __init__(self, server: SoundServer, rate: int) -> None:
        self.rate = rate
        self._path = server.folder / f"heard-{time.monotonic_ns()}.raw"
        self._file = self._path.open("wb")
        command = ["parec", "-d", "solo_speaker.monitor", f"--rate={rate}", "--channels=1"]
        command += ["--format=s16le", "--raw", "--latency-msec=10"]
        self._process = subprocess.Popen(
            command, env=os.environ | server.env, stdin=subprocess.DEVNULL, stdout=self._file
        )
        while self._path.stat().st_size == 0:
            time.sleep(0.01)

    def size(self) -> int:
        """Samples so far."""
        return self._path.stat().st_size // 2

    def so_far(self) -> np.ndarray:
        """What has been played."""
        data = self._path.read_bytes()
        return np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.float32) / 32768

    def stop(self) -> np.ndarray:
        self._process.terminate()
        self._process.wait()
        self._file.close()
        return self.so_far()


def correlation(heard: np.ndarray, said: np.ndarray) -> tuple[float, int]:
    """How well `said` is found in `heard` (1: exactly), and where it begins."""
    size = 1 << (len(heard) + len(said)).bit_length()
    cross = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(said, size)), size)
    at = int(np.argmax(cross[: max(1, len(heard) - len(said) + 1)]))
    piece = heard[at : at + len(said)]
    norm = float(np.linalg.norm(piece) * np.linalg.norm(said[: len(piece)]))
    return (float(piece @ said[: len(piece)]) / norm if norm else 0.0), at
