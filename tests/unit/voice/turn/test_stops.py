import pytest

from app.voice.turn.phrases import is_stop


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Stopp!"),
        ("de", "Halt."),
        ("de", "Sei still!"),
        ("de", "Bitte sei jetzt still."),
        ("de", "Solo, hör auf. Hör auf!"),
        ("de", "Das reicht, danke."),
        ("de_AT", "Schluss jetzt."),
        ("fr", "Arrête !"),
        ("fr", "Arrête, s'il te plaît."),
        ("fr", "Tais-toi."),
        ("fr", "Ça suffit !"),
        ("es", "¡Para!"),
        ("es", "Para, por favor."),
        ("es", "Cállate. ¡Basta ya!"),
        ("es", "Stop."),
        ("de", "Stop it."),
    ],
)
def test_solo_is_silenced_in_the_language_that_is_spoken(language: str, text: str) -> None:
    assert is_stop(text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Para."),
        ("en", "Still?"),
        (None, "Assez."),
        ("de", "Halt mir einen Platz frei."),
        ("de", "Bitte."),
        ("de", "Ist es still hier?"),
        ("es", "¿Para qué sirve esto?"),
        ("es", "Por favor."),
        ("fr", "Arrête le minuteur dans dix minutes."),
        ("it", "Basta."),
        ("de", ""),
    ],
)
def test_the_same_words_in_another_language_or_sentence_silence_nobody(
    language: str | None, text: str
) -> None:
    assert not is_stop(text, language)
