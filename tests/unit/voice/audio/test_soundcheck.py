from pathlib import Path

import numpy as np
import pytest

from app.kernel.errors import NotFound
from app.kernel.runtime import Runtime
from app.media.wavwriter import write_wav
from app.voice.audio.echo.kalman import KalmanEcho
from app.voice.audio.echo.verdict import Check, verdicts
from app.voice.audio.echopath import EchoShape
from app.voice.audio.fileduplex import FileDuplex
from app.voice.audio.frames import RATE
from app.voice.audio.scripted import ScriptedSink, ScriptedSource
from app.voice.audio.soundcheck import SoundCheck

pytestmark = pytest.mark.anyio


async def checked(runtime: Runtime, folder: Path, echo: EchoShape | None) -> Check:
    hum = np.random.default_rng(3).standard_normal(12 * RATE) * 10 ** (-70 / 20)
    write_wav(folder / "in.wav", hum.astype(np.float32), RATE)
    duplex = FileDuplex(folder / "in.wav", None, realtime=True, clock=runtime.clock, echo=echo)
    check = SoundCheck(runtime.clock, duplex.source, duplex.sink, KalmanEcho())
    found = await check.run()
    duplex.finish()
    return found


async def test_it_measures_the_way_between_and_what_can_be_taken_out(
    runtime: Runtime, tmp_path: Path
) -> None:
    found = await checked(runtime, tmp_path, EchoShape(75, -9))
    assert found.heard
    assert found.delay_ms == pytest.approx(75, abs=2)
    assert found.path_db == pytest.approx(9, abs=1.5)
    assert found.room_dbfs == pytest.approx(-70, abs=2)
    assert found.attenuation_db > 15
    assert {one.state for one in verdicts(found)} == {"ok"}


async def test_with_headphones_there_is_nothing_to_cancel(runtime: Runtime, tmp_path: Path) -> None:
    found = await checked(runtime, tmp_path, None)
    assert not found.heard
    assert "nothing has to be cancelled" in " ".join(one.words for one in verdicts(found))


async def test_a_missing_device_is_the_devices_own_sentence(runtime: Runtime) -> None:
    absent = NotFound("There is no microphone on this machine.")
    source = ScriptedSource(runtime.clock, np.zeros(RATE, np.float32), troubles=[absent])
    check = SoundCheck(runtime.clock, source, ScriptedSink(runtime.clock), KalmanEcho())
    with pytest.raises(NotFound, match="no microphone"):
        await check.run()
