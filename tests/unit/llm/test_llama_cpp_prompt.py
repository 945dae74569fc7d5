"""What llama-cpp-python is handed: Solo's own rendering of the conversation, not the library's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from app.events.llm import ChatMessage, ToolSpec
from app.kernel.errors import BadInput
from app.llm.engines.llama_cpp import LlamaCpp
from app.llm.port import Generation
from app.llm.prompts.header import PromptHeader
from tests.contracts.test_llm_engines import make_spec, run

pytestmark = pytest.mark.anyio

CHATML = (
    "{% if tools %}TOOLS {{ tools[0].function.name }}\n{% endif %}"
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}"
    "{% for c in m.tool_calls or [] %}{{ c.function.name }} {{ c.function.arguments | tojson }}{% endfor %}"
    "<|im_end|>\n{% endfor %}{{ '<|im_start|>assistant\n' }}"
)
WEATHER = ToolSpec(name="get_weather", description="Of a city.")
HELLO = ChatMessage(role="user", content="Hello")


class Library:
    """Stands where the compiled library's model would."""

    def __init__(self) -> None:
        self.input_ids = np.zeros(4096, dtype=np.intc)
        self.n_tokens = 0
        self.prompt = ""
        self.asked: dict[str, Any] = {}

    def tokenize(self, text: bytes, *, add_bos: bool, special: bool) -> list[int]:
        self.prompt = text.decode()
        return [1] * add_bos + [2] * len(text.split())

    def eval(self, tokens: list[int]) -> None:
        self.n_tokens += len(tokens)

    def close(self) -> None:
        """Frees nothing."""

    def create_completion(self, **asked: Any) -> list[dict[str, Any]]:
        self.asked = asked
        return [{"choices": [{"text": "Hi.", "finish_reason": "stop"}]}]


async def written(template: str | None, *said: ChatMessage, **changes: Any) -> tuple[Library, str]:
    """What the library was handed, and what came of it."""
    engine, library = LlamaCpp(make_spec(engine="llama_cpp")), Library()
    engine._llama = library
    engine._header = PromptHeader("qwen2", "Qwen", template, "<s>", "<|im_end|>")
    values = {"max_tokens": 8, "temperature": 0.0} | changes
    text, end = await run(engine, Generation(said, **values))
    await engine.close()
    assert end.finish == "stop"
    return library, text


async def test_the_file_s_own_template_is_rendered_in_the_sandbox() -> None:
    library, text = await written(CHATML, HELLO)
    assert library.prompt == "<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n"
    assert library.asked["prompt"][0] == 1, "the token that begins a prompt was not in the text yet"
    assert "<|im_end|>" in library.asked["stop"]
    assert text == "Hi."


async def test_an_answer_that_was_begun_is_gone_on_with() -> None:
    begun = ChatMessage(role="assistant", content="Well, ")
    library, _ = await written(CHATML, HELLO, begun)
    assert library.prompt.endswith("<|im_start|>assistant\nWell, ")


async def test_tools_stand_in_the_prompt_unless_none_may_be_called() -> None:
    assert "get_weather" in (await written(CHATML, HELLO, tools=(WEATHER,)))[0].prompt
    library, _ = await written(CHATML, HELLO, tools=(WEATHER,), tool_choice="none")
    assert "get_weather" not in library.prompt


async def test_a_hostile_template_is_replaced() -> None:
    endless = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    library, _ = await written(endless + CHATML, HELLO)
    assert "Hello" in library.prompt
    assert "<|im_start|>assistant" in library.prompt


async def test_a_thought_that_the_prompt_begins_is_part_of_what_comes() -> None:
    thinking = CHATML + "{{ '<think>\n' }}"
    assert (await written(thinking, HELLO))[1] == "<think>Hi."
    begun = ChatMessage(role="assistant", content="<think>Well, ")
    library, text = await written(thinking, HELLO, begun)
    assert library.prompt.count("<think>") == 1
    assert text == "Hi."


async def test_what_is_longer_than_the_window_is_said() -> None:
    with pytest.raises(BadInput, match="takes 2048"):
        await written(CHATML, ChatMessage(role="user", content="word " * 3000))
