"""Solo renders what llama.cpp renders: the templates of real files, side by side with its own server."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.events.llm import ChatMessage, ToolCall, ToolSpec
from app.kernel.errors import BrokenFile
from app.llm import wire
from app.llm.engines.table import build
from app.llm.port import Generation
from app.llm.prompts.header import header_of
from app.llm.prompts.library import NAMES
from app.llm.prompts.render import render, template_of
from app.llm.prompts.sandbox import compiled
from tests.conftest import MODELS
from tests.contracts.test_llm_engines import make_spec, run

pytestmark = [pytest.mark.real_time, pytest.mark.needs("models")]

SMALL = MODELS / "llm" / "smollm2-135m-instruct-q4_1.gguf"
SENSIBLE = MODELS / "llm" / "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"
TEMPLATES = Path(__file__).parent.parent.parent / "app" / "llm" / "prompts" / "templates"

TOLD = ChatMessage(role="system", content="Be brief.\nSay «so» where you don't know.")
HI = ChatMessage(role="user", content="Hi, <b>you</b> & {{ you }}!")
HELLO = ChatMessage(role="assistant", content="Hello.  ")
TIME = ChatMessage(role="user", content="  What time is it?\n\nHere, I mean.")
CLOCK = ToolSpec(
    name="clock",
    description="Tells the time in a zone.",
    parameters='{"type": "object", "properties": {"zone": {"type": "string"}}, "required": ["zone"]}',
)
CALLED = ChatMessage(
    role="assistant", tool_calls=(ToolCall(id="c1", name="clock", arguments='{"zone": "CET"}'),)
)
FOUND = ChatMessage(role="tool", content="12:00", tool_call_id="c1")
TALKS = {
    "one question": (HI,),
    "a question with a system prompt": (TOLD, HI),
    "several turns": (TOLD, HI, HELLO, TIME),
    "two in a row": (HI, TIME),
}


@contextmanager
def server(path: Path, template: str | None = None) -> Generator[httpx.Client]:
    """llama.cpp's own, with a template of ours or that of the file."""
    xllamacpp: Any = import_module("xllamacpp")
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_parallel, params.n_ctx = 1, 2048
    params.cpuparams.n_threads = 1
    params.verbosity = -1
    params.warmup = False
    if template is not None:
        params.chat_template = template
    running = xllamacpp.Server(params)
    with httpx.Client(base_url=running.listening_address, timeout=60, trust_env=False) as client:
        yield client
    del running
    gc.collect()


def theirs(client: httpx.Client, messages: tuple[ChatMessage, ...], tools: tuple[ToolSpec, ...] = ()) -> str:
    asked = Generation(messages, 1, 0.0, tools=tools)
    body: dict[str, Any] = {
        "messages": wire.messages(asked),
        "chat_template_kwargs": {"enable_thinking": False},
    }
    if tools:
        body["tools"] = wire.options(asked, local=True)["tools"]
    reply = client.post("/apply-template", json=body)
    assert reply.status_code == 200, reply.text
    return reply.json()["prompt"]


@pytest.mark.parametrize("path", [SMALL, SENSIBLE], ids=["smollm2", "qwen2.5"])
def test_the_templates_of_real_files_are_rendered_as_llama_cpp_renders_them(path: Path) -> None:
    header = header_of(path)
    assert template_of(header).origin == "own"
    assert template_of(header).stand_in is None
    with server(path) as client:
        for name, messages in TALKS.items():
            assert render(messages, header).text == theirs(client, messages), name


def test_tools_calls_and_results_are_rendered_as_llama_cpp_renders_them() -> None:
    header = header_of(SENSIBLE)
    with server(SENSIBLE) as client:
        for messages in ((HI,), (TOLD, HI, CALLED, FOUND)):
            assert _same(render(messages, header, tools=[CLOCK]).text, theirs(client, messages, (CLOCK,)))


def _same(ours: str, other: str) -> bool:
    """But for the order and the blanks in what is JSON."""

    def parts(text: str) -> list[Any]:
        found: list[Any] = []
        for line in text.splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                found.append(line)
        return found

    return parts(ours) == parts(other)


def test_the_library_is_rendered_by_llama_cpp_as_by_solo() -> None:
    """The stand-ins of `template_for` are given to it: it must read them the same way."""
    header = header_of(SMALL)
    for name in NAMES:
        source = (TEMPLATES / f"{name}.jinja").read_text(encoding="utf-8")
        messages = TALKS["several turns"]
        able = template_of(type(header)(template=source, bos=header.bos, eos=header.eos)).able
        if not able.system:
            messages = messages[1:]
        plain = [{"role": message.role, "content": message.content} for message in messages]
        ours = compiled(source).render(
            {
                "messages": plain,
                "bos_token": header.bos,
                "eos_token": header.eos,
                "add_generation_prompt": True,
            }
        )
        with server(SMALL, source) as client:
            assert theirs(client, messages).removeprefix(header.bos) == ours.removeprefix(header.bos), name


def with_template(template: str, path: Path) -> Path:
    """The small model with another template of the same length: its header is changed, the weights stay."""
    own = header_of(SMALL).template
    assert own is not None
    room = len(own.encode())
    path.write_bytes(SMALL.read_bytes().replace(own.encode(), template.ljust(room).encode()))
    assert (header_of(path).template or "").rstrip() == template
    return path


BOMB = "".join(f"{{% for {name} in range(9999) %}}" for name in "abc") + "{% endfor %}" * 3


def test_a_real_file_with_a_hostile_template_gets_another_in_bounded_time(tmp_path: Path) -> None:
    hostile = with_template(BOMB, tmp_path / "smollm2-hostile.gguf")
    began = time.monotonic()
    stand_in = template_of(header_of(hostile)).stand_in
    assert time.monotonic() - began < 20
    assert stand_in is not None
    with pytest.raises(BrokenFile):
        compiled(BOMB).render({})
    with server(hostile, stand_in) as client:
        assert theirs(client, (TOLD, HI)) == render((TOLD, HI), header_of(hostile)).text


@pytest.mark.anyio
async def test_the_engine_answers_from_a_file_with_a_hostile_template(tmp_path: Path) -> None:
    """By itself llama.cpp would render it when it loads the file, and never come back."""
    hostile = with_template(BOMB, tmp_path / "smollm2-hostile.gguf")
    engine = build(make_spec(engine="xllamacpp", model=str(hostile)))
    await engine.load()
    text, end = await run(engine, Generation((HI,), 8, 0.0))
    await engine.close()
    assert text
    assert end.prompt_tokens > 5
