"""What came of one try: what is to be told, what is to be called, or what is wrong.  Pure; may take
milliseconds: call it in a thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from app.events.llm import ChatMessage, LLMResponseEvent, ToolCall
from app.llm.structure.calling import calls_in, distinct, fitting, seems_a_call
from app.llm.structure.plan import Plan
from app.llm.structure.shaping import shaped

NO_CALL = "It calls none of the tools that were to be used."
NO_SUCH_CALL = "It is not the call of a tool that there is, as JSON with `name` and `arguments`."


@dataclass(frozen=True, slots=True)
class Verdict:
    """text: what is to be told beyond what was; wrong: a sentence, empty where the answer can be used;
    finish: why it ended, where that is known better now."""

    text: str
    calls: tuple[ToolCall, ...] = ()
    wrong: str = ""
    finish: Literal["stop", "length", "tool_calls"] | None = None


def verdict(plan: Plan, rest: str, end: LLMResponseEvent, messages: Sequence[ChatMessage]) -> Verdict:
    """rest: what was not told yet of the answer; messages: of the request."""
    cut = end.finish == "length"
    calls, text = end.tool_calls, rest
    if not calls and plan.sought and not cut:
        text, calls = calls_in(rest, plan.sought)
    if calls:
        return Verdict(text, distinct(fitting(calls, plan.tools), messages))
    if not cut and plan.sought and (plan.forced or (plan.worded and seems_a_call(rest))):
        return Verdict("", (), NO_CALL if plan.forced else NO_SUCH_CALL)
    if plan.shape is None or plan.live:
        return Verdict(rest, finish="length" if cut else "stop")
    found = shaped(rest, plan.shape, cut=cut)
    if found.wrong and cut:
        return Verdict(rest, finish="length")  # as it came: whoever asked is told that it was cut off
    return Verdict(found.text, (), found.wrong, "stop")
