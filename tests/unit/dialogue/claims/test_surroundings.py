"""The same words, where they are a claim and where they are not."""

from __future__ import annotations

import pytest

from app.dialogue.claims.filter import ClaimFilter

CLAIM = "I've turned off the lights."


def claim(text: str) -> str:
    watched = ClaimFilter()
    out = watched.feed(text) + watched.finish()
    assert bool(watched.claim) == (out != text)
    return watched.claim


@pytest.mark.parametrize(
    "text",
    [
        f'You could say: "{CLAIM}" That is the present perfect.',
        f"You could say '{CLAIM}' to them.",
        f"You could say \u201c{CLAIM}\u201d to them.",
        f"Man sagt \u201e{CLAIM}\u201c auf Englisch.",
        f"On dit \u00ab {CLAIM} \u00bb en anglais.",
        f"```\n{CLAIM}\n```\nThat is all.",
        f"It prints `{CLAIM}` and ends.",
        f"> {CLAIM}\n\nThat was said.",
        f"# {CLAIM}\n\nA heading.",
        f"Mary: {CLAIM}\nJohn: Thank you.",
        f"Here is a message that you could send:\n\n{CLAIM}\n\nDo you like it?",
        f"Dear Anna,\n\n{CLAIM}\n\nYours,\nPaul",
        f"Hi Anna,\n\n{CLAIM}\n\nYours,\nPaul",
        f"Subject: Lights\n\n{CLAIM}",
        f"Suppose {CLAIM}",
        f"If {CLAIM}",
        "Have I turned off the lights?",
        "Then I turned off the lights and ran.",
        "Yesterday I turned off the lights.",
        "When I turned off the lights, it was dark.",
    ],
)
def test_what_is_quoted_supposed_remembered_or_for_others_to_say_is_no_claim(text: str) -> None:
    assert claim(text) == ""


@pytest.mark.parametrize(
    "before",
    [
        'You said "off". ',
        "It's 5\" wide. ",
        "The '90s were fun. ",
        "```\ncode\n```\n",
        "It prints `x`. ",
        "> a quotation\n\n",
        "# A heading\n",
        "Mary: Hello.\n\n",
        "Update: ",
        "Okay: ",
        "**Update:** ",
        "- ",
        "1. ",
        "Here is a message that you could send:\n\nI am late.\n\n",
        "The weather is fine, and ",
        "The weather is fine; ",
        "The weather is fine \u2014 ",
        "I can confirm that ",
        "\u2705 ",
        "Hi Anna, ",
        "Unclosed \u201cquotations end with the line.\n",
        "Unclosed `code ends with the line.\n",
    ],
)
def test_behind_such_things_it_is_one(before: str) -> None:
    assert claim(before + CLAIM).endswith("turned off the lights.")


def test_a_story_may_have_lights_that_are_off_but_no_deeds_of_solo() -> None:
    story = "Once upon a time there was a fox. The lights are off. I turned off the lamp. "
    assert claim(story) == ""
    assert claim(story + "\n" + CLAIM) == CLAIM


@pytest.mark.parametrize("ending", ["if you like.", "once you tell me when.", "when you are ready.", "okay?"])
def test_a_promise_that_hangs_on_something_is_an_offer(ending: str) -> None:
    assert claim(f"I'll turn off the lights {ending}") == ""


def test_a_promise_to_watch_for_something_is_a_promise() -> None:
    assert claim("I'll let you know when it starts to rain.")
    assert claim("I'll remind you when it's five.")
    assert claim("I'll let you know when you ask me.") == ""


def test_what_a_language_model_does_in_its_answer_is_no_deed() -> None:
    for text in (
        "I've added two examples below.",
        "I've changed the second line of the code.",
        "I've created a function that sets a timer.",
        "I've made a list of books for you.",
        "I'll remember that.",
        "Noted.",
    ):
        assert claim(text) == "", text


def test_of_a_sentence_with_two_claims_both_are_kept_back() -> None:
    watched = ClaimFilter()
    assert watched.feed("The door is closed, and I've locked the door.") + watched.finish() == ""
    assert watched.claim == "The door is closed, and I've locked the door."
