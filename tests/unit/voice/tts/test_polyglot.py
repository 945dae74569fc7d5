"""Voices of several languages, as the service of speech uses them."""

import threading

import anyio
import pytest

from app.config.voice import TtsSettings
from app.events.voice import NoVoiceEvent, SpeakEvent, TTSEvent
from app.kernel.errors import BrokenFile, NotFound, SoloError
from app.kernel.runtime import Runtime
from app.voice.tts.port import TtsCapabilities
from app.voice.tts.scripted import RATE, ScriptedTts
from tests.unit.voice.tts.test_service import FakeMouth, pieces, running

pytestmark = pytest.mark.anyio

GERMAN = "de_DE-anna"


class Speakers:
    """Makes voices, and remembers what for. broken: raised when one is loaded."""

    def __init__(self, broken: SoloError | None = None) -> None:
        self.made: list[ScriptedTts] = []
        self.names: list[str] = []
        self.closed = 0
        self.broken = broken

    def __call__(self, name: str) -> ScriptedTts:
        speakers = self

        class Speaker(ScriptedTts):
            def load(self) -> None:
                if speakers.broken is not None:
                    raise speakers.broken

            def close(self) -> None:
                speakers.closed += 1

        self.names.append(name)
        self.made.append(Speaker(TtsSettings(voice=name)))
        return self.made[-1]


async def no_voices(runtime: Runtime, speakers: Speakers, languages: str, **settings: object) -> list[str]:
    """Says something in each language; what people were told."""
    told: list[str] = []
    async with running(runtime, ScriptedTts(), FakeMouth(), speakers, **settings):
        with runtime.bus.subscribe(NoVoiceEvent, name="test") as events:
            for language in languages.split():
                assert await pieces(runtime, SpeakEvent(text="Um 14:30 Uhr.", language=language))
                while events.pending():
                    told.append((await anext(aiter(events))).reason)
    return told


async def test_the_voice_of_a_language_is_loaded_when_it_is_first_needed_and_stays(
    runtime: Runtime,
) -> None:
    speakers = Speakers()
    voices = {"de": GERMAN, "fr": "fr_FR-anne", "es": "es_ES-ana", "it": "it_IT-anna"}
    told = await no_voices(runtime, speakers, "de en fr es it de_AT de fr", voices=voices)
    assert speakers.names == [GERMAN, "fr_FR-anne", "es_ES-ana", "it_IT-anna"]
    assert speakers.made[0].spoken == ["Um 14 Uhr 30."] * 3
    assert told == []


async def test_a_language_without_a_voice_is_told_once_with_a_way_out(runtime: Runtime) -> None:
    told = await no_voices(runtime, Speakers(), "de de_AT xx en de")
    assert len(told) == 2
    assert told[0] == (
        "There is no voice for German. Have one: solo models pull de_DE-thorsten-medium, and "
        'SOLO_VOICE__TTS__VOICES={"de": "de_DE-thorsten-medium"}.'
    )
    assert told[1].startswith("There is no voice for XX. Name a Piper voice:")


async def test_a_voice_that_speaks_another_language_is_not_used_for_this_one(runtime: Runtime) -> None:
    speakers = Speakers()
    (told,) = await no_voices(runtime, speakers, "de de", voices={"de": "en_GB-alan"})
    assert told.startswith("The voice en_GB-alan speaks English, not German.")
    assert speakers.names == ["en_GB-alan"]
    assert speakers.made[0].spoken == []
    assert speakers.closed == 1


@pytest.mark.parametrize(
    ("error", "tries"), [(NotFound("It is not here."), 2), (BrokenFile("It is cut."), 1)]
)
async def test_a_voice_that_cannot_be_loaded_is_told_once_and_tried_again_only_if_it_may_come(
    runtime: Runtime, error: SoloError, tries: int
) -> None:
    speakers = Speakers(error)
    assert await no_voices(runtime, speakers, "de de", voices={"de": GERMAN}) == [str(error)]
    assert speakers.names == [GERMAN] * tries


@pytest.mark.real_time
async def test_while_a_voice_is_being_loaded_others_speak_on(runtime: Runtime) -> None:
    begun, go_on = threading.Event(), threading.Event()

    class Slow(ScriptedTts):
        @property
        def capabilities(self) -> TtsCapabilities:
            return TtsCapabilities(RATE, "de")

        def load(self) -> None:
            begun.set()
            go_on.wait(10)

    async with running(runtime, ScriptedTts(), FakeMouth(), lambda _: Slow(), voices={"de": GERMAN}):
        async with anyio.create_task_group() as group:
            group.start_soon(pieces, runtime, SpeakEvent(text="Guten Tag.", language="de"))
            await anyio.to_thread.run_sync(begun.wait, 10)
            assert await pieces(runtime, SpeakEvent(text="Good day.", language="en"))
            go_on.set()


async def test_a_voice_asked_for_by_name_reads_in_its_own_language(runtime: Runtime) -> None:
    speakers = Speakers()
    async with running(runtime, ScriptedTts(), FakeMouth(), speakers):
        assert await pieces(runtime, SpeakEvent(text="Am 3. Mai.", voice=GERMAN))
    assert speakers.made[0].spoken == ["Am dritten Mai."]


async def test_short_forms_and_ordinals_of_the_language_end_no_sentence(runtime: Runtime) -> None:
    async with running(runtime, ScriptedTts(), FakeMouth(), Speakers(), voices={"de": GERMAN}):
        key, text = runtime.streams.open()
        async with runtime.bus.ask(SpeakEvent(turn="t", text_stream=key, language="de")) as answers:
            for delta in ("Der Zug fährt am 3. ", "Mai, d. h. bald, ", "mit ca. 20 Leuten. Dann"):
                await text.send(delta)
            text.close()
            said = [event.text async for event in answers if isinstance(event, TTSEvent)]
    assert said == ["Der Zug fährt am 3. Mai,", "d. h. bald, mit ca. 20 Leuten.", "Dann"]
