"""What searching, forgetting and reading promise."""

from __future__ import annotations

import pytest

from tests.unit.api.scripted import House

pytestmark = pytest.mark.anyio


async def test_memories_are_found_and_forgotten(house: House) -> None:
    found = (await house.client.post("/api/v1/memory/search", json={"query": "sister"})).json()
    assert found["memories"][0]["text"] == "Ada is a sister"
    gone = await house.client.post("/api/v1/memory/forget", json={"ids": ["m1", "m2"]})
    assert gone.json() == {"forgotten": 2}


async def test_dialogues_are_read(house: House) -> None:
    assert (await house.client.get("/api/v1/dialogues")).json()["messages"][0]["content"] == "hi"
    assert (await house.client.get("/api/v1/dialogues?limit=0")).status_code == 422
    assert (await house.client.get("/api/v1/dialogues?limit=x")).status_code == 422
