"""Who has to go so that a model fits, and what is said where nothing helps."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.llm.models.admission import Resident, Wanted, leaving, no_room
from app.llm.models.estimate import estimate, most_context
from tests.unit.llm.models.test_estimate import GB, LLAMA2_13B, LLAMA3_8B

LLAMA = Wanted("llama", LLAMA3_8B, 16384)


def test_nobody_goes_where_it_fits() -> None:
    assert leaving(5, 5, [Resident("a", 9, 0.0)]) == ()


def test_whom_nobody_has_needed_for_longest_goes_first() -> None:
    loaded = [Resident("new", 4, 9.0), Resident("old", 4, 1.0), Resident("older", 4, 0.5)]
    assert leaving(5, 1, loaded) == ("older",)
    assert leaving(9, 1, loaded) == ("older", "old")


def test_who_would_go_for_nothing_stays() -> None:
    loaded = [Resident("little", 1, 0.0), Resident("large", 9, 1.0)]
    assert leaving(8, 0, loaded) == ("large",)
    assert leaving(11, 0, loaded) is None, "not even both would do: nobody goes"


RESIDENTS = st.lists(st.tuples(st.integers(0, 50), st.floats(0, 100)), max_size=8).map(
    lambda found: [Resident(number, takes, used) for number, (takes, used) in enumerate(found)]
)


@given(st.integers(0, 200), st.integers(-20, 100), RESIDENTS)
def test_enough_goes_and_nobody_too_many(needed: int, free: int, loaded: list[Resident[int]]) -> None:
    going = leaving(needed, free, loaded)
    if going is None:
        assert free + sum(one.takes for one in loaded) < needed
        return
    gone = [one for one in loaded if one.key in going]
    assert free + sum(one.takes for one in gone) >= needed or not gone
    for one in gone:
        assert free + sum(other.takes for other in gone) - one.takes < needed


def test_the_sentence_says_what_it_needs_what_is_free_and_what_would_do() -> None:
    error = no_room(LLAMA, 6 * GB)
    longest = most_context(LLAMA3_8B, 6 * GB, most=16384)
    assert error.message == (
        f"llama needs about 7.2 GB, 6.0 GB are free; with a context of {longest:,} it needs 6.0 GB."
    )
    assert LLAMA.takes(longest).ram <= 6 * GB
    assert "SOLO_LLM__GENERATION__CONTEXT" in error.hint
    assert no_room(replace(LLAMA, slots=3), GB).message == (
        f"llama needs about {LLAMA.takes().ram / 1e9 + 4.3:.1f} GB for 3 dialogues, 1.0 GB are free."
    )


def test_a_13b_in_4_bits_is_admitted_where_a_card_takes_most_of_it() -> None:
    card = Wanted("13b", LLAMA2_13B, 4096, vram=8 * GB)
    assert card.takes() == estimate(LLAMA2_13B, 4096, vram=8 * GB)
    assert card.takes().ram < 6 * GB < Wanted("13b", LLAMA2_13B, 4096).takes().ram


def test_as_many_layers_as_the_settings_say_go_to_the_card() -> None:
    for layers in (0, 1, 20, 41, 99):
        placed = replace(LLAMA, vram=8 * GB, layers=layers).takes()
        assert placed.layers == min(layers, LLAMA3_8B.blocks + 1)
    assert replace(LLAMA, layers=20).takes().layers == 0, "without a card none"
