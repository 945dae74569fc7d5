from app.events.dialogue import StoredMessageEvent
from app.skills.unsaid import unsaid, whole_sentences


def solo(content: str, unheard: str = "", finish: str = "") -> StoredMessageEvent:
    return StoredMessageEvent(
        id="1", dialogue="d", role="assistant", content=content, channel="voice", created_at="",
        unheard=unheard, finish=finish,
    )  # fmt: skip


def person(content: str) -> StoredMessageEvent:
    return solo(content).model_copy(update={"role": "user"})


STORY = [person("Tell me a story."), solo("Once upon", "a time. The end.")]


def test_the_rest_of_an_answer_that_was_interrupted_is_unsaid() -> None:
    assert unsaid(STORY) == "a time. The end."


def test_without_an_interruption_nothing_is() -> None:
    assert unsaid([]) == ""
    assert unsaid([person("Hello."), solo("Hello.")]) == ""


def test_what_has_been_said_since_is_not_said_twice() -> None:
    assert unsaid([*STORY, person("Go on."), solo("a time. The end.")]) == ""


def test_the_rest_can_be_interrupted_again() -> None:
    assert unsaid([*STORY, person("Go on."), solo("a", "time. The end.")]) == "time. The end."


def test_an_answer_to_something_else_between_does_not_make_it_forgotten_but_two_do() -> None:
    aside = [person("What time is it?"), solo("It's noon.")]
    assert unsaid([*STORY, *aside]) == "a time. The end."
    assert unsaid([*STORY, *aside, *aside]) == ""


def test_of_an_answer_that_was_not_written_to_its_end_only_whole_sentences_are_said() -> None:
    assert unsaid([solo("Once", "upon a time. He was", finish="cancelled")]) == "upon a time."
    assert unsaid([solo("Once", "upon a", finish="cancelled")]) == ""
    assert whole_sentences('He said "no." And th') == 'He said "no."'
    assert whole_sentences("It costs 3.50") == ""
