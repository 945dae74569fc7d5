"""How a local model is best told of tools, and of what they said (docs/decisions/0043).

    python -m tests.bench.bench_tool_words [--model NAME ...] [--part PART] [--json FILE] [--show]

Three forms of the same requests: tools as the model's template tells of them, its words for them at the end
of the dialogue, and these with Solo's own sentence more. Then results of tools, as the template has them and
in words. Greedy; `--show` prints what went wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import time
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

from app.config.settings import Settings
from app.events.llm import ChatMessage, ToolCall, ToolSpec
from app.kernel.runtime import Runtime
from app.llm.engines import xllamacpp
from app.llm.engines.xllamacpp import XllamaCpp
from app.llm.port import Finished, Generation, Piece
from app.llm.prompts.late_tools import _ALONE as SENTENCE
from app.llm.prompts.late_tools import results_in_words
from app.skills.tools.plugged import house
from app.skills.tools.surroundings import Surroundings
from tests.bench import _llm
from tests.toolsentences import OTHERS

CONTEXT, TOKENS = 4096, 80
FORMS = ("template", "end", "end and sentence")
Arguments = dict[str, Any]
REQUESTS: Sequence[tuple[str, tuple[str, ...], Arguments]] = (
    ("Set a timer for seven minutes for the eggs.", ("set_timer",), {"minutes": 7}),
    ("What time is it in Tokyo?", ("get_time", "get_date"), {"place": "tokyo"}),
    ("Turn off the kitchen light.", ("set_light",), {"room": "kitchen"}),
    ("How will the weather be in Paris tomorrow?", ("get_weather",), {"city": "paris"}),
    ("Play something by Queen.", ("play_music", "set_volume"), {"what": "queen"}),
    ("Put milk on the shopping list.", ("shopping_list_add",), {"item": "milk"}),
    ("Lock the front door, please.", ("lock_door", "set_light"), {"locked": True}),
    ("Look up train strikes on the internet.", ("web_search",), {"query": "strike"}),
    ("Make it 21 degrees in the bedroom.", ("set_thermostat", "set_light", "get_weather"), {"degrees": 21}),
    ("What is 17 times 23?", ("calculate",), {"expression": "17"}),
    ("Send Anna a message that I am late.", ("send_message", "set_reminder"), {"to": "anna"}),
    ("What is on my calendar today?", ("calendar_list", "calendar_add"), {}),
    ("Wake me at half past six.", ("set_alarm", "set_timer", "set_reminder"), {"at": "6"}),
    ("Give the pasta timer two more minutes.", ("extend_timer", "set_timer"), {"minutes": 2}),
    ("Set your volume to thirty percent.", ("set_volume", "play_music"), {"percent": 30}),
    ("Which timers are running?", ("list_timers", "set_timer", "cancel_timer"), {}),
    ("Tell me a joke.", ("play_music",), {}),
    ("I am a bit tired today.", ("set_alarm", "set_timer"), {}),
    ("Thank you, that was helpful.", ("set_timer", "set_light"), {}),
    ("Who wrote Hamlet?", ("get_time", "calculate", "lock_door"), {}),
)
"""What is said, the tools that are offered (the first is meant) and what its arguments must say."""
NEEDLESS = 4
"""So many of the last ones want no tool."""
RESULTS = (
    ("How is the weather in Paris?", "get_weather", {"city": "Paris"}, "Sunny, 24 degrees.", "24"),
    ("What time is it in Tokyo?", "get_time", {"place": "Tokyo"}, "In Tokyo it is 9:40 pm.", "9:40"),
    ("Turn off the kitchen light.", "set_light", {"room": "kitchen"}, "The kitchen light is off.", "off"),
)
"""What was said, what was called for it, what that said, and what the answer must hold."""
RESULT_FORMS = (
    ("template", False, True),
    ("words", True, True),
    ("words, the tool not offered again", True, False),
)
HISTORY = tuple(
    ChatMessage(role=role, content=content)  # type: ignore[arg-type]
    for number in range(1, 16)
    for role, content in (
        ("user", f"Tell me something about the number {number}, please."),
        ("assistant", f"The number {number} stands between {number - 1} and {number + 1} on the line."),
    )
)


class _Watched(xllamacpp._Answer):  # a call is told when it is whole; its first token is seen only here
    first = 0.0

    def read(self, chunk: dict[str, Any]) -> list[Piece]:
        for choice in chunk.get("choices", ()):
            if choice["delta"].get("content") or choice["delta"].get("tool_calls"):
                _Watched.first = _Watched.first or time.perf_counter()
        return super().read(chunk)


class WithoutSentence(XllamaCpp):
    """The engine, had it no sentence of its own."""

    async def _body(self, request: Generation, slot: int) -> dict[str, Any]:
        body = await super()._body(request, slot)
        for message in body["messages"]:
            message["content"] = (message.get("content") or "").replace(f"\n{SENTENCE}", "")
        return body


async def loaded(args: argparse.Namespace, kind: type[XllamaCpp]) -> XllamaCpp:
    """The engine, with one slot."""
    engine = kind(_llm.spec_of(args, context=CONTEXT, slots=1))
    await engine.load()
    return engine


def offered() -> dict[str, ToolSpec]:
    """Solo's own tools and those of a household, by name."""
    own = house(Surroundings(Runtime.new(), Settings(data_dir=Path("data")))).tools()
    return {
        tool.name: ToolSpec(name=tool.name, description=tool.description, parameters=tool.parameters)
        for tool in (*own, *OTHERS)
    }


async def said(
    engine: XllamaCpp, messages: Sequence[ChatMessage], tools: tuple[ToolSpec, ...], *, template: bool
) -> tuple[str, Finished, float]:
    """Text, end and seconds to the first token. Without a dialogue the template is used as it is."""
    dialogue = None if template else "bench"
    request = Generation(tuple(messages), TOKENS, 0.0, dialogue=dialogue, tools=tools)
    began, text, end = time.perf_counter(), "", Finished("stop")
    _Watched.first = 0.0
    async with aclosing(engine.generate(request)) as steps:
        async for step in steps:
            text += step.text if isinstance(step, Piece) else ""
            end = step if isinstance(step, Finished) else end
    return text, end, (_Watched.first or time.perf_counter()) - began


def is_right(call: ToolCall, name: str, wanted: Arguments) -> bool:
    """The tool that is meant, with arguments that say so."""
    try:
        given = json.loads(call.arguments)
    except ValueError:
        return False
    return call.name == name and all(_says(given.get(key), value) for key, value in wanted.items())


def _says(given: Any, wanted: Any) -> bool:
    if isinstance(wanted, str):
        return wanted in str(given).casefold()
    return str(given).casefold() in (str(wanted).casefold(), str(float(wanted)))


async def forms(args: argparse.Namespace, form: str, tools: dict[str, ToolSpec]) -> dict[str, Any]:
    """All requests in one form."""
    engine = await loaded(args, WithoutSentence if form == "end" else XllamaCpp)
    right = left = 0
    first: list[float] = []
    try:
        for number, (text, names, wanted) in enumerate(REQUESTS):
            given = tuple(tools[name] for name in names)
            answer, end, seconds = await said(engine, _llm.messages(text), given, template=form == "template")
            first.append(seconds)
            if number < len(REQUESTS) - NEEDLESS:
                good = len(end.calls) == 1 and is_right(end.calls[0], names[0], wanted)
                right += good
            else:
                good = not end.calls
                left += good
            if args.show and not good:
                print(f"    {text} → {[(c.name, c.arguments) for c in end.calls]} {answer[:120]!r}")
        history = (_llm.SYSTEM, *HISTORY)
        greeting = (*history, ChatMessage(role="user", content="Hello."))
        await said(engine, greeting, (), template=form == "template")
        asked = (*history, ChatMessage(role="user", content=REQUESTS[2][0]))
        _, end, seconds = await said(engine, asked, (tools["set_light"],), template=form == "template")
    finally:
        await engine.close()
    return {
        "right": right,
        "left": left,
        "first_ms": round(1000 * statistics.median(first)),
        "in_talk": {
            "prompt": end.prompt_tokens,
            "read": end.prompt_tokens - end.cached_tokens,
            "first_ms": round(1000 * seconds),
        },
    }


async def results(
    args: argparse.Namespace, tools: dict[str, ToolSpec], *, words: bool, again: bool
) -> dict[str, int]:
    """What a tool said, in words or as the template has it, without and with a history. again: the tool is
    offered once more, as it is in a talk until a call comes a second time."""
    engine = await loaded(args, XllamaCpp)
    repeated = good = 0
    try:
        for before in ((), HISTORY[:8]):
            for text, name, arguments, told, wanted in RESULTS:
                call = ToolCall(id="call00000", name=name, arguments=json.dumps(arguments))
                messages = (
                    *(_llm.SYSTEM, *before, ChatMessage(role="user", content=text)),
                    ChatMessage(role="assistant", tool_calls=(call,)),
                    ChatMessage(role="tool", content=told, tool_call_id="call00000"),
                )
                shown = results_in_words(messages) if words else messages
                given = (tools[name],) if again else ()
                answer, end, _ = await said(engine, shown, given, template=not words)
                repeated += bool(end.calls)
                good += not end.calls and wanted in answer
                if args.show and (end.calls or wanted not in answer):
                    print(f"    {text} → {[c.name for c in end.calls]} {answer[:120]!r}")
    finally:
        await engine.close()
    return {"answered": good, "called_again": repeated, "of": 2 * len(RESULTS)}


async def measured(args: argparse.Namespace) -> dict[str, Any]:
    """Everything for one model."""
    tools = offered()
    found: dict[str, Any] = {}
    wanted = len(REQUESTS) - NEEDLESS
    for form in FORMS if args.part is None else [form for form in FORMS if form == args.part]:
        found[form] = one = await forms(args, form, tools)
        talk = one["in_talk"]
        print(
            f"{args.model}, {form}: {one['right']} of {wanted} calls right, "
            f"{one['left']} of {NEEDLESS} needless ones left, first token {one['first_ms']} ms; "
            f"in a talk {talk['read']} of {talk['prompt']} tokens read, first token {talk['first_ms']} ms",
            flush=True,
        )
    for name, words, again in RESULT_FORMS if args.part in (None, "results") else ():
        found[f"results, {name}"] = one = await results(args, tools, words=words, again=again)
        counts = f"{one['answered']} of {one['of']} answered, {one['called_again']} called again"
        print(f"{args.model}, results in {name}: {counts}", flush=True)
    return found


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", nargs="+", default=["qwen2.5-coder-0.5b-instruct"])
    parser.add_argument("--models-dir", type=Path, default=Path(os.environ.get("SOLO_MODELS_DIR", "models")))
    parser.add_argument("--json", type=Path)
    parser.add_argument("--part", choices=(*FORMS, "results"), help="only this")
    parser.add_argument("--show", action="store_true")
    args = parser.parse_args()
    xllamacpp._Answer = _Watched
    models: list[str] = args.model
    found: dict[str, Any] = {}
    for model in models:
        args.model = model
        found[model] = asyncio.run(measured(args))
    _llm.finish(args, {**found, "load": _llm.load()})


if __name__ == "__main__":
    main()
