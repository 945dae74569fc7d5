"""A model is told of its tools at the end of a dialogue, in its own template's words."""

from __future__ import annotations

import pytest

from app.events.llm import ChatMessage, ToolCall, ToolSpec
from app.llm.prompts.header import PromptHeader
from app.llm.prompts.late_tools import results_in_words, tool_words, with_words

LIGHT = ToolSpec(name="set_light", description="Switch a light.")
CLOCK = ToolSpec(name="get_time", description="What time it is.")
BLOCK = "# Tools\n{%- for t in tools %}{{ t | tojson }}\n{%- endfor %}Call: <tool_call>{}</tool_call>"


def header(where: str, block: str = BLOCK) -> PromptHeader:
    """Of a model whose template tells of tools in the system message, or in the first one of the person."""
    first = "{%- if messages[0].role == 'system' %}" if where == "system" else "{%- if false %}"
    source = (
        f"{first}<|im_start|>system\n{{{{ messages[0].content }}}}"
        f"{{%- if tools %}}{block}{{%- endif %}}<|im_end|>"
        f"{{%- elif tools and {where == 'system'} %}}<|im_start|>system\n{block}<|im_end|>{{%- endif %}}"
        "{%- for m in messages %}"
        f"{{%- if not (loop.first and m.role == 'system' and {where == 'system'}) %}}"
        "<|im_start|>{{ m.role }}\n{{ m.content }}"
        "{%- if m.tool_calls %}{{ m.tool_calls | tojson }}{%- endif %}"
        f"{{%- if tools and m.role == 'user' and {where == 'user'} %}}{block}{{%- endif %}}"
        "<|im_end|>{%- endif %}{%- endfor %}"
        "{%- if add_generation_prompt %}<|im_start|>assistant\n{%- endif %}"
    )
    return PromptHeader(architecture="qwen2", name="made", template=source, bos="", eos="<|im_end|>")


@pytest.mark.parametrize("where", ["system", "user"])
def test_the_words_are_those_of_the_template_wherever_it_puts_them(where: str) -> None:
    words = tool_words(header(where), (LIGHT, CLOCK))
    assert words.startswith("# Tools")
    assert "</tool_call>" in words
    assert "set_light" in words
    assert "get_time" in words
    assert "im_start" not in words
    assert "Zqx" not in words
    assert "Vkj" not in words


def test_a_template_that_knows_no_tools_has_no_words() -> None:
    assert tool_words(PromptHeader(name="tinyllama"), (LIGHT,)) is None


def test_calls_that_would_not_be_understood_are_left_to_the_template() -> None:
    assert tool_words(header("system", "[AVAILABLE_TOOLS]{{ tools | tojson }}"), (LIGHT,)) == ""


def test_the_words_stand_before_what_the_person_said_last_and_nothing_before_them_changes() -> None:
    talk = (
        ChatMessage(role="system", content="Be brief."),
        ChatMessage(role="user", content="Hi"),
        ChatMessage(role="assistant", content="Hello."),
        ChatMessage(role="user", content="Light, please."),
        ChatMessage(role="assistant", content="One moment."),
        ChatMessage(role="tool", content="on", tool_call_id="c"),
    )
    told = with_words(talk, "TOOLS")
    assert told[:3] == talk[:3]
    assert told[3].content == "TOOLS\n\nLight, please."
    assert told[4:] == talk[4:]
    assert with_words(talk[:1], "TOOLS") == talk[:1]


def test_what_tools_said_stands_behind_the_words_that_they_were_called_for() -> None:
    talk = (
        ChatMessage(role="system", content="Be brief."),
        ChatMessage(role="user", content="Weather and time?"),
        ChatMessage(
            role="assistant", tool_calls=(ToolCall(id="1", name="sky"), ToolCall(id="2", name="clock"))
        ),
        ChatMessage(role="tool", content="Rain.", tool_call_id="1"),
        ChatMessage(role="tool", content="Noon.", tool_call_id="2"),
        ChatMessage(role="assistant", content="Rain at noon."),
        ChatMessage(role="user", content="Thanks."),
    )
    told = results_in_words(talk)
    assert [message.role for message in told] == ["system", "user", "assistant", "user"]
    assert told[1].content == (
        "Weather and time?\n\n(You called sky, and it says: Rain.)"
        "\n\n(You called clock, and it says: Noon.)\nAnswer me from that, in words."
    )
    assert results_in_words(talk[:2]) == talk[:2]
    assert results_in_words(talk[:4])[1].content.startswith("Weather and time?\n\n(You called sky")
