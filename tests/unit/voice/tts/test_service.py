from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import numpy as np
import pytest

from app.config.voice import TtsSettings
from app.events.dialogue import TurnCancelledEvent
from app.events.voice import PlaybackEvent, SpeakEvent, TTSEvent
from app.kernel.errors import (
    BadInput,
    BrokenFile,
    DeviceLost,
    Interrupted,
    NotFound,
    TooLarge,
    TurnCancelled,
    Unavailable,
    Unsupported,
)
from app.kernel.runtime import Runtime
from app.voice.audio.frames import Samples
from app.voice.audio.wavfile import read_wav
from app.voice.tts.engines import build
from app.voice.tts.files import speak_aloud, speak_to_wav
from app.voice.tts.scripted import RATE, ScriptedTts
from app.voice.tts.service import TtsService
from app.voice.tts.voices import MakeVoice

pytestmark = pytest.mark.anyio


class FakeMouth:
    """Plays nothing, remembers everything; holds up the speaker while `full`."""

    def __init__(self) -> None:
        self.played: list[tuple[str, int, int]] = []
        self.finished: list[str] = []
        self.room = anyio.Event()
        self.room.set()
        self.over = anyio.Event()

    async def play(self, turn: str, samples: Samples, rate: int, *, more: bool = False) -> None:
        await self.room.wait()
        self.played.append((turn, samples.size, rate))

    def finish(self, turn: str) -> None:
        self.finished.append(turn)
        self.over.set()


@asynccontextmanager
async def running(
    runtime: Runtime,
    engine: ScriptedTts,
    mouth: FakeMouth | None = None,
    make_voice: MakeVoice | None = None,
    **settings: object,
) -> AsyncGenerator[None]:
    ready = anyio.Event()
    async with anyio.create_task_group() as group:
        service = TtsService(runtime, TtsSettings(**settings), engine, mouth, make_voice)
        group.start_soon(service.run, ready.set)
        await ready.wait()
        yield
        group.cancel_scope.cancel()


async def pieces(runtime: Runtime, request: SpeakEvent) -> list[TTSEvent]:
    async with runtime.bus.ask(request) as answers:
        return [event async for event in answers if isinstance(event, TTSEvent)]


async def test_a_text_is_played_piece_by_piece_and_finished(runtime: Runtime) -> None:
    engine, mouth = ScriptedTts(), FakeMouth()
    async with running(runtime, engine, mouth):
        events = await pieces(runtime, SpeakEvent(turn="t1", text="The sky is blue, as you know. Good."))
    assert [event.text for event in events] == ["The sky is blue,", "as you know.", "Good."]
    assert [event.index for event in events] == [0, 1, 2]
    assert [event.start for event in events] == [0, events[0].samples, events[0].samples + events[1].samples]
    assert mouth.played == [("t1", event.samples, RATE) for event in events]
    assert mouth.finished == ["t1"]


async def test_it_is_said_when_each_word_sounds_in_the_piece_as_it_is_played(runtime: Runtime) -> None:
    async with running(runtime, ScriptedTts(), FakeMouth()):
        (event,) = await pieces(runtime, SpeakEvent(turn="t1", text="The sky"))
    (the, sky) = event.words  # 40 ms of silence before it are cut down to 5, each letter is 60 ms long
    assert (the.sounds, sky.sounds) == ("The", "sky,")
    assert the.start == pytest.approx(5 * 16, abs=3 * 16)
    assert (the.end - the.start, sky.end - sky.start) == (3 * 60 * 16, 4 * 60 * 16)
    assert the.end == sky.start
    assert sky.end <= event.samples


async def test_the_first_clause_is_spoken_while_the_text_still_grows(runtime: Runtime) -> None:
    mouth = FakeMouth()
    async with running(runtime, ScriptedTts(), mouth):
        key, text = runtime.streams.open()
        async with runtime.bus.ask(SpeakEvent(turn="t1", text_stream=key)) as answers:
            await text.send("The sky is blue, bec")
            first = await anext(aiter(answers))
            assert isinstance(first, TTSEvent)
            assert first.text == "The sky is blue,"
            await text.send("ause of the air.")
            text.close()
            rest = [event.text async for event in answers if isinstance(event, TTSEvent)]
    assert rest == ["because of the air."]
    assert mouth.finished == ["t1"]


async def test_the_writer_is_never_held_up_by_the_loudspeaker(runtime: Runtime) -> None:
    mouth = FakeMouth()
    mouth.room = anyio.Event()
    async with running(runtime, ScriptedTts(), mouth):
        key, text = runtime.streams.open(1)
        async with runtime.bus.ask(SpeakEvent(turn="t1", text_stream=key)) as answers:
            with anyio.fail_after(1):
                for number in range(200):
                    await text.send(f"Sentence number {number}. ")
            text.close()
            mouth.room.set()
            count = len([event async for event in answers])
    assert count == 200


async def test_nothing_to_speak_is_no_piece_and_still_finished(runtime: Runtime) -> None:
    mouth = FakeMouth()
    async with running(runtime, ScriptedTts(), mouth):
        assert await pieces(runtime, SpeakEvent(turn="t1", text=" 🎉 ")) == []
        assert await pieces(runtime, SpeakEvent(turn="t2", text="")) == []
    assert mouth.finished == ["t1", "t2"]
    assert mouth.played == []


async def test_a_cancelled_turn_stops_before_the_next_piece(runtime: Runtime) -> None:
    engine, mouth = ScriptedTts(), FakeMouth()
    async with running(runtime, engine, mouth):
        key, text = runtime.streams.open()
        async with runtime.bus.ask(SpeakEvent(turn="t1", text_stream=key)) as answers:
            await text.send("One two three four. ")
            await anext(aiter(answers))
            runtime.bus.publish(TurnCancelledEvent(turn="t1", reason="barge-in"))
            await text.send("Five six seven eight. ")
            with pytest.raises(TurnCancelled):
                async for _ in answers:
                    pass
        await anyio.sleep(0.1)
        assert text.abandoned
    assert engine.spoken == ["One two three four."]
    assert mouth.finished == ["t1"]


async def test_nothing_more_is_made_for_a_turn_that_was_silenced(runtime: Runtime) -> None:
    engine, mouth = ScriptedTts(), FakeMouth()
    mouth.room = anyio.Event()
    async with running(runtime, engine, mouth):
        text = "One two three. Four five six. Seven eight nine."
        async with runtime.bus.ask(SpeakEvent(turn="t1", text=text)) as answers:
            await anyio.sleep(0.1)
            runtime.bus.publish(PlaybackEvent(turn="another", state="stopped"))
            runtime.bus.publish(PlaybackEvent(turn="t1", state="stopped"))
            await anyio.sleep(0.1)
            mouth.room.set()
            assert len([event async for event in answers]) == 1
    assert engine.spoken == ["One two three."]
    assert mouth.finished == ["t1"]


async def test_a_reply_that_breaks_off_is_spoken_as_far_as_it_came(runtime: Runtime) -> None:
    engine, mouth = ScriptedTts(), FakeMouth()
    async with running(runtime, engine, mouth):
        key, text = runtime.streams.open()
        async with runtime.bus.ask(SpeakEvent(turn="t1", text_stream=key)) as answers:
            await text.send("One two three. Four")
            text.close(Interrupted("The model broke off."))
            with pytest.raises(Interrupted, match="broke off"):
                async for _ in answers:
                    pass
    assert engine.spoken == ["One two three.", "Four,"]
    assert mouth.finished == ["t1"]


async def test_speech_goes_into_a_stream_when_asked_to(runtime: Runtime) -> None:
    async with running(runtime, ScriptedTts()):
        key, sound = runtime.streams.open()
        events = await pieces(runtime, SpeakEvent(text="Hello there.", sink=key))
        heard = np.concatenate([chunk async for chunk in sound])
    assert heard.dtype == np.float32
    assert heard.size == sum(event.samples for event in events)


async def test_who_leaves_the_stream_ends_the_work(runtime: Runtime) -> None:
    engine = ScriptedTts()
    async with running(runtime, engine):
        key, sound = runtime.streams.open(1)
        async with runtime.bus.ask(SpeakEvent(text="One. Two. Three. Four. Five.", sink=key)) as answers:
            await anext(aiter(answers))
            sound.abandon()
            assert len([event async for event in answers]) < 4


async def test_speed_shortens_speech(runtime: Runtime) -> None:
    lengths = {}
    for speed in (1.0, 2.0):
        mouth = FakeMouth()
        async with running(runtime, ScriptedTts(), mouth, speed=speed):
            lengths[speed] = (await pieces(runtime, SpeakEvent(text="a quick brown fox")))[0].samples
    assert lengths[2.0] < 0.65 * lengths[1.0]


async def test_a_request_has_a_speed_of_its_own_on_top(runtime: Runtime) -> None:
    async with running(runtime, ScriptedTts(), FakeMouth()):
        usual, fast = [
            (await pieces(runtime, SpeakEvent(text="a quick brown fox", speed=speed)))[0].samples
            for speed in (1.0, 2.0)
        ]
    assert fast < 0.7 * usual


async def test_another_voice_is_loaded_once_and_kept(runtime: Runtime) -> None:
    made: list[str] = []

    def make(name: str) -> ScriptedTts:
        made.append(name)
        return ScriptedTts()

    async with running(runtime, ScriptedTts(), FakeMouth(), make, voice="usual"):
        for voice in ("amy", "usual", "amy", None, "bob", "cid", "amy"):
            assert await pieces(runtime, SpeakEvent(text="Hello.", voice=voice))
    assert made == ["amy", "bob", "cid", "amy"]


async def test_another_voice_where_there_is_none_is_said_so(runtime: Runtime) -> None:
    async with running(runtime, ScriptedTts(), FakeMouth(), voice="usual"):
        with pytest.raises(Unsupported, match="usual only"):
            await pieces(runtime, SpeakEvent(text="Hello.", voice="amy"))


async def test_a_novel_in_one_go_is_refused(runtime: Runtime) -> None:
    mouth = FakeMouth()
    async with running(runtime, ScriptedTts(), mouth):
        with pytest.raises(TooLarge, match="1,000,000 characters"):
            await pieces(runtime, SpeakEvent(turn="t1", text="x" * 1_000_000))
    assert mouth.finished == ["t1"]


async def test_without_a_loudspeaker_it_says_so(runtime: Runtime) -> None:
    async with running(runtime, ScriptedTts()):
        with pytest.raises(Unavailable, match="plays sound"):
            await pieces(runtime, SpeakEvent(text="Hello."))


async def test_a_broken_voice_fails_the_start_with_its_sentence(runtime: Runtime) -> None:
    class Broken(ScriptedTts):
        def load(self) -> None:
            raise BrokenFile("The voice cannot be loaded.")

    with pytest.raises(BrokenFile, match="voice"):
        await TtsService(runtime, TtsSettings(), Broken()).run(lambda: None)


async def test_a_text_becomes_a_file(runtime: Runtime, tmp_path: Path) -> None:
    path = tmp_path / "speech.wav"
    async with running(runtime, ScriptedTts()):
        spoken = await speak_to_wav(runtime, "Hello there. This is Solo.", path)
        with pytest.raises(BadInput, match="nothing to say"):
            await speak_to_wav(runtime, "🎉", tmp_path / "none.wav")
    assert spoken.pieces == 2
    assert read_wav(path).size / RATE == pytest.approx(spoken.seconds, abs=0.01)
    assert not (tmp_path / "none.wav").exists()


async def test_speaking_aloud_waits_until_it_has_been_heard(runtime: Runtime) -> None:
    mouth = FakeMouth()
    async with running(runtime, ScriptedTts(), mouth), anyio.create_task_group() as group:

        async def loudspeaker() -> None:
            await mouth.over.wait()
            runtime.bus.publish(PlaybackEvent(turn=mouth.finished[0], state="started"))
            await anyio.sleep(1)
            runtime.bus.publish(PlaybackEvent(turn=mouth.finished[0], state="finished"))

        group.start_soon(loudspeaker)
        began = runtime.clock.monotonic()
        assert (await speak_aloud(runtime, "Hello.")).pieces == 1
        assert runtime.clock.monotonic() - began >= 1


async def test_a_loudspeaker_that_stays_silent_is_named(runtime: Runtime) -> None:
    async with running(runtime, ScriptedTts(), FakeMouth()):
        with pytest.raises(DeviceLost, match="played nothing"):
            await speak_aloud(runtime, "Hello.")


def test_a_mistyped_engine_is_named_with_its_nearest(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="Did you mean piper"):
        build(TtsSettings(engine="pipper"), tmp_path)
