"""Wake words for real: the contract on every engine, real recordings, wrong keys and files."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.config.voice import TtsSettings, WakeSettings
from app.kernel.errors import BadSettings, BrokenFile, NotFound
from app.voice.audio.frames import RATE, Samples
from app.voice.audio.resample import resample
from app.voice.tts.piper import PiperTts
from app.voice.tts.port import joined
from app.voice.wake.engines import make_engine
from app.voice.wake.microwakeword import MODELS as MICRO
from app.voice.wake.port import WakeEngine
from tests.bench.bench_wake import detections, waiting
from tests.conftest import MODELS
from tests.contracts.test_wake_engines import WakeContract, around

pytestmark = [pytest.mark.real_time, pytest.mark.needs("speech")]


@pytest.fixture(scope="module")
def joe() -> Iterator[PiperTts]:
    voice = PiperTts(TtsSettings(), MODELS)
    voice.load()
    yield voice
    voice.close()


def said(voice: PiperTts, text: str) -> Samples:
    whole = joined(voice.synthesize(text, 1.0))
    return around(resample(whole, voice.capabilities.rate, RATE))


@pytest.fixture(scope="module")
def spoken(joe: PiperTts) -> Samples:
    return said(joe, "Hey Jarvis!")


@pytest.fixture(scope="module")
def other(joe: PiperTts) -> Samples:
    return said(joe, "What is the capital of France?")


class _Real(WakeContract):
    name = ""

    @pytest.fixture
    def engine(self) -> Iterator[WakeEngine]:
        engine = make_engine(WakeSettings(engine=self.name, words=("hey_jarvis",)))
        assert engine is not None
        engine.load()
        yield engine
        engine.close()


class TestMicroWakeWord(_Real):
    name = "microwakeword"

    def test_a_model_of_ones_own_is_its_json_file(self, spoken: Samples) -> None:
        engine = make_engine(WakeSettings(words=(str(MICRO / "hey_jarvis.json"),)))
        assert engine is not None
        engine.load()
        assert engine.words == ("hey jarvis",)
        engine.close()

    def test_a_damaged_model_is_refused_with_a_sentence(self, tmp_path: Path) -> None:
        (tmp_path / "mine.json").write_text((MICRO / "hey_jarvis.json").read_text())
        (tmp_path / "hey_jarvis.tflite").write_bytes(b"not a model at all")
        engine = make_engine(WakeSettings(words=(str(tmp_path / "mine.json"),)))
        assert engine is not None
        with pytest.raises(BrokenFile, match=r"hey_jarvis\.tflite is not a TensorFlow Lite model"):
            engine.load()


class TestOpenWakeWord(_Real):
    name = "openwakeword"


PORCUPINE_KEY = os.environ.get("SOLO_TEST_PORCUPINE_KEY", "")

if PORCUPINE_KEY:  # its library asks its maker about every key, so it runs only where one is set

    class TestPorcupine(_Real):
        @pytest.fixture
        def engine(self) -> Iterator[WakeEngine]:
            settings = WakeSettings(
                engine="porcupine", words=("jarvis",), access_key=SecretStr(PORCUPINE_KEY)
            )
            engine = make_engine(settings)
            assert engine is not None
            engine.load()
            yield engine
            engine.close()


class TestPorcupineRefuses:
    """What can be seen of it without a key."""

    def test_without_a_key_it_says_where_to_set_one(self) -> None:
        with pytest.raises(BadSettings, match="SOLO_VOICE__WAKE__ACCESS_KEY"):
            make_engine(WakeSettings(engine="porcupine", words=("porcupine",)))

    def test_a_wrong_key_is_refused_in_one_sentence(self) -> None:
        settings = WakeSettings(engine="porcupine", words=("jarvis",), access_key="not a key")  # pyright: ignore
        engine = make_engine(settings)
        assert engine is not None
        with pytest.raises(BadSettings, match="AccessKey for Porcupine is not a valid one"):
            engine.load()

    def test_an_unknown_word_is_named_with_its_nearest(self) -> None:
        settings = WakeSettings(engine="porcupine", words=("jarviz",), access_key="x")  # pyright: ignore
        with pytest.raises(NotFound, match="Did you mean jarvis"):
            make_engine(settings)


@pytest.mark.needs("recordings")
def test_every_recording_of_a_shipped_word_is_found_and_nothing_else_wakes_solo() -> None:
    rows = asyncio.run(detections("microwakeword"))
    assert [row for row in rows if not row.right] == []
    assert sum(bool(row.said) for row in rows) >= 8


def test_waiting_costs_under_three_per_cent_of_a_core() -> None:
    assert asyncio.run(waiting("microwakeword", seconds=30)) < 3.0
