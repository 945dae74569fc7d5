import numpy as np
import pytest

from app.voice.audio.duplex import Duplex
from app.voice.audio.echopath import EchoShape
from app.voice.audio.frames import FRAME, Samples
from app.voice.audio.liveline import LiveLine

pytestmark = pytest.mark.anyio


def frames(line: LiveLine, count: int) -> Samples:
    return np.concatenate([line.frame(number * FRAME) for number in range(count)])


def ones(count: int, value: float = 0.5) -> Samples:
    return np.full(count, value, np.float32)


def test_sounds_lie_where_they_were_laid_and_over_each_other() -> None:
    line = LiveLine("x", lambda index: None)
    assert line.lay(100, ones(1000, 0.25)) == 100
    line.lay(600, ones(200, 0.5))
    heard = frames(line, 3)
    expected = np.zeros(3 * FRAME, np.float32)
    expected[100:1100] += 0.25
    expected[600:800] += 0.5
    assert np.array_equal(heard, expected)


def test_what_has_passed_cannot_be_changed() -> None:
    line = LiveLine("x", lambda index: None)
    frames(line, 2)
    assert line.lay(10, ones(5)) == 2 * FRAME
    assert line.frame(2 * FRAME)[:6].tolist() == [0.5] * 5 + [0]


def test_the_last_chance_to_lay_something_in_a_frame_is_before_it_is_mixed() -> None:
    def asked(index: int) -> None:
        if index == FRAME:
            line.lay(index, ones(FRAME))

    line = LiveLine("x", asked)
    heard = frames(line, 3)
    assert np.flatnonzero(heard).tolist() == list(range(FRAME, 2 * FRAME))


def test_the_room_goes_on_without_end_and_nothing_is_louder_than_full_scale() -> None:
    line = LiveLine("x", lambda index: None, room=(np.arange(700) / 1000).astype(np.float32))
    line.lay(0, ones(10, 2.0))
    heard = frames(line, 3)
    assert heard[:10].tolist() == [1.0] * 10
    assert heard[1500] == pytest.approx(0.1)


async def test_the_loudspeaker_comes_back_by_the_echo_path() -> None:
    line = LiveLine("x", lambda index: None)
    duplex = Duplex(line, None, realtime=False, echo=EchoShape(delay_ms=32, gain_db=-6))
    heard: list[Samples] = []
    async with duplex.sink.open(), duplex.source.open() as blocks:
        async for block in blocks:
            heard.append(block)
            if len(heard) == 2:
                await duplex.sink.write(ones(100))
            if len(heard) == 6:
                duplex.finish()
    sound = np.flatnonzero(np.concatenate(heard))
    assert (sound[0], len(sound)) == (3 * FRAME, 100)
    assert np.flatnonzero(np.concatenate(line.spoken))[0] == 2 * FRAME
