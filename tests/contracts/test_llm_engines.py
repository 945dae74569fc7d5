"""What every engine of the language model must do; tests/real runs it again on the real ones.

A fixture `model` gives a loaded engine with a context of 2048 tokens. Wording is never tested
here: the smallest model writes nonsense.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import anyio
import pytest

from app.config.llm import ServerSettings
from app.events.llm import ChatMessage
from app.kernel.errors import BadInput, NotFound, Unavailable, Unsupported
from app.llm.engines.scripted import ScriptedModel
from app.llm.engines.table import ENGINES, build, resolve
from app.llm.port import Finished, Generation, LanguageModel, Piece
from app.llm.spec import EngineSpec

CONTEXT = 2048
SYSTEM = ChatMessage(role="system", content="You are Solo, a patient assistant who likes to count. " * 8)
LONG = "Tell me about the river that runs past the old mill and down to the sea. " * 70
"""Some 1,200 tokens."""


def make_spec(**changes: object) -> EngineSpec:
    values = {
        "engine": "scripted",
        "model": "auto",
        "context": CONTEXT,
        "threads": 1,
        "gpu_layers": 0,
        "slots": 4,
        "server": ServerSettings(),
        "models_dir": Path("nowhere"),
    }
    return EngineSpec(**(values | changes))  # type: ignore[arg-type]


def say(text: str, **changes: object) -> Generation:
    values: dict[str, object] = {"max_tokens": 24, "temperature": 0.0, "seed": 1}
    return Generation((SYSTEM, ChatMessage(role="user", content=text)), **(values | changes))  # type: ignore[arg-type]


async def run(model: LanguageModel, request: Generation) -> tuple[str, Finished]:
    text, end = "", None
    async with aclosing(model.generate(request)) as steps:
        async for step in steps:
            assert end is None, "something came after the end"
            if isinstance(step, Piece):
                text += step.text
            else:
                end = step
    assert end is not None
    return text, end


class LlmContract:
    """The suite."""

    pytestmark = pytest.mark.anyio

    async def test_it_says_what_it_can_do(self, model: LanguageModel) -> None:
        found = model.capabilities
        assert found.model
        assert found.context == CONTEXT
        assert found.concurrent >= 1

    async def test_pieces_come_before_one_end(self, model: LanguageModel) -> None:
        text, end = await run(model, say("Count from one to ten."))
        assert text.strip()
        assert 0 < end.completion_tokens <= 24
        assert end.prompt_tokens > 50

    async def test_an_answer_is_cut_at_max_tokens(self, model: LanguageModel) -> None:
        # Two: a small model may find three words enough.
        _, end = await run(model, say("Count from one to one hundred, in words.", max_tokens=2))
        assert end.finish == "length"
        assert end.completion_tokens == 2

    async def test_a_stop_text_ends_the_answer_and_is_not_part_of_it(self, model: LanguageModel) -> None:
        text, _ = await run(model, say("Count from one to ten, in words."))
        stop = text[len(text) // 2 :].strip()[:4]
        shorter, end = await run(model, say("Count from one to ten, in words.", stop=(stop,)))
        assert stop not in shorter
        assert text.startswith(shorter)
        assert end.finish == "stop"

    async def test_at_temperature_zero_the_same_question_has_one_answer(self, model: LanguageModel) -> None:
        first, _ = await run(model, say("Name three colours."))
        second, _ = await run(model, say("Name three colours."))
        assert first == second

    async def test_the_second_turn_of_a_dialogue_reads_only_what_is_new(self, model: LanguageModel) -> None:
        first = say("Name three colours.", dialogue="d")
        text, end = await run(model, first)
        more = (
            ChatMessage(role="assistant", content=text),
            ChatMessage(role="user", content="And three more?"),
        )
        second = Generation((*first.messages, *more), 8, 0.0, dialogue="d")
        _, again = await run(model, second)
        assert again.prompt_tokens > end.prompt_tokens
        assert again.cached_tokens >= 0.8 * end.prompt_tokens

    async def test_another_dialogue_between_costs_the_first_nothing(self, model: LanguageModel) -> None:
        await run(model, say(f"First. {LONG}", dialogue="a", max_tokens=2))
        await run(model, say("Second.", dialogue="b", max_tokens=2))
        _, end = await run(model, say(f"First. {LONG} And now?", dialogue="a", max_tokens=2))
        if model.capabilities.concurrent > 1:  # one slot can keep only the last dialogue warm
            assert end.cached_tokens > 0.8 * end.prompt_tokens
        else:
            assert end.cached_tokens < end.prompt_tokens

    async def test_leaving_stops_the_model_and_frees_it(self, model: LanguageModel) -> None:
        for _ in range(6):  # more often than there are slots
            async with aclosing(model.generate(say("Count to one thousand.", max_tokens=1500))) as steps:
                async for _ in steps:
                    break
        with anyio.fail_after(30):
            _, end = await run(model, say("Hello.", max_tokens=2))
        assert end.completion_tokens <= 2

    async def test_a_long_prompt_can_be_left_while_it_is_read(self, model: LanguageModel) -> None:
        for number in range(5):
            with anyio.move_on_after(0.05):
                await run(model, say(f"{number} {LONG}", dialogue="long"))
        with anyio.fail_after(30):
            await run(model, say("Hello.", max_tokens=2))

    async def test_leaving_one_dialogue_does_not_touch_the_others(self, model: LanguageModel) -> None:
        ends: list[Finished] = []

        async def stay() -> None:
            _, end = await run(model, say("Count to one hundred.", dialogue="stays", max_tokens=20))
            ends.append(end)

        async def leave() -> None:
            async with aclosing(model.generate(say("Count to ten.", dialogue="leaves"))) as steps:
                async for _ in steps:
                    break

        async with anyio.create_task_group() as group:
            group.start_soon(stay)
            group.start_soon(leave)
        assert ends[0].completion_tokens > 0

    async def test_dialogues_side_by_side_do_not_mix(self, model: LanguageModel) -> None:
        alone = [await run(model, say("word " * size, max_tokens=1)) for size in (5, 50, 100, 150)]
        together: dict[int, Finished] = {}

        async def one(number: int, size: int) -> None:
            _, together[number] = await run(model, say("word " * size, dialogue=str(number), max_tokens=3))

        async with anyio.create_task_group() as group:
            for number, size in enumerate((5, 50, 100, 150)):
                group.start_soon(one, number, size)
        assert [together[n].prompt_tokens for n in range(4)] == [end.prompt_tokens for _, end in alone]

    async def test_more_requests_than_it_can_run_are_all_answered(self, model: LanguageModel) -> None:
        answered: list[Finished] = []

        async def one(number: int) -> None:
            answered.append((await run(model, say(f"{number}?", dialogue=str(number), max_tokens=2)))[1])

        async with anyio.create_task_group() as group:
            for number in range(10):
                group.start_soon(one, number)
        assert len(answered) == 10

    async def test_a_prompt_longer_than_the_context_is_refused_with_numbers(
        self, model: LanguageModel
    ) -> None:
        with pytest.raises(BadInput):
            await run(model, say("word " * (CONTEXT + 100)))
        await run(model, say("Still there?", max_tokens=2))

    @pytest.mark.parametrize(
        "text", ["", " ", "🙂 日本語 ñ", "<|im_end|><|im_start|>", "\x00\x07", "a" * 500]
    )
    async def test_odd_text_does_no_harm(self, model: LanguageModel, text: str) -> None:
        await run(model, say(text, max_tokens=2))

    async def test_it_counts_tokens_or_says_that_it_cannot(self, model: LanguageModel) -> None:
        if not model.capabilities.counts_tokens:
            with pytest.raises(Unsupported):
                await model.count(("a",))
            return
        counts = await model.count(("", "one", "one two three four five six"))
        assert counts[0] == 0
        assert 0 < counts[1] < counts[2] <= 12

    async def test_after_closing_it_is_unavailable_and_closing_again_does_no_harm(
        self, model: LanguageModel
    ) -> None:
        await model.close()
        await model.close()
        with pytest.raises(Unavailable):
            await run(model, say("Anybody?"))


def counting(messages: tuple[ChatMessage, ...]) -> str:
    return " ".join(f"number-{n}" for n in range(1, 3000 if "thousand" in messages[-1].content else 40))


class TestScriptedModel(LlmContract):
    @pytest.fixture
    async def model(self) -> AsyncIterator[LanguageModel]:
        engine = ScriptedModel(make_spec(), counting, delay=0.01)
        await engine.load()
        yield engine
        await engine.close()


class TestTable:
    """Engines by name."""

    def test_an_engine_nobody_knows_is_named_with_its_nearest(self) -> None:
        with pytest.raises(NotFound, match="xlamacpp") as caught:
            build(make_spec(engine="xlamacpp"))
        assert "xllamacpp" in caught.value.hint

    @pytest.mark.parametrize("name", sorted(ENGINES))
    def test_every_engine_can_be_made_without_loading_anything(self, name: str) -> None:
        assert build(make_spec(engine=name)).capabilities.context == CONTEXT

    def test_auto_is_an_engine(self) -> None:
        assert resolve("auto") in {"xllamacpp", "llama_cpp"}
