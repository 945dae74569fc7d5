from app.events.voice import STTEvent
from app.voice.turn.tongue import Tongue


def said(text: str, language: str) -> STTEvent:
    return STTEvent(text=text, language=language, seconds=1.0, took_ms=1.0)


def test_the_language_is_that_of_the_last_words_that_counted() -> None:
    tongue = Tongue()
    assert tongue.language is None
    tongue.heard(said("Wie spät ist es?", "de"))
    tongue.heard(said("", "cy"))
    tongue.heard(None)
    assert tongue.language == "de"
