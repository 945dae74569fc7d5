from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.config.settings import Settings
from app.events.system import Span
from app.events.voice import SpeechEndedEvent, SpeechStartedEvent, WakeWordEvent
from app.media.wavwriter import write_wav
from app.voice.audio.frames import RATE
from app.voice.conversation import Talk, TalkedTurn
from app.voice.evals.read import Loaded, read_scenario
from app.voice.evals.recording import Notes, Origin, as_yaml

SPAN = Span(name="pause", start_ms=0, end_ms=544.1)


def talked(heard: str = "What is it?", said: str = "It is Paris.") -> Talk:
    return Talk(
        True,
        seconds=12.5,
        wakes=["hey_jarvis"],
        turns=[
            TalkedTurn("a", heard, said, said, "stop", 3000.0, 3600.0, 600.0, True, [SPAN]),
            TalkedTurn("b", "And", "", "", "cancelled"),
            TalkedTurn("c", outcome="noise"),
        ],
    )


def noted() -> Notes:
    notes = Notes()
    notes.tell(WakeWordEvent(word="hey_jarvis", score=1.0, sample=2 * RATE, engine="x"))
    notes.tell(SpeechStartedEvent(turn="a", sample=2 * RATE))
    notes.tell(SpeechEndedEvent(turn="a", voiced_until=3 * RATE, decided_at=4 * RATE, reason="silence"))
    return notes


def again(folder: Path, talk: Talk, *, redacted: bool = False, changed: Any = None) -> tuple[Loaded, str]:
    origin = Origin("0.1.0", "2026-11-21 18:00", "USB", "x.microphone.wav", "x.loudspeaker.wav", redacted)
    write_wav(folder / "x.microphone.wav", np.zeros(100, np.float32))
    text = as_yaml(talk, noted(), Settings.model_validate(changed or {}), origin)
    (folder / "x.yaml").write_text(text, encoding="utf-8")
    return read_scenario(folder / "x.yaml"), text


def test_what_was_recorded_is_a_conversation_test(tmp_path: Path) -> None:
    loaded, _ = again(tmp_path, talked())
    scenario = loaded.scenario
    assert scenario.play[0].file == "x.microphone.wav"
    expected = [item.model_dump(exclude_none=True) for item in scenario.expect]
    assert expected[0] == {"wakes": {"at_least": 1, "at_most": 1}}
    assert expected[1] == {"interruptions": {"at_least": 1, "at_most": 1}}
    assert expected[2] == {"turns": {"at_least": 1, "at_most": 1}}
    assert expected[3] == {"turn": 1, "heard": {"equals": "What is it?", "word_errors": 0.3}}
    recorded = scenario.recorded
    assert recorded is not None
    assert recorded.turns[0].spans == {"pause": 544.1}
    assert recorded.turns[0].answer == "It is Paris."
    assert recorded.wakes == (2.0,)


def test_only_settings_of_how_solo_converses_go_along(tmp_path: Path) -> None:
    changed: dict[str, Any] = {
        "voice": {"wake": {"engine": "none", "access_key": "secret"}, "turn": {"silence_ms": 700}},
        "llm": {"generation": {"model": "mine.gguf"}},
        "data_dir": "private",
    }
    loaded, text = again(tmp_path, talked(), changed=changed)
    assert loaded.scenario.settings == {"voice.wake.engine": "none", "voice.turn.silence_ms": 700}
    assert not {"secret", "mine", "private"} & set(text.split())


def test_redacted_it_holds_no_words_and_needs_no_sound(tmp_path: Path) -> None:
    loaded, text = again(tmp_path, talked("my secret", "your secret"), redacted=True)
    assert "secret" not in text
    assert "USB" not in text
    assert loaded.sounds == {}
    assert [(step.say, step.at.plus / RATE) for step in loaded.scenario.play if step.at] == [
        (("Hey Jarvis.",), 1.25),
        (("La la la la.",), 2.0),
    ]
    recorded = loaded.scenario.recorded
    assert recorded is not None
    assert recorded.redacted
    assert recorded.turns[0].gap_ms == 600


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_was_said_can_be_read_again(tmp_path: Path, heard: str, said: str) -> None:
    loaded, _ = again(tmp_path, talked(heard or "x", said))
    recorded = loaded.scenario.recorded
    assert recorded is not None
    assert recorded.turns[0].heard == " ".join((heard or "x").split())


@pytest.mark.parametrize("heard", ["no", "1.5", "null", "- a", "a: b # c", "“ü”", "x" * 600, "*"])
def test_words_that_look_like_something_else_stay_words(tmp_path: Path, heard: str) -> None:
    loaded, _ = again(tmp_path, talked(heard))
    recorded = loaded.scenario.recorded
    assert recorded is not None
    assert recorded.turns[0].heard == heard
