"""A conversation in another language than Solo's usual one."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.config.voice import SttSettings, TtsSettings
from app.events.dialogue import UserSaidEvent
from app.events.skills import UnderstandEvent, UnderstoodEvent
from app.events.voice import FillerEvent, NoSpeechEvent, NoVoiceEvent, ReplySpokenEvent
from app.kernel.errors import Unavailable
from app.kernel.runtime import Runtime
from app.sayings.languages import sayings
from app.voice.tts.scripted import ScriptedTts
from tests.flows.stage import Script, stage, voice
from tests.flows.test_skills import house
from tests.unit.dialogue.scripted import Model, say

pytestmark = pytest.mark.anyio

ANSWER = "Der Zug fährt z. B. am 3. Mai um 14:30 Uhr, und er kostet 3,50 €."


async def test_prompt_and_voice_follow_the_language_of_the_words(runtime: Runtime) -> None:
    made: dict[str, ScriptedTts] = {}

    def another(name: str) -> ScriptedTts:
        return made.setdefault(name, ScriptedTts(TtsSettings(voice=name)))

    settings = voice()
    tts = TtsSettings(engine="scripted", voices={"de": "de_DE-anna"})
    settings = settings.model_copy(update={"tts": tts})
    async with stage(
        runtime, settings, Script(language="de", default=ANSWER), make_voice=another
    ) as made_stage:
        await made_stage.wake()
        await made_stage.say("wann faehrt der naechste zug")
        await made_stage.until_spoken()
        assert [said.language for said in made_stage.asked] == ["de"]
        assert made_stage.of(NoVoiceEvent) == []
    assert made_stage.tts.spoken == []
    assert " ".join(made["de_DE-anna"].spoken).replace(",", "") == (
        "Der Zug fährt zum Beispiel am dritten Mai um 14 Uhr 30 und er kostet 3 Euro 50."
    )


async def test_without_a_voice_for_it_the_usual_one_speaks_and_people_are_told_once(
    runtime: Runtime,
) -> None:
    async with stage(runtime, script=Script(language="de", default="Um 14:30 Uhr.")) as made:
        for turn in (1, 2):
            await made.wake()
            await made.say("wann faehrt der zug")
            await made.until_spoken(turn)
            await made.silence(1)
        (told,) = made.of(NoVoiceEvent)
        assert told.language == "de"
        assert told.reason.startswith("There is no voice for German.")
        assert "solo models pull de_DE-thorsten-medium" in told.reason
    assert made.tts.spoken == ["Um 14 Uhr 30."] * 2


async def test_the_language_of_the_conversation_is_expected_of_the_next_words(runtime: Runtime) -> None:
    script = Script(language="de")
    async with stage(runtime, script=script) as made:
        await made.wake()
        await made.say("wie spaet ist es")
        await made.until_spoken()
        await made.silence(1)
        await made.wake()
        await made.say("ja gern")
        await made.until_spoken(2)
    assert made.before[0] is None
    assert made.before[-1] == "de"


async def test_stop_is_understood_in_the_language_that_is_spoken(runtime: Runtime) -> None:
    async with stage(
        runtime, script=Script(language="de", default="Das ist eine lange Geschichte. " * 9)
    ) as made:
        await made.wake()
        await made.say("erzaehl mir etwas")
        await made.until_audible()
        await made.silence(1)
        await made.say("sei still bitte")
        await made.until(lambda: [e.reason for e in made.of(NoSpeechEvent)] == ["cancelled"])
        assert len(made.asked) == 1


async def test_who_listens_does_not_interrupt_in_any_of_the_languages(runtime: Runtime) -> None:
    story = " ".join(["Das ist eine lange Geschichte."] * 4)
    async with stage(runtime, script=Script(language="de", default=story)) as made:
        await made.wake()
        await made.say("erzaehl mir etwas")
        await made.until_audible()
        await made.silence(1)
        await made.say("ja genau")
        await made.until_spoken()
        assert [event.heard for event in made.of(ReplySpokenEvent)] == [story]
        assert len(made.asked) == 1


async def test_a_farewell_closes_the_ear_in_the_language_that_is_spoken(runtime: Runtime) -> None:
    async with stage(runtime, script=Script(language="de", default="Um drei.")) as made:
        await made.wake()
        await made.say("wann faehrt der zug")
        await made.until_spoken()
        await made.silence(1)
        await made.say("danke das war's")
        await made.until(lambda: [e.reason for e in made.of(NoSpeechEvent)] == ["farewell"])
        assert made.states[-1] == "asleep"


async def test_excuses_are_in_the_language_of_the_turn(runtime: Runtime) -> None:
    async with stage(runtime, script=Script(language="de", llm_error=Unavailable())) as made:
        await made.wake()
        await made.say("wie spaet ist es")
        await made.until(lambda: made.states[-1] == "asleep" and bool(made.tts.spoken))
        assert " ".join(made.tts.spoken) == sayings("de").excuses.thoughtless


async def test_a_recognizer_that_fails_is_owned_up_to_in_the_language_of_the_talk(runtime: Runtime) -> None:
    async with stage(runtime, script=Script(language="es")) as made:
        await made.wake()
        await made.say("que hora es")
        await made.until_spoken()
        await made.silence(10)
        made.tts.spoken.clear()
        made.script.stt_error = Unavailable()
        await made.wake()
        await made.say("que hora es")
        await made.until(lambda: made.states[-1] == "asleep" and bool(made.tts.spoken))
        assert " ".join(made.tts.spoken) == sayings("es").excuses.deaf


async def test_where_everybody_speaks_one_language_the_first_excuse_is_in_it(runtime: Runtime) -> None:
    settings = voice().model_copy(update={"stt": SttSettings(language="fr")})
    async with stage(runtime, settings, Script(stt_error=Unavailable())) as made:
        await made.wake()
        await made.say("quelle heure est il")
        await made.until(lambda: made.states[-1] == "asleep" and bool(made.tts.spoken))
        assert " ".join(made.tts.spoken) == sayings("fr").excuses.deaf


async def test_what_is_said_meanwhile_is_in_the_language_and_the_voice_of_the_words(runtime: Runtime) -> None:
    made: dict[str, ScriptedTts] = {}

    def another(name: str) -> ScriptedTts:
        return made.setdefault(name, ScriptedTts(TtsSettings(voice=name)))

    tts = TtsSettings(engine="scripted", voices={"de": "de_DE-anna"})
    settings = voice(follow_up_seconds=0).model_copy(update={"tts": tts})
    script = Script(language="de", default="Um drei.", first_token_seconds=3)
    async with stage(runtime, settings, script, make_voice=another, chimes=True) as s:
        for turn in (1, 2):
            await s.wake()
            await s.say("wann faehrt der zug")
            await s.until_spoken(turn)
            await s.silence(2)
        assert [event.text in sayings("de").fillers for event in s.of(FillerEvent)] == [True]
    assert set(made["de_DE-anna"].spoken) >= set(sayings("de").fillers)


async def test_without_a_voice_for_it_a_note_says_that_it_takes_long(runtime: Runtime) -> None:
    script = Script(language="de", default="Um drei.", first_token_seconds=3)
    async with stage(runtime, voice(follow_up_seconds=0), script, chimes=True) as s:
        for turn in (1, 2):
            await s.wake()
            await s.say("wann faehrt der zug")
            await s.until_spoken(turn)
        assert s.of(FillerEvent) == []
        assert not set(s.tts.spoken) & set(sayings("de").fillers)


@pytest.mark.real_time
async def test_go_on_is_understood_in_german(runtime: Runtime, tmp_path: Path) -> None:
    model = Model(words=["Eins zwei.", " Drei vier."])
    async with house(runtime, tmp_path, model):
        await say(runtime, "Zähle.", turn="t1", channel="voice", language="de")
        runtime.bus.publish(ReplySpokenEvent(turn="t1", heard="Eins zwei.", unheard="Drei vier."))
        _, reply = await say(runtime, "Mach bitte weiter.", channel="voice", language="de")
        assert (reply.text, len(model.asked)) == ("Drei vier.", 1)


@pytest.mark.real_time
@pytest.mark.parametrize("language", [None, "en", "de"])
async def test_english_commands_are_obeyed_in_english_only(
    runtime: Runtime, tmp_path: object, language: str | None
) -> None:
    model = Model(words=["Gern."])
    async with house(runtime, tmp_path, model):  # type: ignore[arg-type]
        understood = await runtime.bus.request(
            UnderstandEvent(text="Set a timer for ten minutes.", channel="shell", language=language),
            UnderstoodEvent,
        )
        assert bool(understood.intent) is (language != "de")


@pytest.mark.real_time
async def test_what_stands_before_the_words_stays_as_it_was_when_the_language_changes(
    runtime: Runtime, tmp_path: object
) -> None:
    model = Model(words=["Gut."])
    async with house(runtime, tmp_path, model):  # type: ignore[arg-type]
        _, first = await say(runtime, "I was born in Paris, you know.", language="en")
        for text, language in (("Wie geht es dir?", "de"), ("Und warum?", "de"), ("Why so?", "en")):
            await say(runtime, text, language=language, dialogue=first.dialogue)
    contents = [[message.content for message in asked.messages] for asked in model.asked]
    for before, after in zip(contents, contents[1:], strict=False):
        assert after[: len(before)] == before
    assert [content[-1] for content in contents] == [
        "I was born in Paris, you know.",
        "(Please answer in German.)\n\nWie geht es dir?",
        "Und warum?",
        "(Please answer in English.)\n\nWhy so?",
    ]


def test_who_does_not_say_their_language_is_not_asked_for_it() -> None:
    assert UserSaidEvent(text="Hello.", channel="shell").language is None
