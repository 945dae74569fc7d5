from __future__ import annotations

from datetime import UTC, datetime

from app.dialogue.context import Line, Remembered, broken_off, compose, interrupted, prompt, window, within

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def line(sequence: int, role: str, sent: str, *, tokens: int = 10, finish: str = "") -> Line:
    return Line(
        str(sequence), "d", sequence, role, sent, sent, "shell", f"t{sequence}", NOW, "", finish, "", tokens
    )  # type: ignore[arg-type]


def talk(count: int, tokens: int = 10) -> list[Line]:
    return [line(n, "user" if n % 2 else "assistant", f"m{n}", tokens=tokens) for n in range(1, count + 1)]


def test_memories_stand_in_the_message_exactly_as_stored() -> None:
    sent = compose("And now?", [Remembered("a  b"), Remembered("c", "assistant")], cut=True)
    assert "- a  b\n" in sent
    assert sent.endswith("\n\nAnd now?")
    assert sent.index("I told you") < sent.index("You told me") < sent.index("interrupted")
    assert compose("And now?") == "And now?"


def test_every_prompt_begins_with_the_one_before() -> None:
    lines = talk(6)
    before = prompt("system", lines[:4], "m5", start=1, budget=1000).messages
    assert prompt("system", lines, "m7", start=1, budget=1000).messages[: len(before)] == before


def test_the_window_jumps_seldom_far_and_to_a_user_message() -> None:
    starts, start = [], 1
    for count in range(2, 80, 2):
        lines = talk(count)
        start = window(lines, start, 300)
        starts.append(start)
        kept = [one for one in lines if one.sequence >= start]
        assert sum(one.tokens + 8 for one in kept) <= 300
    assert len(set(starts)) < 10
    assert all(start % 2 == 1 for start in starts)


def test_a_message_larger_than_the_window_leaves_the_rest_out() -> None:
    assert window([line(1, "user", "x", tokens=900), line(2, "assistant", "y")], 1, 100) == 3


def test_a_question_that_failed_is_not_answered_later() -> None:
    lines = [line(1, "user", "lost", finish="failed"), line(2, "user", "again"), line(3, "assistant", "yes")]
    contents = [message.content for message in prompt("s", lines, "next", start=1, budget=1000).messages]
    assert contents == ["s", "again", "yes", "next"]


def test_neighbours_of_one_role_become_one_message() -> None:
    lines = [line(1, "user", "wait", finish="cancelled")]
    messages = prompt("", lines, "go on", start=1, budget=1000).messages
    assert [(message.role, message.content) for message in messages] == [("user", "wait\n\ngo on")]


def test_a_reply_that_broke_off_is_known_to_have() -> None:
    assert broken_off("Paris is ") == "Paris is—"
    assert broken_off("  ") == ""
    assert interrupted([line(1, "assistant", broken_off("Paris is"))])
    assert not interrupted([line(1, "assistant", "Paris.")])
    assert not interrupted([])


def test_memories_keep_to_their_budget() -> None:
    many = [Remembered("word " * 20) for _ in range(50)]
    assert 0 < len(within(many, 300)) < 12
    assert within(many, 0) == []
