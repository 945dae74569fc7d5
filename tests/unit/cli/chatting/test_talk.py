"""A whole conversation by typing, with a scripted house."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Generator
from pathlib import Path

import pytest

from app.cli.chatting import talk as talking
from app.cli.chatting.commands import COMMANDS
from app.cli.chatting.doing import DOING
from app.cli.chatting.sessions import Said, Session
from app.cli.chatting.talk import Hands
from app.kernel.errors import Unavailable
from tests.unit.cli.chatting.scripted import ScriptedHouse, chat

AT = "2026-01-01T10:00:00+00:00"
TRIP = Session("d7", "The trip", "Where is Rome?", 4, AT)
OTHER = Session("e8", "", "What is a prime?", 2, AT)


def test_every_command_of_the_table_does_something() -> None:
    assert {*DOING, "/quit"} == set(COMMANDS)


def test_an_answer_is_printed_as_it_is_in_a_pipe_and_the_next_goes_on(tmp_path: Path) -> None:
    one = chat(tmp_path)
    assert one("What is the capital of France?") == "Paris.\n"
    assert one("And of Spain?") == "Paris.\n"
    assert [question.dialogue for question in one.house.asked] == [None, "d1"]
    assert one.house.asked[0].options == {}
    assert not one.talk.take("/quit")


def test_a_blank_in_front_says_what_looks_like_a_command(tmp_path: Path) -> None:
    one = chat(tmp_path)
    one(" /help me")
    one("/usr/bin is what?")
    assert [question.text for question in one.house.asked] == ["/help me", "/usr/bin is what?"]
    assert "Did you mean /search?" in one.refused("/serch apples")


def test_a_failure_is_told_and_the_chat_goes_on(tmp_path: Path) -> None:
    one = chat(tmp_path, ScriptedHouse(fails=Unavailable("The model is away.")))
    assert "solo: The model is away." in one.refused("hello")
    one.house.fails = None
    assert one("hello") == "Paris.\n"


def test_cost_and_speed_are_shown_on_a_terminal_and_added_up(tmp_path: Path) -> None:
    one = chat(tmp_path, terminal=True)
    shown = one("hello")
    assert "12 tokens · 40 read (30 known) · 35.2 tok/s · first after 210 ms · $0.0012 · qwen" in shown
    one("hello")
    assert "2 answers · 80 tokens read (60 of them known) · 24 written · $0.0024" in one("/cost")


def stopping(after: int) -> Callable[[], contextlib.AbstractContextManager[Callable[[], bool]]]:
    @contextlib.contextmanager
    def watching() -> Generator[Callable[[], bool]]:
        looks = iter(range(1000))
        yield lambda: next(looks) >= after

    return watching


def test_a_stopped_answer_is_cancelled_and_its_conversation_goes_on(tmp_path: Path) -> None:
    one = chat(tmp_path, ScriptedHouse(endless=True))
    one.talk.hands = Hands(stopping(1))
    assert one("Tell me everything") == "Paris. …\n"
    assert one.house.cancelled == 1
    one.house.endless = False
    one.talk.hands = Hands()
    one("Only the end")
    assert one.house.asked[1].dialogue == "d1"


def test_ctrl_c_stops_an_answer_too(tmp_path: Path) -> None:
    @contextlib.contextmanager
    def interrupted() -> Generator[Callable[[], bool]]:
        def stop() -> bool:
            raise KeyboardInterrupt

        yield stop

    one = chat(tmp_path, ScriptedHouse(endless=True))
    one.talk.hands = Hands(interrupted)
    assert one("Tell me everything").endswith("…\n")
    assert one.house.cancelled == 1


def test_a_conversation_that_was_never_written_down_begins_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(talking, "PAUSE", 0)
    one = chat(tmp_path, ScriptedHouse(endless=True))
    one.talk.hands = Hands(stopping(0))
    one("Tell me everything")
    one.house.kept = [OTHER]
    one("hello")
    assert one.house.asked[1].dialogue is None


def test_parameters_are_this_chats_own_and_shown(tmp_path: Path) -> None:
    one = chat(tmp_path)
    assert one("/set temperature 0.2") == "temperature: 0.2\n"
    assert one("/set top_k=5") == "top_k: 5\n"
    assert "temperature        0.2  0 is always" in one("/set")
    one("hello")
    assert one.house.asked[0].options == {"temperature": 0.2, "top_k": 5}
    assert one("/set temperature -") == "temperature: as the settings say\n"
    assert "between 0 and 2" in one.refused("/set temperature 9")
    assert "must be a whole number" in one.refused("/set max_tokens 1.5")
    assert "Did you mean temperature?" in one.refused("/set temprature 1")
    assert "Did you mean temperature?" in one.refused("/set temprature")
    assert "between" in one.refused("/set temperature nan")
    one("/system You are a\npirate.")
    one("hello")
    assert one.house.asked[1].options == {"top_k": 5, "system": "You are a\npirate."}
    one("/system -")
    assert one("/system") == one.talk.settings.llm.generation.system_prompt + "\n"


def test_models_providers_and_roles_are_chosen_for_this_chat_or_for_all(tmp_path: Path) -> None:
    one = chat(tmp_path)
    assert "openai:gpt-5-mini       elsewhere, $0.25 / $2 per million" in one("/model")
    one("/model GPT")
    one("hello")
    assert one.house.asked[0].options == {"model": "openai:gpt-5-mini"}
    assert one("/model").count("*  openai:gpt-5-mini") == 1
    assert "may be any of these" in one.refused("/model qwen")
    assert "Did you mean openai:gpt-5-mini?" in one.refused("/model gpt-5-mini-x")
    assert "It also has: qwen2.5-1.5b." in one("/provider xllamacpp")
    refused = one.refused("/provider anthropic")
    assert "There are: xllamacpp, openai." in refused
    assert "anthropic comes with SOLO_LLM__PROVIDERS__ANTHROPIC__API_KEY" in refused
    assert "SOLO_LLM__PROVIDERS__MISTRAL__API_KEY" in one.refused("/model mistral:large")
    assert "comes with" not in one.refused("/provider nonesuch")
    assert one("/provider") == "xllamacpp  2 models\nopenai     1 models\n"
    one("/model -")
    one("/role analysis")
    one("hello")
    assert one.house.asked[1].options == {"role": "analysis"}
    assert one.house.chosen == []
    assert one("/role generation gpt") == (
        "For everybody: generation: openai:gpt-5-mini (switched; the settings say something else)\n"
    )
    one("/role generation -")
    assert one.house.chosen == [("generation", "openai:gpt-5-mini"), ("generation", "")]
    assert "xllamacpp:qwen2.5-0.5b, then openai:gpt-5-mini" in one("/role")
    assert "There are: generation" in one.refused("/role embedding")


def test_sessions_are_listed_named_and_resumed(tmp_path: Path) -> None:
    said = [Said("d7", "user", "Where is Rome?", AT), Said("d7", "assistant", "In **Italy**.", AT)]
    one = chat(tmp_path, ScriptedHouse(kept=[OTHER, TRIP], said=said))
    assert "   2  2026-01-01" in one("/sessions")
    assert "Where is Rome?" in one("/resume 2")
    one("And now?")
    assert one.house.asked[0].dialogue == "d7"
    assert one("/name") == "It is called 'The trip'.\n"
    assert one("/name Rome by train") == "It is called 'Rome by train' now.\n"
    one("/new")
    assert "has not begun" in one.refused("/name x")
    one("/resume rome")
    assert one.talk.dialogue == "d7"
    assert "no conversation 'paris'" in one.refused("/resume paris")
    assert "/sessions lists them" in one.refused("/resume")
    assert "At most 500" in one.refused("/sessions many")


def test_words_are_found_in_earlier_conversations_which_can_be_resumed(tmp_path: Path) -> None:
    said = [Said("e8", "user", "a prime?", AT), Said("d7", "assistant", "x " * 80 + "the Forum " * 30, AT)]
    one = chat(tmp_path, ScriptedHouse(kept=[OTHER, TRIP], said=said))
    found = one("/search forum")
    assert "The trip" in found
    assert "…" in found
    one("/resume 1")
    assert one.talk.dialogue == "d7"
    assert one("/search nothing") == "That was never said.\n"


def test_deleting_is_asked_about_and_takes_what_was_typed_along(tmp_path: Path) -> None:
    gone: list[str] = []
    asked: list[str] = []
    yes = False

    def confirm(question: str) -> bool:
        asked.append(question)
        return yes

    def forget(texts: Collection[str]) -> None:
        gone.extend(texts)

    said = [Said("d7", "user", "Where is Rome?", AT), Said("d7", "assistant", "In Italy.", AT)]
    one = chat(tmp_path, ScriptedHouse(kept=[TRIP], said=said))
    assert "--yes" in one.refused("/delete the trip")
    one.talk.hands = Hands(confirm=confirm, forget=forget)
    one("/resume the trip")
    assert one("/delete") == "Nothing was deleted.\n"
    yes = True
    assert one("/delete") == "Deleted: 2 messages, and 1 lines that were remembered of them.\n"
    assert asked == ["Delete 'The trip' (4 messages) for good?"] * 2
    assert (one.house.deleted, gone, one.talk.dialogue) == (["d7"], ["Where is Rome?"], None)


def test_files_go_with_the_next_message_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("The ```key``` is under the mat.\n", "utf-8")
    one = chat(tmp_path)
    assert "notes.txt: 32 characters" in one(f"/attach {tmp_path / 'notes.txt'}")
    one("Where is it?")
    one("And the door?")
    first, second = one.house.asked
    assert first.text == ("Where is it?\n\nThe file notes.txt:\n````\nThe ```key``` is under the mat.\n````")
    assert second.text == "And the door?"
    one(f"/attach '{tmp_path / 'notes.txt'}'")
    one("/detach")
    assert one("/attach") == "Nothing is attached: /attach FILE.\n"


def test_an_answer_can_be_shown_when_it_is_whole(tmp_path: Path) -> None:
    one = chat(tmp_path, ScriptedHouse(pieces=("# He", "ad\n\n", "- one\n- two")), terminal=True)
    one("/stream off")
    shown = one("hello")
    assert "#" not in shown
    assert "\x1b[1A" not in shown
    assert "either on or off" in one.refused("/stream maybe")


def test_what_can_be_named_is_asked_for_once(tmp_path: Path) -> None:
    one = chat(tmp_path, ScriptedHouse(kept=[TRIP]))
    assert [name for name, _ in one.talk.known("/model ").models][-1] == "openai:gpt-5-mini"
    assert one.talk.known("/resume ").sessions == [("The trip", "The trip")]
    assert one.talk.known("/resume ") is one.talk.known("/delete ")
    assert one.talk.known("/set ").models == ()


def test_help_names_every_command(tmp_path: Path) -> None:
    shown = chat(tmp_path)("/help")
    assert all(name in shown for name in COMMANDS)
