"""What `solo run` and `solo talk` show of an ear that stays open."""

from __future__ import annotations

import pytest

from app.cli.happenings import SHOWN, friendly_line, plain_line
from app.events.base import Event
from app.events.voice import AttentionEvent, FillerEvent, NoJudgeEvent, NoSpeechEvent, UnspokenEvent


@pytest.mark.parametrize(
    ("event", "friendly", "plain"),
    [
        (AttentionEvent(state="listening", reason="follow_up"), "● still listening …", "LISTENING"),
        (AttentionEvent(state="asleep", reason="follow_up_over"), "○ no longer listening", "ASLEEP"),
        (NoSpeechEvent(reason="not_meant"), "○ that was not for me", "NOTHING not_meant"),
        (NoSpeechEvent(reason="farewell"), "○ no longer listening", "NOTHING farewell"),
        (NoSpeechEvent(reason="silence"), "○ nothing said", "NOTHING silence"),
        (FillerEvent(text="One moment."), "… One moment.", "MEANWHILE One moment."),
        (UnspokenEvent(reason="No voice."), "! not spoken: No voice.", "UNSPOKEN No voice."),
        (NoJudgeEvent(reason="No model."), "! end of turn: No model.", "JUDGE No model."),
    ],
)
def test_it_is_shown_to_people_and_to_programs(event: Event, friendly: str, plain: str) -> None:
    assert isinstance(event, SHOWN)
    line = friendly_line(event)
    assert line is not None
    assert line.plain == friendly
    assert plain_line(event) == plain


@pytest.mark.parametrize("state", ["asleep", "hearing", "thinking", "speaking"])
def test_other_states_are_not(state: str) -> None:
    event = AttentionEvent.model_validate({"state": state})
    assert friendly_line(event) is None
    assert plain_line(event) == ""
