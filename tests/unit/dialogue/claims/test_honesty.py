from __future__ import annotations

import pytest

from app.dialogue.claims.honesty import honest


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        ("I've set a timer for five minutes.", "I have not actually set a timer."),
        ("I just turned off the kitchen light.", "I have not actually turned off the kitchen light."),
        ("I'm turning it off now.", "I have not actually turned it off."),
        ("Sure, I've turned the volume down.", "I have not actually turned down the volume."),
        ("Your message has been sent.", "I have not actually sent your message."),
        ("I'll wake you at seven.", "I have not actually set an alarm."),
        ("I'll remind you at five.", "I have not actually set a reminder."),
        ("I looked it up.", "I have not actually looked that up."),
        ("Done!", "I have not actually done that."),
        ("The lights are off.", "I have not actually done that."),
        ("", "I have not actually done that."),
        ("What a lovely day!", "I have not actually done that."),
    ],
)
def test_it_says_what_was_not_done_where_that_is_clear(claim: str, sentence: str) -> None:
    assert honest(claim, "en") == sentence


@pytest.mark.parametrize(
    ("claim", "language", "sentence"),
    [
        (
            "Ich habe den Timer auf zehn Minuten gestellt.",
            "de",
            "Ich habe den Timer nicht wirklich gestellt.",
        ),
        ("Erledigt!", "de_AT", "Das habe ich nicht wirklich getan."),
        ("J'ai éteint la lumière.", "fr", "Je n'ai pas vraiment éteint la lumière."),
        ("He apagado la luz.", "es", "En realidad no he apagado la luz."),
        ("Hecho", "es", "En realidad no lo he hecho."),
    ],
)
def test_in_other_languages_too(claim: str, language: str, sentence: str) -> None:
    assert honest(claim, language) == sentence


def test_where_a_language_has_no_such_sentence_it_is_english() -> None:
    assert honest("I've set a timer.", "tlh") == "I have not actually set a timer."


def test_a_long_claim_makes_no_long_sentence() -> None:
    assert len(honest("I've set " + "the lights and " * 5000, "en")) < 120
    assert (
        honest("I've turned off the " + "very " * 100 + "old lamp.", "en") == "I have not actually done that."
    )
