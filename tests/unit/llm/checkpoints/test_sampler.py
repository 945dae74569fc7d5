"""The next token is chosen by the request, else as the checkpoint recommends."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from app.events.llm import Sampling
from app.llm.checkpoints.sampler import Logits, Sampler, Usual

OPEN = Sampling(top_k=0, top_p=1.0, min_p=0.0)
USUAL = Usual()


def logits(*values: float) -> Logits:
    return np.asarray(values, dtype=np.float32)


def chosen(said: Logits, sampling: Sampling = OPEN, *, usual: Usual = USUAL) -> Counter[int]:
    sampler = Sampler(sampling, 1.0, 7, usual)
    return Counter(sampler.choose(said, []) for _ in range(2000))


def test_at_temperature_zero_it_is_the_likeliest() -> None:
    assert Sampler(Sampling(), 0.0, None, Usual()).choose(logits(1, 3, 2), []) == 1


def test_a_seed_gives_the_same_tokens_again_and_another_gives_others() -> None:
    flat = np.zeros(500, dtype=np.float32)

    def written(seed: int) -> list[int]:
        sampler = Sampler(OPEN, 1.0, seed, Usual())
        return [sampler.choose(flat, []) for _ in range(20)]

    assert written(3) == written(3) != written(4)
    assert len(written(-1)) == 20


def test_chances_are_those_of_the_logits() -> None:
    found = chosen(np.log(logits(0.6, 0.3, 0.1)))
    assert [abs(found[token] / 2000 - chance) < 0.05 for token, chance in enumerate((0.6, 0.3, 0.1))] == [
        True
    ] * 3


@pytest.mark.parametrize(
    ("sampling", "kept"),
    [
        (Sampling(top_k=2, top_p=1.0, min_p=0.0), {0, 1}),
        (Sampling(top_k=0, top_p=0.5, min_p=0.0), {0}),
        (Sampling(top_k=0, top_p=0.7, min_p=0.0), {0, 1}),
        (Sampling(top_k=0, top_p=0.0, min_p=0.0), {0}),
        (Sampling(top_k=0, top_p=1.0, min_p=0.4), {0, 1}),
        (Sampling(top_k=1), {0}),
    ],
)
def test_what_is_unlikely_is_left_out(sampling: Sampling, kept: set[int]) -> None:
    assert set(chosen(np.log(logits(0.55, 0.3, 0.15)), sampling)) == kept


def test_what_was_said_already_is_made_less_likely() -> None:
    said = logits(2.0, 1.9, -1.0)
    greedy = Sampler(Sampling(repeat_penalty=1.5), 0.0, None, Usual())
    assert greedy.choose(said, []) == 0
    assert greedy.choose(said, [0]) == 1
    assert Sampler(Sampling(presence_penalty=0.5), 0.0, None, Usual()).choose(said, [0]) == 1
    often = Sampler(Sampling(frequency_penalty=0.06), 0.0, None, Usual())
    assert (often.choose(said, [0]), often.choose(said, [0, 0])) == (0, 1)
    assert said[0] == 2.0, "the model's own are left as they are"


def test_what_the_checkpoint_recommends_holds_where_nothing_is_asked_for() -> None:
    said = np.log(logits(0.55, 0.3, 0.15))
    assert set(chosen(said, Sampling(), usual=Usual.of({"top_k": 1}))) == {0}
    assert set(chosen(said, OPEN, usual=Usual.of({"top_k": 1}))) == {0, 1, 2}


def test_a_recommendation_that_makes_no_sense_is_none() -> None:
    nonsense = {"top_k": -1, "top_p": "x", "min_p": True, "repetition_penalty": 0}
    assert Usual.of(nonsense) == Usual()
