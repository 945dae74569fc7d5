import pytest

from app.voice.stt.recognised import recognised

NOISE = [("nn", 0.28), ("ja", 0.24), ("ko", 0.2), ("en", 0.12), ("cy", 0.08), ("de", 0.02)]
"""What Whisper heard in pink noise."""


def test_speech_is_of_the_language_that_is_most_probable() -> None:
    assert recognised([("en", 0.1), ("de", 0.85)], (), None, 2.0) == "de"


@pytest.mark.parametrize("before", [None, "en"])
def test_only_the_languages_of_the_household_are_heard(before: str | None) -> None:
    assert recognised([("cy", 0.9), ("en", 0.06), ("de", 0.01)], ("en", "de"), before, 3.0) == "en"
    assert recognised(NOISE, ("de", "en"), before, 3.0) == "en"
    assert recognised([("cy", 0.4), ("en", 0.5), ("de", 0.1)], ("en", "de"), "de", 3.0) == "en"


@pytest.mark.parametrize(("before", "heard"), [(None, "de"), ("de", "de"), ("fr", "fr")])
def test_what_is_none_of_them_is_taken_for_what_was_spoken_before(before: str | None, heard: str) -> None:
    assert recognised([("cy", 1.0)], ("de", "fr"), before, 3.0) == heard
    assert recognised([], ("de", "fr"), before, 3.0) == heard


def test_what_only_one_of_the_household_could_be_needs_less() -> None:
    said = [("en", 0.44), ("zh", 0.26), ("ja", 0.13), ("fr", 0.01)]
    assert recognised(said, ("en", "fr"), "fr", 8.3) == "en"
    assert recognised(said, ("en", "fr"), "fr", 1.2) == "fr"
    assert recognised(said, (), "fr", 8.3) == "fr"


def test_noise_of_no_language_is_no_reason_to_change_it() -> None:
    assert recognised(NOISE, (), None, 1.4) == "en"
    assert recognised(NOISE, (), "de", 5.0) == "de"


@pytest.mark.parametrize(("seconds", "chance", "heard"), [
    (1.2, 0.80, "de"),
    (1.2, 0.95, "en"),
    (3.0, 0.80, "en"),
    (3.0, 0.40, "de"),
])  # fmt: skip
def test_a_word_changes_the_language_only_when_it_is_surely_of_another(
    seconds: float, chance: float, heard: str
) -> None:
    assert recognised([("en", chance), ("de", 1 - chance)], ("en", "de"), "de", seconds) == heard
