"""What the engine makes of a model's tokens: prompt, pieces, calls and ends. The model has its answer ready;
the tokenizer is real."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from app.events.llm import ChatMessage, Shape, ToolSpec
from app.kernel.errors import BadInput, MissingExtra, Unsupported
from app.llm.checkpoints.loading import LoadedCheckpoint
from app.llm.checkpoints.sampler import Logits, Usual
from app.llm.engines.transformers_local import TransformersLocal
from app.llm.port import Finished, Generation
from app.llm.prompts.header import PromptHeader
from tests.contracts.test_llm_engines import make_spec, run

pytestmark = pytest.mark.anyio

CHATML = (
    "{% if tools %}TOOLS <tool_call> {{ tools[0].function.name }}\n{% endif %}"
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}"
    "{% for c in m.tool_calls or [] %}{{ c.function.name }} {{ c.function.arguments | tojson }}{% endfor %}"
    "<|im_end|>\n{% endfor %}{{ '<|im_start|>assistant\n' }}"
)
PLAIN = "{% for m in messages %}{{ m.content }}{% endfor %}"
WEATHER = ToolSpec(name="get_weather", description="Of a city.")
HELLO = ChatMessage(role="user", content="Hello")


def tokenizer() -> Any:
    """A token for each byte, and two marks."""
    words = {letter: number for number, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    made = Tokenizer(models.BPE(words, []))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken("<|im_start|>"), AddedToken("<|im_end|>")])
    return made


class Ready:
    """Stands where the model would, with its answer ready."""

    def __init__(self, words: Any, answer: str) -> None:
        self._words = words
        self._answer: list[int] = words.encode(answer, add_special_tokens=False).ids
        self.tokens: list[int] = []

    def read(self, prompt: list[int], cancelled: Callable[[], bool]) -> tuple[int, Logits | None]:
        self.tokens = list(prompt)
        self.prompt = self._words.decode(prompt, skip_special_tokens=False)
        return 3, self._next()

    def write(self, token: int) -> Logits:
        self.tokens.append(token)
        return self._next()

    def forget(self) -> None:
        """Keeps nothing."""

    def _next(self) -> Logits:
        logits = np.zeros(self._words.get_vocab_size(), dtype=np.float32)
        logits[self._answer.pop(0)] = 9
        return logits


async def written(
    answer: str, *said: ChatMessage, template: str = CHATML, **changes: Any
) -> tuple[Ready, str, Finished]:
    words = tokenizer()
    engine, model = TransformersLocal(make_spec(engine="transformers")), Ready(words, answer)
    engine._loaded = LoadedCheckpoint(None, words, frozenset(), Usual())
    engine._decoder = model  # type: ignore[assignment]
    engine._header = PromptHeader("qwen2", "Qwen", template, "", "<|im_end|>")
    values = {"max_tokens": 400, "temperature": 0.0} | changes
    try:
        text, end = await run(engine, Generation(said, **values))
    finally:
        engine._loaded = None
        await engine.close()
    return model, text, end


async def test_the_checkpoint_s_own_template_is_rendered_and_its_mark_ends_the_answer() -> None:
    model, text, end = await written("Grüße 日本!<|im_end|>more", HELLO)
    assert model.prompt == "<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n"
    assert text == "Grüße 日本!"
    assert (end.finish, end.cached_tokens, end.prompt_tokens) == (
        "stop",
        3,
        len("user\nHello\nassistant\n") + 3,
    )


async def test_an_answer_that_was_begun_is_gone_on_with() -> None:
    model, text, _ = await written("yes.<|im_end|>", HELLO, ChatMessage(role="assistant", content="Well, "))
    assert model.prompt.endswith("<|im_start|>assistant\nWell, ")
    assert text == "yes."


async def test_a_stop_text_over_several_tokens_ends_the_answer() -> None:
    _, text, end = await written("one two three four<|im_end|>", HELLO, stop=("three",))
    assert (text, end.finish) == ("one two ", "stop")


async def test_at_the_limit_it_ends_and_what_was_held_back_is_told() -> None:
    _, text, end = await written("one two three four", HELLO, stop=("threx",), max_tokens=12)
    assert (text, end.finish, end.completion_tokens) == ("one two thre", "length", 12)


async def test_a_call_is_no_text() -> None:
    call = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo"}}\n</tool_call><|im_end|>'
    model, text, end = await written(call, HELLO, tools=(WEATHER,))
    assert "TOOLS" in model.prompt
    assert (text, end.finish, end.calls[0].arguments) == ("", "tool_calls", '{"city": "Oslo"}')


async def test_a_call_that_must_be_made_is_begun_for_the_model() -> None:
    model, text, end = await written(
        '{"city": "Oslo"}}<|im_end|>', HELLO, tools=(WEATHER,), tool_choice="get_weather"
    )
    assert model.prompt.endswith('assistant\n<tool_call>\n{"name": "get_weather", "arguments": ')
    assert (text, end.calls[0].name, end.calls[0].arguments) == ("", "get_weather", '{"city": "Oslo"}')
    rest = 'get_weather", "arguments": {}}<|im_end|>'
    model, _, end = await written(rest, HELLO, tools=(WEATHER,), tool_choice="required")
    assert model.prompt.endswith('<tool_call>\n{"name": "')
    assert [call.name for call in end.calls] == ["get_weather"]


async def test_in_a_dialogue_tools_stand_before_the_last_words() -> None:
    model, _, _ = await written("Hi.<|im_end|>", HELLO, tools=(WEATHER,), dialogue="d")
    assert model.prompt.startswith("<|im_start|>user\nTOOLS <tool_call> get_weather")


async def test_what_the_checkpoint_cannot_do_is_said_before() -> None:
    with pytest.raises(Unsupported, match="knows no tools"):
        await written("Hi.", HELLO, template=PLAIN, tools=(WEATHER,))
    with pytest.raises(Unsupported, match="hold a model to a shape"):
        await written("Hi.", HELLO, shape=Shape())
    with pytest.raises(Unsupported, match="tell chances"):
        await written("Hi.", HELLO, logprobs=1)
    _, text, _ = await written("Hi.<|im_end|>", HELLO, template=CHATML, tools=(WEATHER,), tool_choice="none")
    assert text == "Hi."


async def test_what_is_longer_than_the_window_is_said() -> None:
    with pytest.raises(BadInput, match="takes 2048"):
        await written("", ChatMessage(role="user", content="word " * 3000))


async def test_the_window_ends_an_answer() -> None:
    long = ChatMessage(role="user", content="a" * 2020)
    _, text, end = await written("b" * 100, long, template=PLAIN)
    assert (text, end.finish) == ("b" * 28, "length")


async def test_without_its_packages_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.llm.checkpoints.loading.find_spec", lambda name: None)
    engine = TransformersLocal(make_spec(engine="transformers"))
    with pytest.raises(MissingExtra, match="transformers and torch") as caught:
        await engine.load()
    assert "--extra transformers" in caught.value.hint
    assert "install torch" in caught.value.hint
    await engine.close()
