"""How often does a small model answer in the shape that was asked for?  python -m tests.bench.bench_structure

The same twenty extractions, each way in a service of its own: by the grammar in the engine; in words, with
two repairs, and with none.  What is counted is how many valid answers come out, how many of them are right,
tokens and seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.config.llm import GenerationSettings, LlmSettings
from app.events.llm import ChatMessage, LLMRequestEvent, LLMResponseEvent, LLMUsedEvent, Shape
from app.kernel.errors import Unsupported
from app.kernel.runtime import Runtime
from app.llm.engines.xllamacpp import XllamaCpp
from app.llm.port import LlmCapabilities
from app.llm.service import LlmService
from app.llm.structure.validate import complaint


def shape(**properties: Any) -> Shape:
    return Shape(
        kind="schema",
        text=json.dumps(
            {
                "type": "object",
                "properties": properties,
                "required": [*properties],
                "additionalProperties": False,
            }
        ),
    )


TEXT, WHOLE, YES = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
TEXTS = {"type": "array", "items": TEXT}
PERSON = shape(name=TEXT, age=WHOLE)
TRIP = shape(city=TEXT, days=WHOLE)
MOOD = shape(mood={"enum": ["happy", "sad", "angry"]})
EVENT = shape(title=TEXT, weekday=TEXT, guests=TEXTS)
ORDER = shape(items={"type": "array", "items": json.loads(shape(name=TEXT, count=WHOLE).text)})
LAMP = shape(room=TEXT, on=YES)
TASKS: list[tuple[str, Shape, dict[str, Any]]] = [
    ("Anna is 34 years old.", PERSON, {"name": "Anna", "age": 34}),
    ("My brother Tom turned twelve (12) yesterday.", PERSON, {"name": "Tom", "age": 12}),
    ("At 81, Maria still swims every day.", PERSON, {"name": "Maria", "age": 81}),
    ("Peter, 45, works in a bakery.", PERSON, {"name": "Peter", "age": 45}),
    ("We go to Oslo for 3 days.", TRIP, {"city": "Oslo", "days": 3}),
    ("A week in Rome: 7 days of sun.", TRIP, {"city": "Rome", "days": 7}),
    ("She stayed 2 days in Paris.", TRIP, {"city": "Paris", "days": 2}),
    ("Ten days (10) in Kyoto were not enough.", TRIP, {"city": "Kyoto", "days": 10}),
    ("I won the race, what a day!", MOOD, {"mood": "happy"}),
    ("My dog died this morning.", MOOD, {"mood": "sad"}),
    ("How dare you shout at me!", MOOD, {"mood": "angry"}),
    (
        "Dinner on Friday with Ann and Bob.",
        EVENT,
        {"title": "Dinner", "weekday": "Friday", "guests": ["Ann", "Bob"]},
    ),
    (
        "Chess on Monday with Eva.",
        EVENT,
        {"title": "Chess", "weekday": "Monday", "guests": ["Eva"]},
    ),
    (
        "A concert on Sunday with Jo, Max and Lea.",
        EVENT,
        {"title": "concert", "weekday": "Sunday", "guests": ["Jo", "Max", "Lea"]},
    ),
    (
        "2 apples and 3 pears, please.",
        ORDER,
        {"items": [{"name": "apples", "count": 2}, {"name": "pears", "count": 3}]},
    ),
    ("I'd like 4 coffees.", ORDER, {"items": [{"name": "coffees", "count": 4}]}),
    (
        "One (1) loaf, 6 eggs.",
        ORDER,
        {"items": [{"name": "loaf", "count": 1}, {"name": "eggs", "count": 6}]},
    ),
    ("Switch the light in the kitchen on.", LAMP, {"room": "kitchen", "on": True}),
    ("Bedroom light off!", LAMP, {"room": "bedroom", "on": False}),
    ("It is dark in the hall, I want light there.", LAMP, {"room": "hall", "on": True}),
]


class WithoutShapes(XllamaCpp):
    """The engine, had it no grammar."""

    @property
    def capabilities(self) -> LlmCapabilities:
        return replace(super().capabilities, schema=False, grammar=False, tools=False)


async def tried(models: Path, model: str, engine: type[XllamaCpp], repairs: int, temperature: float) -> Any:
    runtime = Runtime.new()
    role = GenerationSettings(engine="xllamacpp", model=model, context=2048)
    settings = LlmSettings(generation=role, repairs=repairs, slots=1)
    service = LlmService(runtime, settings, models, engines=engine)
    ready = asyncio.Event()
    task = asyncio.create_task(service.run(ready.set))
    await ready.wait()
    valid = right = tokens = 0
    began = time.perf_counter()
    with runtime.bus.subscribe(LLMUsedEvent, name="bench") as accounts:
        for text, wanted, meant in TASKS:
            found = await _answer(runtime, text, wanted, temperature)
            if found is not None:
                valid += not complaint(found, wanted)
                right += _same(json.loads(found), meant)
        seconds = time.perf_counter() - began
        while accounts.pending():
            tokens += (await anext(aiter(accounts))).completion_tokens
    task.cancel()
    await asyncio.wait({task})
    return {"valid": valid, "right": right, "of": len(TASKS), "tokens": tokens, "seconds": round(seconds, 1)}


async def _answer(runtime: Runtime, text: str, wanted: Shape, temperature: float) -> str | None:
    request = LLMRequestEvent(
        messages=(ChatMessage(role="user", content=f"What does this say? {text}"),),
        shape=wanted,
        temperature=temperature,
        seed=1,
        max_tokens=150,
    )
    try:
        answer = await runtime.bus.request(request, LLMResponseEvent)
    except Unsupported:
        return None
    return answer.text if answer.finish == "stop" else None


def _same(found: Any, meant: Any) -> bool:
    return json.dumps(found, sort_keys=True).lower() == json.dumps(meant, sort_keys=True).lower()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models-dir", type=Path, default=Path("models"))
    parser.add_argument("--model", default="qwen2.5-coder-0.5b-instruct")
    parser.add_argument("--temperature", type=float, default=0.0)
    args = parser.parse_args()
    ways: list[tuple[str, type[XllamaCpp], int]] = [
        ("grammar", XllamaCpp, 2),
        ("words, 2 repairs", WithoutShapes, 2),
        ("words, no repair", WithoutShapes, 0),
    ]
    for name, engine, repairs in ways:
        found = asyncio.run(tried(args.models_dir, args.model, engine, repairs, args.temperature))
        print(f"{name:18} {json.dumps(found)}")


if __name__ == "__main__":
    main()
