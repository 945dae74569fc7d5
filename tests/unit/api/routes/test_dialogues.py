"""What dialogues over HTTP promise."""

from __future__ import annotations

import pytest

from app.events.dialogue import (
    AnswerOptions,
    DeleteDialogueEvent,
    ListDialoguesEvent,
    NameDialogueEvent,
    ReadDialoguesEvent,
    UserSaidEvent,
)
from app.events.llm import Sampling
from app.kernel.errors import NotFound
from tests.unit.api.scripted import House

pytestmark = pytest.mark.anyio

DIALOGUES = "/api/v1/dialogues"


async def test_they_are_listed(house: House) -> None:
    shown = (await house.client.get(f"{DIALOGUES}/list?limit=3")).json()["dialogues"]
    assert [(one["dialogue"], one["name"], one["messages"]) for one in shown] == [("d1", "the trip", 2)]
    assert house.scripted.asked[-1] == ListDialoguesEvent(limit=3)


async def test_messages_are_read_by_dialogue_and_found_by_words(house: House) -> None:
    assert (await house.client.get(f"{DIALOGUES}/d1?limit=3")).json()["messages"][0]["content"] == "hi"
    assert house.scripted.asked[-1] == ReadDialoguesEvent(dialogue="d1", limit=3)
    found = await house.client.post(f"{DIALOGUES}/search", json={"words": "red apples"})
    assert found.json()["messages"][0]["dialogue"] == "d1"
    assert house.scripted.asked[-1] == ReadDialoguesEvent(words="red apples", limit=20)


async def test_one_is_named_and_deleted(house: House) -> None:
    named = await house.client.post(f"{DIALOGUES}/d1/name", json={"name": "the trip"})
    assert named.json() == {"dialogue": "d1", "name": "the trip"}
    assert house.scripted.asked[-1] == NameDialogueEvent(dialogue="d1", name="the trip")
    gone = await house.client.delete(f"{DIALOGUES}/d1")
    assert gone.json() == {"messages": 2, "memories": 1}
    assert house.scripted.asked[-1] == DeleteDialogueEvent(dialogue="d1")


async def test_what_is_not_there_is_not_found(house: House) -> None:
    house.scripted.fails = NotFound("There is no dialogue d9.")
    assert (await house.client.delete(f"{DIALOGUES}/d9")).status_code == 404
    assert (await house.client.post(f"{DIALOGUES}/d9/name", json={"name": "x"})).status_code == 404


@pytest.mark.parametrize("body", [{}, {"words": ""}, {"words": "x", "limit": 0}, {"words": "x" * 1001}])
async def test_a_search_that_makes_no_sense_is_refused(house: House, body: dict[str, object]) -> None:
    assert (await house.client.post(f"{DIALOGUES}/search", json=body)).status_code == 422


async def test_a_stranger_sees_and_changes_nothing(house: House) -> None:
    async with house.stranger() as stranger:
        for path in ("", "/list", "/d1"):
            assert (await stranger.get(DIALOGUES + path)).status_code == 401
        assert (await stranger.post(f"{DIALOGUES}/d1/name", json={"name": "x"})).status_code == 401
        assert (await stranger.delete(f"{DIALOGUES}/d1")).status_code == 401
    assert house.scripted.asked == []


async def test_a_question_may_say_how_it_is_to_be_answered(house: House) -> None:
    options = {"model": "openai:gpt-5-mini", "temperature": 0, "top_p": 0.5, "system": "Be brief."}
    answer = await house.client.post("/api/v1/ask", json={"text": "hello", "options": options})
    assert answer.status_code == 200
    asked = house.scripted.asked[-1]
    assert isinstance(asked, UserSaidEvent)
    wanted = AnswerOptions(
        model="openai:gpt-5-mini", temperature=0, system="Be brief.", sampling=Sampling(top_p=0.5)
    )
    assert asked.options == wanted


@pytest.mark.parametrize(
    "options", [{"temperature": 3}, {"top_p": -1}, {"role": "embedding"}, {"nonsense": 1}, {"max_tokens": 0}]
)
async def test_options_out_of_bounds_are_refused(house: House, options: dict[str, object]) -> None:
    answer = await house.client.post("/api/v1/ask", json={"text": "hello", "options": options})
    assert answer.status_code == 422
