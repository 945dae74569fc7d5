"""A conversation that is longer than the window loses whole turns, seldom, and says what they were about."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config.prompts import PromptsSettings
from app.events.llm import ChatMessage, ToolCall
from app.llm.engines.scripted import ScriptedModel
from app.llm.port import Generation
from app.llm.prompts.fitting import MESSAGE_TOKENS, Fitted, fit, gist, split
from app.llm.prompts.window import within_window
from tests.contracts.test_llm_engines import make_spec

TOLD = ChatMessage(role="system", content="Be brief.")


def user(text: str) -> ChatMessage:
    return ChatMessage(role="user", content=text)


def turn(number: int) -> list[ChatMessage]:
    return [user(f"question {number} " + "word " * 20), ChatMessage(role="assistant", content="answer " * 20)]


def words(text: str) -> int:
    return len(text.split())


def talk(turns: int) -> list[ChatMessage]:
    return [TOLD, *(message for number in range(turns) for message in turn(number))]


TURN = 22 + 20 + 2 * MESSAGE_TOKENS


def size(fitted: Fitted) -> int:
    return sum(words(message.content) + MESSAGE_TOKENS for message in fitted.messages)


def test_what_fits_is_left_as_it_is() -> None:
    assert fit(talk(3), 1000, count=words) == Fitted(tuple(talk(3)))
    assert fit([], 10, count=words).fits


def test_whole_turns_fall_out_at_the_beginning_and_the_system_prompt_stays() -> None:
    fitted = fit(talk(20), 600, count=words)
    assert fitted.messages[0] == TOLD
    assert fitted.messages[1].role == "user"
    assert fitted.fallen[0] == talk(1)[1]
    assert len(fitted.fallen) % 2 == 0
    assert fitted.messages[2:] == tuple(talk(20)[len(fitted.fallen) + 2 :])
    assert fitted.fits
    assert size(fitted) <= 600


def test_what_fell_out_is_told_before_the_first_words_that_stay() -> None:
    fitted = fit(talk(20), 600, count=words)
    assert fitted.messages[1].content.startswith("(What we said before, in short:\n- question ")
    assert fitted.messages[1].content.endswith(talk(20)[len(fitted.fallen) + 1].content)
    given = fit(talk(20), 600, summary="We spoke of questions.", count=words)
    assert "(What we said before, in short:\nWe spoke of questions.)\n\nquestion" in given.messages[1].content
    assert fit(talk(20), 600, summary="", count=words).messages[1].content.startswith("question")


def test_the_beginning_stays_the_same_for_many_turns() -> None:
    """Hence the engine reads only what is new."""
    begins = [fit(talk(turns), 20 * TURN, count=words).messages[1].content for turns in range(21, 121)]
    assert len(set(begins)) <= 14
    assert all(len(fit(talk(turns), 20 * TURN, count=words).messages) > 14 for turns in range(21, 121))


def test_a_tool_call_is_never_parted_from_its_result() -> None:
    called = ChatMessage(role="assistant", tool_calls=(ToolCall(id="1", name="clock"),))
    found = ChatMessage(role="tool", content="12:00", tool_call_id="1")
    lead, turns = split([TOLD, user("a"), called, found, user("b")])
    assert lead == [TOLD]
    assert turns == [[user("a"), called, found], [user("b")]]


def test_the_last_turn_stays_even_if_it_is_too_long() -> None:
    fitted = fit([*talk(2), user("word " * 500)], 100, count=words)
    assert fitted.messages[-1].content.endswith("word " * 500)
    assert not fitted.fits
    assert not fit([user("word " * 500)], 100, count=words).fits


def test_the_gist_takes_the_end_of_what_was_said_and_the_latest_first() -> None:
    said = [user("I told you before:\n- I like tea\n\nWhat is   tea?"), user("x" * 500), user("And coffee?")]
    assert gist(said[:1], 50) == "- What is tea?"
    assert gist(said, 8) == "- And coffee?"
    assert len(gist(said, 500).splitlines()[1]) == 122


@given(
    st.lists(
        st.tuples(st.sampled_from(["user", "assistant", "tool", "system"]), st.integers(0, 60)), max_size=30
    ),
    st.integers(0, 400),
)
def test_nothing_is_lost_but_whole_turns_from_the_beginning(
    parts: list[tuple[str, int]], budget: int
) -> None:
    messages = [ChatMessage(role=role, content="w " * count) for role, count in parts]  # type: ignore[arg-type]
    fitted = fit(messages, budget, summary="", count=words)
    lead, _ = split(messages)
    assert [*lead, *fitted.fallen, *fitted.messages[len(lead) :]] == messages
    if fitted.fits:
        assert size(fitted) <= budget


class TestWhatTheModelIsTold:
    SETTINGS = PromptsSettings(channels={"shell": "Markdown is welcome."}, people={"anna": "Anna is nine."})

    @pytest.mark.parametrize(
        ("channel", "owner", "told"),
        [
            ("voice", "local", "Be brief."),
            ("shell", "local", "Markdown is welcome."),
            ("voice", "anna", "Be brief.\n\nAnna is nine."),
            ("shell", "anna", "Markdown is welcome.\n\nAnna is nine."),
        ],
    )
    def test_hangs_on_the_way_in_and_on_the_person(self, channel: str, owner: str, told: str) -> None:
        assert self.SETTINGS.system("Be brief.", channel=channel, owner=owner) == told

    def test_without_settings_is_what_the_role_says(self) -> None:
        assert PromptsSettings().system("Be brief.", channel="voice", owner="anna") == "Be brief."
        assert PromptsSettings().system("") == ""


class TestTheWindowOfAModel:
    pytestmark = pytest.mark.anyio

    @pytest.fixture
    def engine(self) -> ScriptedModel:
        return ScriptedModel(replace(make_spec(), context=600))

    async def test_a_short_talk_is_not_even_counted(self, engine: ScriptedModel) -> None:
        request = Generation(tuple(talk(1)), 100, 0.0)
        assert await within_window(engine, request) is request

    async def test_a_long_one_is_cut_to_what_the_model_counts(self, engine: ScriptedModel) -> None:
        await engine.load()
        fitted = await within_window(engine, Generation(tuple(talk(40)), 100, 0.0))
        assert fitted.messages[0] == TOLD
        assert "What we said before" in fitted.messages[1].content
        assert sum(await engine.count(tuple(message.content for message in fitted.messages))) <= 500
        steps = [step async for step in engine.generate(fitted)]
        assert steps
        bare = await within_window(engine, Generation(tuple(talk(40)), 100, 0.0), summary=False)
        assert "What we said before" not in bare.messages[1].content

    async def test_one_question_that_is_too_long_is_left_to_the_engine(self, engine: ScriptedModel) -> None:
        request = Generation((user("word " * 4000),), 100, 0.0)
        assert await within_window(engine, request) is request
