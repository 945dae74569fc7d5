"""What /status remembers of the events that went by."""

from __future__ import annotations

from app.api.board import FOLLOWED, StatusBoard
from app.events.llm import ChainsEvent, RoleChain
from app.events.voice import AttentionEvent, NoSpeechEvent, PausesLearntEvent, SpeculationEvent


def test_the_share_of_work_that_was_thrown_away_is_counted() -> None:
    board = StatusBoard()
    assert SpeculationEvent in FOLLOWED
    for kept, ahead in ((True, 120.0), (False, 80.0), (True, 30.5)):
        board.take(SpeculationEvent(turn="t", kept=kept, ahead_ms=ahead), "now")
    early = board.early
    assert (early.kept, early.dropped, early.kept_ms, early.dropped_ms) == (2, 1, 150.5, 80.0)


def test_what_was_learnt_of_pauses_is_shown() -> None:
    board = StatusBoard()
    assert PausesLearntEvent in FOLLOWED
    assert board.pauses is None
    board.take(PausesLearntEvent(average_ms=812.34, count=9, stretch=1.2345), "now")
    assert board.pauses is not None
    assert board.pauses.model_dump() == {"average_ms": 812, "count": 9, "stretch": 1.23}


def test_what_got_no_answer_is_counted_by_the_reason() -> None:
    board = StatusBoard()
    assert NoSpeechEvent in FOLLOWED
    for reason in ("not_meant", "farewell", "not_meant"):
        board.take(NoSpeechEvent(turn="t", reason=reason), "now")
    assert board.unanswered == {"not_meant": 2, "farewell": 1}


def test_it_is_known_why_the_ear_is_open() -> None:
    board = StatusBoard()
    board.take(AttentionEvent(state="listening", reason="follow_up"), "now")
    assert (board.attention, board.attention_reason) == ("listening", "follow_up")


def test_who_answers_for_each_role_is_shown() -> None:
    board = StatusBoard()
    assert ChainsEvent in FOLLOWED
    chain = RoleChain(role="generation", targets=("openai:gpt-6-luna", "auto:auto"))
    board.take(ChainsEvent(chains=(chain,)), "now")
    assert board.chains == {"generation": ("openai:gpt-6-luna", "auto:auto")}
