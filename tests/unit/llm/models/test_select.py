"""A need in words finds the model for it, and says why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.errors import BadInput
from app.llm.models.entry import Entry
from app.llm.models.facts import Facts
from app.llm.models.need import Need, understood
from app.llm.models.select import Machine, select
from app.llm.models.shape import Shape

GB = 1_000_000_000
ROOMY, SMALL = Machine(64 * GB), Machine(2 * GB)


def model(name: str, billions: float, bits: float = 4.9, **facts: object) -> Entry:
    weights = int(billions * GB * bits / 8)
    shape = Shape(blocks=32, embedding=2048, heads=32, kv_heads=(8,), key=64, value=64, weights=weights)
    known = Facts(parameters=int(billions * GB), context=32768, shape=shape, read=True, template=True)
    return Entry(name, (Path(f"{name}.gguf"),), weights, replace(known, **facts))  # type: ignore[arg-type]


TINY = model("tiny", 0.135)
TOOLS = model("tools", 1.5, tools=True)
THINKER = model("thinker", 8, tools=True, thinks=True)
LARGE = model("large", 14, context=4096)
EVERY = (LARGE, THINKER, TINY, TOOLS)


@pytest.mark.parametrize(
    ("words", "machine", "name"),
    [
        ("smallest", ROOMY, "tiny"),
        ("smallest that can call tools", ROOMY, "tools"),
        ("best that fits", ROOMY, "large"),
        ("best that fits", SMALL, "tools"),
        ("best with 16k context", ROOMY, "thinker"),
        ("the best one that thinks", ROOMY, "thinker"),
        ("best within 3 GB", ROOMY, "tools"),
        ("quickest thinker", ROOMY, "thinker"),
        ("best, context 8192, tools", SMALL, "tools"),
    ],
)
def test_words_find_a_model(words: str, machine: Machine, name: str) -> None:
    choice = select(EVERY, understood(words), machine)
    assert choice.entry is not None
    assert choice.entry.name == name
    assert choice.reason.startswith(f"{name}: the ")


def test_the_reason_is_a_sentence_and_the_others_have_theirs() -> None:
    choice = select(EVERY, understood("smallest that can call tools"), ROOMY)
    assert choice.reason == "tools: the smallest of 2 that can call tools; it takes 1.2 GB of 64.0 GB."
    assert dict(choice.refused) == {
        "large": "its template knows no tools",
        "tiny": "its template knows no tools",
    }


def test_nothing_that_will_do_is_said() -> None:
    choice = select((TINY, LARGE), Need(tools=True), ROOMY)
    assert choice.entry is None
    assert choice.reason == "No model that is here will do (tiny: its template knows no tools)."
    assert select((), Need(), ROOMY).reason == "No model that is here will do."


def test_what_is_broken_or_no_model_is_never_chosen() -> None:
    broken, other = replace(LARGE, broken="It is cut."), model("mmproj", 20, kind="mmproj")
    choice = select((broken, other), Need(), ROOMY)
    assert choice.entry is None
    assert [why for _, why in choice.refused] == ["It is cut", "is no model that talks but mmproj"]


def test_more_bits_are_not_better_than_more_numbers_and_two_bits_are_not_worth_it() -> None:
    fine, plain, coarse = model("fine", 7, 8.5), model("plain", 13, 4.9), model("coarse", 14, 2.5)
    assert select((fine, plain), Need(), ROOMY).entry == plain
    assert select((fine, coarse), Need(), ROOMY).entry == fine


def test_a_card_takes_the_load_from_the_memory() -> None:
    assert select((LARGE,), Need(), Machine(6 * GB)).entry is None
    assert select((LARGE,), Need(), Machine(6 * GB, vram=8 * GB)).entry == LARGE


@pytest.mark.parametrize(
    ("words", "need"),
    [
        ("Smallest that can call tools", Need("smallest", tools=True)),
        ("best that fits", Need("best")),
        ("best qwen with 32k context", Need("best", context=32768, words=("qwen",))),
        ("16000 tokens", Need("best", context=16000)),
        ("at most 1.5 GB", Need("best", room=1_500_000_000)),
        ("smallest reasoning model", Need("smallest", thinking=True)),
    ],
)
def test_words_are_understood(words: str, need: Need) -> None:
    assert understood(words) == need


@pytest.mark.parametrize("words", ["", "   ", "x" * 301])
def test_no_words_and_too_many_are_refused(words: str) -> None:
    with pytest.raises(BadInput, match="Say in a few words"):
        understood(words)


@given(st.text(max_size=300))
def test_any_words_are_understood_or_refused(words: str) -> None:
    try:
        select(EVERY, understood(words), ROOMY)
    except BadInput:
        assert not words.strip()
