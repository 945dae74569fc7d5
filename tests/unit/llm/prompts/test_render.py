"""From a conversation and a file's header to the text that a model continues."""

from __future__ import annotations

import struct
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from app.events.llm import ChatMessage, ToolCall, ToolSpec
from app.kernel.errors import BrokenFile, NotFound, TooLarge
from app.llm.prompts.folding import NOTHING_SAID, Abilities, fold
from app.llm.prompts.header import PromptHeader, header_of
from app.llm.prompts.library import NAMES, choose
from app.llm.prompts.render import MOST_MESSAGES, Template, render, template_of

TOLD = ChatMessage(role="system", content="Be brief.")
HI = ChatMessage(role="user", content="Hi")
HELLO = ChatMessage(role="assistant", content="Hello.")
TIME = ChatMessage(role="user", content="Time?")
TALK = (TOLD, HI, HELLO, TIME)
CALLED = ChatMessage(
    role="assistant", tool_calls=(ToolCall(id="c1", name="clock", arguments='{"zone": "CET"}'),)
)
FOUND = ChatMessage(role="tool", content="12:00", tool_call_id="c1")


def library(name: str, **more: Any) -> PromptHeader:
    """A header for which `choose` takes this template."""
    called = {"zephyr": "TinyLlama", "deepseek_coder": "deepseek-coder", "deepseek_llm": "deepseek llm"}
    return PromptHeader(name=called.get(name, name.replace("llama", "llama-").replace("phi", "phi-")), **more)


AS_TRAINED = {
    "chatml": """<|im_start|>system
Be brief.<|im_end|>
<|im_start|>user
Hi<|im_end|>
<|im_start|>assistant
Hello.<|im_end|>
<|im_start|>user
Time?<|im_end|>
<|im_start|>assistant
""",
    "llama2": """<s>[INST] <<SYS>>
Be brief.
<</SYS>>

Hi [/INST] Hello. </s><s>[INST] Time? [/INST]""",
    "llama3": """<s><|start_header_id|>system<|end_header_id|>

Be brief.<|eot_id|><|start_header_id|>user<|end_header_id|>

Hi<|eot_id|><|start_header_id|>assistant<|end_header_id|>

Hello.<|eot_id|><|start_header_id|>user<|end_header_id|>

Time?<|eot_id|><|start_header_id|>assistant<|end_header_id|>

""",
    "mistral": "<s>[INST] Be brief.\n\nHi [/INST] Hello.</s>[INST] Time? [/INST]",
    "mixtral": "<s> [INST] Be brief.\n\nHi [/INST] Hello.</s> [INST] Time? [/INST]",
    "gemma": """<s><start_of_turn>user
Be brief.

Hi<end_of_turn>
<start_of_turn>model
Hello.<end_of_turn>
<start_of_turn>user
Time?<end_of_turn>
<start_of_turn>model
""",
    "phi3": """<|system|>
Be brief.<|end|>
<|user|>
Hi<|end|>
<|assistant|>
Hello.<|end|>
<|user|>
Time?<|end|>
<|assistant|>
""",
    "zephyr": """<|system|>
Be brief.</s>
<|user|>
Hi</s>
<|assistant|>
Hello.</s>
<|user|>
Time?</s>
<|assistant|>
""",
    "deepseek": (
        "<s>Be brief.<\uff5cUser\uff5c>Hi<\uff5cAssistant\uff5c>Hello.</s>"
        "<\uff5cUser\uff5c>Time?<\uff5cAssistant\uff5c>"
    ),
}


def stand_in(path: Path, metadata: dict[str, Any]) -> str | None:
    return template_of(header_of(gguf(path, metadata))).stand_in


class TestTheLibrary:
    @pytest.mark.parametrize("name", NAMES)
    def test_every_template_renders_a_talk_with_all_that_was_said(self, name: str) -> None:
        header = library(name, bos="<s>", eos="</s>")
        assert template_of(header).origin == name
        made = render(TALK, header)
        places = [made.text.index(message.content) for message in TALK]
        assert places == sorted(places)
        assert made.stops[0] == "</s>"
        assert len(made.text) < 400

    @pytest.mark.parametrize("name", NAMES)
    def test_what_was_rendered_once_begins_the_next_prompt_too(self, name: str) -> None:
        """The KV prefix holds."""
        header = library(name, bos="<s>", eos="</s>")
        before = render(TALK[:2], header).text
        assert render(TALK, header).text.startswith(before.rstrip())
        assert not render(TALK[:2], header, add_generation_prompt=False).text.startswith(before + "x")

    @pytest.mark.parametrize(("name", "text"), AS_TRAINED.items())
    def test_the_families_are_talked_to_as_they_were_trained(self, name: str, text: str) -> None:
        assert render(TALK, library(name, bos="<s>", eos="</s>")).text == text

    @pytest.mark.parametrize(
        ("name", "architecture", "marks", "template"),
        [
            ("Meta-Llama-3.1-8B-Instruct", "llama", {"<|start_header_id|>"}, "llama3"),
            ("llama-2-7b-chat", "llama", set(), "llama2"),
            ("TinyLlama-1.1B-Chat-v1.0", "llama", set(), "zephyr"),
            ("Mistral-7B-Instruct-v0.2", "llama", set(), "mistral"),
            ("Mixtral-8x7B-Instruct-v0.1", "llama", set(), "mixtral"),
            ("OpenHermes-2.5-Mistral-7B", "llama", {"<|im_start|>"}, "chatml"),
            ("Phi-3-mini-4k-instruct", "phi3", {"<|end|>", "<|assistant|>", "<|user|>"}, "phi3"),
            ("phi-2", "phi2", set(), "phi2"),
            ("Phi 4", "phi3", {"<|im_start|>", "<|im_sep|>"}, "phi4"),
            ("gemma-2-2b-it", "gemma2", {"<start_of_turn>"}, "gemma"),
            ("Qwen2.5 7B Instruct", "qwen2", {"<|im_start|>"}, "qwen"),
            ("DeepSeek R1 Distill Qwen 7B", "qwen2", {"<\uff5cUser\uff5c>"}, "deepseek"),
            ("DeepSeek-V2-Lite-Chat", "deepseek2", set(), "deepseek_llm"),
            ("deepseek-coder-6.7b-instruct", "llama", set(), "deepseek_coder"),
            ("my own", "llama", {"<|start_header_id|>"}, "llama3"),
            ("my own", "starcoder2", {"<|im_start|>"}, "chatml"),
            ("my own", "starcoder2", None, "chatml"),
        ],
    )
    def test_a_model_is_known_by_name_architecture_and_vocabulary(
        self, name: str, architecture: str, marks: set[str] | None, template: str
    ) -> None:
        known = None if marks is None else frozenset(marks)
        assert choose(PromptHeader(architecture, name, marks=known)) == template


class TestItsOwnTemplate:
    def test_is_used_where_it_works(self) -> None:
        source = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}{{ eos_token }}"
        made = render(TALK, PromptHeader(template=source, bos="<b>", eos="<e>"))
        assert made.text == "<system>Be brief.<user>Hi<assistant>Hello.<user>Time?<e>"
        assert made.add_bos

    @pytest.mark.parametrize(
        "source",
        [
            "{% for i in range(10**9) %}x{% endfor %}",
            "{{ ''.__class__.__mro__ }}",
            "{% if",
            "always the same",
            "{{ raise_exception('no') }}",
            "{% if tools %}"
            + "{% for i in range(90000) %}" * 2
            + "{% endfor %}" * 2
            + "{% endif %}{{ messages }}",
        ],
    )
    def test_is_replaced_where_it_is_broken_or_hostile(self, source: str) -> None:
        header = PromptHeader(template=source, name="gemma")
        found = template_of(header)
        assert found.origin == "gemma"
        assert found.why
        assert "<start_of_turn>" in render(TALK, header).text

    def test_that_breaks_at_one_conversation_is_replaced_for_that(self) -> None:
        source = "{{ messages[0].content }}{% if messages | length > 20 %}{{ nothing() }}{% endif %}"
        header = PromptHeader(template=source)
        assert template_of(header).origin == "own"
        assert "<|im_start|>" in render([HI, HELLO] * 20, header).text

    def test_says_when_it_has_begun_a_thought(self) -> None:
        source = "{{ messages[-1].content }}{% if add_generation_prompt %}<think>\n{% endif %}"
        assert render([HI], PromptHeader(template=source)).thinking == "<think>"
        assert render([HI], PromptHeader(template=source), add_generation_prompt=False).thinking == ""

    def test_that_wants_lists_of_parts_gets_them(self) -> None:
        parts = "{% for p in m.content %}{{ p.text }}{% endfor %}"
        source = "{% for m in messages %}{{ m.role }} " + parts + ";{% endfor %}"
        assert template_of(PromptHeader(template=source)).able.parts
        assert render([HI], PromptHeader(template=source)).text == "user Hi;"

    def test_gets_tools_calls_and_results(self) -> None:
        header = library("qwen", eos="<|im_end|>")
        tool = ToolSpec(name="clock", description="Tells the time.")
        text = render([HI, CALLED, FOUND], header, tools=[tool]).text
        assert '"description": "Tells the time."' in text
        assert '{"name": "clock", "arguments": {"zone": "CET"}}' in text
        assert "<tool_response>\n12:00\n</tool_response>" in text

    def test_that_adds_texts_gets_arguments_as_texts(self) -> None:
        source = (
            "{% for t in tools or [] %}{{ t.function.name }}{% endfor %}"
            "{% for m in messages %}{{ m.content }}{% for c in m.tool_calls or [] %}"
            "{{ c.function.name + c.function.arguments }}{% endfor %}{% endfor %}"
        )
        able = template_of(PromptHeader(template=source)).able
        assert able.tools
        assert not able.objects

    def test_no_conversation_is_too_long_for_a_sentence(self) -> None:
        with pytest.raises(TooLarge):
            render([HI] * (MOST_MESSAGES + 1), library("chatml"))
        assert render([HI, HELLO] * 1000, library("chatml")).text
        with pytest.raises(TooLarge):
            render([ChatMessage(role="user", content="x" * 3_000_000)], library("chatml"))


POOR = Abilities(system=False, late_system=False, tools=False, free=False)


class TestFolding:
    def test_what_the_model_is_told_goes_into_the_first_message_of_the_user(self) -> None:
        assert fold(TALK, POOR) == [ChatMessage(role="user", content="Be brief.\n\nHi"), HELLO, TIME]

    def test_without_anything_said_it_is_said_by_the_user(self) -> None:
        assert fold([TOLD], POOR) == [ChatMessage(role="user", content="Be brief.")]

    def test_neighbours_of_one_role_become_one_where_turns_are_wanted(self) -> None:
        joined = fold([HI, TIME, HELLO, HELLO], POOR)
        assert [(m.role, m.content) for m in joined] == [
            ("user", "Hi\n\nTime?"),
            ("assistant", "Hello.\n\nHello."),
        ]
        assert fold([HI, TIME], Abilities()) == [HI, TIME]

    def test_a_talk_that_the_assistant_begins_is_begun_by_the_user_there(self) -> None:
        assert [m.content for m in fold([HELLO, HI], POOR)] == [NOTHING_SAID, "Hello.", "Hi"]

    def test_tools_become_words_where_there_are_none(self) -> None:
        folded = fold([HI, CALLED, FOUND, TIME], POOR)
        assert [m.role for m in folded] == ["user", "assistant", "user"]
        assert folded[1].content == '{"name": "clock", "arguments": {"zone": "CET"}}'
        assert folded[2].content == "(Result of clock)\n12:00\n\nTime?"

    def test_a_late_instruction_is_kept(self) -> None:
        assert "Be brief." in fold([HI, HELLO, TOLD, TIME], POOR)[-1].content
        assert fold([HI, TOLD], Abilities()) == [HI, TOLD]

    @given(
        st.lists(st.sampled_from([TOLD, HI, HELLO, TIME, CALLED, FOUND]), max_size=12),
        st.booleans(),
        st.booleans(),
    )
    def test_nothing_that_was_said_is_lost_and_turns_are_taken(
        self, messages: list[ChatMessage], system: bool, late: bool
    ) -> None:
        folded = fold(
            messages, Abilities(system=system, late_system=late and system, tools=False, free=False)
        )
        text = "\n".join(message.content for message in folded)
        for message in messages:
            assert message.content in text
        spoken = [message.role for message in folded if message.role != "system"]
        assert all(one != other for one, other in zip(spoken, spoken[1:], strict=False)) or late
        assert spoken[:1] in ([], ["user"]) or late

    @given(st.lists(st.sampled_from([HI, HELLO, TIME, CALLED, FOUND]), min_size=1, max_size=10))
    def test_a_talk_that_goes_on_with_the_other_side_keeps_its_beginning(
        self, messages: list[ChatMessage]
    ) -> None:
        shorter = fold([TOLD, HI, *messages], POOR)
        after = HELLO if shorter[-1].role == "user" else TIME
        assert fold([TOLD, HI, *messages, after], POOR)[: len(shorter)] == shorter


def gguf(path: Path, pairs: dict[str, Any], *, count: int | None = None) -> Path:
    """A file that has a header and nothing else."""

    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value.encode())) + value.encode()

    def one(value: Any) -> bytes:
        if isinstance(value, str):
            return struct.pack("<I", 8) + text(value)
        if isinstance(value, int):
            return struct.pack("<II", 4, value)
        return struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(text, value))

    body = b"".join(text(key) + one(value) for key, value in pairs.items())
    path.write_bytes(struct.pack("<IIQQ", 0x46554747, 3, 0, len(pairs) if count is None else count) + body)
    return path


WHOLE = {
    "general.architecture": "qwen2",
    "general.name": "Small",
    "tokenizer.ggml.tokens": ["<s>", "a", "<|im_start|>", "</s>"],
    "tokenizer.ggml.bos_token_id": 0,
    "tokenizer.ggml.eos_token_id": 3,
    "tokenizer.chat_template": "{% for m in messages %}" + " " * 500 + "{{ m.content }}{% endfor %}",
}


class TestTheHeader:
    def test_says_how_the_model_wants_to_be_talked_to(self, tmp_path: Path) -> None:
        found = header_of(gguf(tmp_path / "small-q4.gguf", WHOLE))
        assert (found.architecture, found.bos, found.eos) == ("qwen2", "<s>", "</s>")
        assert found.name == "Small small-q4"
        assert found.template == WHOLE["tokenizer.chat_template"]
        assert found.marks == {"<|im_start|>"}

    def test_of_an_engine_that_has_read_it_gives_the_same(self, tmp_path: Path) -> None:
        found = header_of(gguf(tmp_path / "x.gguf", WHOLE))
        made = PromptHeader.of_metadata(WHOLE, file="x", bos="<s>", eos="</s>")
        assert (made.template, made.name, made.architecture) == (
            found.template,
            found.name,
            found.architecture,
        )

    @pytest.mark.parametrize(
        ("template", "marked"),
        [
            ("<|im_start|>{{ m.role }}", True),
            ("<|start_header_id|>{{ m.role }}", True),
            ("{{ bos_token }}[INST] {{ m.content }} [/INST]", True),
            ("USER: {{ m.content }} ASSISTANT:", False),
            ("### Response:", False),
        ],
    )
    def test_signs_for_who_speaks_are_told_from_words_for_it(self, template: str, marked: bool) -> None:
        assert Template(template, "own", template_of(PromptHeader()).able).marked is marked

    def test_what_stands_in_for_a_template_is_told(self, tmp_path: Path) -> None:
        assert stand_in(tmp_path / "good.gguf", WHOLE) is None
        without = {key: value for key, value in WHOLE.items() if "template" not in key}
        assert "<|im_start|>" in (stand_in(tmp_path / "none.gguf", without) or "")
        hostile = WHOLE | {"tokenizer.chat_template": "{% for i in range(10**9) %}{% endfor %}"}
        assert "<|im_start|>" in (stand_in(tmp_path / "bad.gguf", hostile) or "")
        huge = WHOLE | {"tokenizer.chat_template": "x" * 300_000}
        assert "<|im_start|>" in (stand_in(tmp_path / "huge.gguf", huge) or "")

    def test_that_claims_the_impossible_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(BrokenFile):
            header_of(gguf(tmp_path / "many.gguf", {}, count=1 << 60))
        with pytest.raises(NotFound):
            header_of(tmp_path / "none.gguf")

    @given(st.data())
    @examples(max_examples=40)
    def test_cut_or_changed_anywhere_ends_in_a_header_or_a_sentence(
        self, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
    ) -> None:
        path = gguf(tmp_path_factory.mktemp("gguf") / "x.gguf", WHOLE)
        content = bytearray(path.read_bytes())
        at = data.draw(st.integers(0, len(content) - 1))
        if data.draw(st.booleans()):
            content = content[:at]
        else:
            content[at] ^= data.draw(st.integers(1, 255))
        path.write_bytes(content)
        with suppress(BrokenFile):
            assert isinstance(template_of(header_of(path)), Template)
