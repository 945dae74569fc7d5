"""The labelled sentences; how the part that was held out does is measured by tests/bench/bench_claims.py."""

from __future__ import annotations

import pytest

from app.dialogue.claims.filter import ClaimFilter
from tests.unit.dialogue.claims.labelled import PARTS, Labelled, claims, innocent


def claimed(one: Labelled) -> str:
    watched = ClaimFilter(one.evidence, language=one.language)
    watched.feed(one.text)
    watched.finish()
    return watched.claim


def test_there_are_enough_sentences_to_judge_by() -> None:
    spoken = [one for part in PARTS for one in claims(part)]
    assert len(spoken) >= 250
    assert sum(one.unsupported for one in spoken) >= 150
    assert sum(len(innocent(part)) for part in PARTS) >= 290


@pytest.mark.parametrize(
    "one", [one for one in claims("rules") if one.unsupported], ids=lambda one: one.text[:40]
)
def test_a_claim_that_nothing_bears_out_is_caught(one: Labelled) -> None:
    assert claimed(one)


@pytest.mark.parametrize(
    "one", [one for one in claims("rules") if not one.unsupported], ids=lambda one: one.text[:40]
)
def test_a_claim_that_is_borne_out_is_told(one: Labelled) -> None:
    assert claimed(one) == ""


def test_of_innocent_answers_none_is_kept_back() -> None:
    assert [one.text for one in innocent("rules") if claimed(one)] == []


def test_the_part_that_was_held_out_does_no_worse_than_when_it_was_first_looked_at() -> None:
    spoken = [one for one in claims("held") if one.unsupported]
    borne_out = [one for one in claims("held") if not one.unsupported]
    assert sum(bool(claimed(one)) for one in spoken) >= 49
    assert sum(bool(claimed(one)) for one in borne_out) == 0
    assert sum(bool(claimed(one)) for one in innocent("held")) <= 2
