from pathlib import Path

import pytest

from app.kernel.runtime import Runtime
from app.voice.audio.frames import RATE
from app.voice.evals.read import read_scenario
from app.voice.evals.report import Result, report_of
from app.voice.evals.stage import Run
from tests.unit.voice.evals.solo import play

pytestmark = pytest.mark.anyio

QUESTION = """\
about: A question after the wake word.
play:
  - {name: call, say: wake}
  - {name: question, say: what is it, at: after call ends + 0.6 s}
expect:
  - wakes: 1
  - turns: 1
  - heard: capital of France
  - {turn: 1, answer: {matches: "it is Paris *"}}
  - spoken: Paris
  - answered: {after: question, within_ms: 1500}
  - {span: {name: pause, at_most_ms: 1000}, turn: 1}
  - absent: {until: question ends}
"""


def oks(run: Run) -> list[bool | None]:
    return [verdict.ok for verdict in run.verdicts]


async def test_a_question_is_played_and_judged(runtime: Runtime, tmp_path: Path) -> None:
    run = await play(runtime, tmp_path, QUESTION)
    assert oks(run) == [True, True, True, True, True, None, None, True]
    assert run.passed


async def test_in_real_time_waits_are_judged_too(runtime: Runtime, tmp_path: Path) -> None:
    run = await play(runtime, tmp_path, QUESTION, realtime=True)
    assert oks(run) == [True] * 8
    waited = run.verdicts[5].measured
    assert waited is not None
    assert 300 < waited < 1200


async def test_a_step_follows_on_what_happened(runtime: Runtime, tmp_path: Path) -> None:
    text = """\
about: Interrupting.
settings: {voice.wake.engine: none}
play:
  - {name: first, say: what is it}
  - {name: over, say: no wait, at: after the answer begins + 700 ms}
expect:
  - interruptions: 1
  - silent: {after: over begins, within_ms: 350}
  - answers: 2
  - {turn: 1, spoken: {contains: it is, lacks: time}}
  - {turn: 2, spoken: time}
"""
    run = await play(runtime, tmp_path, text, wake="none")
    assert oks(run) == [True] * 5, run.verdicts
    happened = run.journal.happened
    assert happened.steps["over"].begin - happened.answers[0].begin == pytest.approx(0.7 * RATE, abs=600)


async def test_what_was_not_as_expected_says_what_it_was(runtime: Runtime, tmp_path: Path) -> None:
    text = (
        QUESTION[: QUESTION.index("expect:")]
        + """\
expect:
  - wakes: 0
  - turns: {at_least: 2}
  - heard: {equals: something else, wrong_words: 1}
  - answer: {lacks: Paris}
  - {answer: Paris, turn: 3}
  - absent: {from: question ends}
  - silent: {after: the interruption, within_ms: 10}
"""
    )
    run = await play(runtime, tmp_path, text)
    assert oks(run) == [False] * 7
    whys = [verdict.why for verdict in run.verdicts]
    assert whys[0] == "there was 1"
    assert whys[2] == "it was “what is the capital of france”"
    assert whys[4] == "there is no turn 3; there were 1"
    assert whys[5].startswith("something was heard from 3.")
    assert whys[6] == "“the interruption” never came"


async def test_a_step_that_never_comes_fails_the_run_and_does_not_hang(
    runtime: Runtime, tmp_path: Path
) -> None:
    text = """\
about: Nobody wakes up, so nothing is answered.
play:
  - {name: first, say: what is it}
  - {name: over, say: no wait, at: after the answer begins}
expect:
  - turns: 0
  - silent: {after: over begins, within_ms: 100}
"""
    run = await play(runtime, tmp_path, text)
    assert oks(run) == [True, False]
    assert not run.passed
    assert "over was never played" in run.verdicts[1].why
    assert run.journal.talk.seconds < 30


async def test_a_test_is_cut_off_at_its_length(runtime: Runtime, tmp_path: Path) -> None:
    text = """\
about: Too long.
seconds: 5
play:
  - {noise: white, dbfs: -60, seconds: 60}
expect:
  - turns: 0
"""
    run = await play(runtime, tmp_path, text)
    assert run.journal.talk.seconds < 7


async def test_runs_are_summed_up_with_a_rate_for_each_expectation(runtime: Runtime, tmp_path: Path) -> None:
    good = await play(runtime, tmp_path, QUESTION)
    bad = await play(runtime, tmp_path, QUESTION, lines=("something",))
    result = Result(read_scenario(tmp_path / "test.yaml"), [good, bad])
    assert not result.passed
    rows = result.rows()
    assert [row[:2] for row in rows[:3]] == [("ok", "2/2"), ("ok", "2/2"), ("FAILED", "1/2")]
    assert rows[5] == ("-", "", "answered within 1500 ms after question", "needs --realtime")
    report = report_of([result])
    assert report["passed"] is False
    assert report["tests"][0]["runs"][0]["talk"]["turns"][0]["heard"] == "what is the capital of france"
