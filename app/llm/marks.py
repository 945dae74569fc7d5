"""The marks that chat templates put around messages and thoughts, as they look when a model writes them as
text.  Data only.

No mark begins another of its list, and none lies within another that is looked for at the same time.
"""

from __future__ import annotations

from typing import Final

END_MARKS: Final = (
    "<|im_end|>",
    "<|im_start|>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|start_header_id|>",
    "<|end|>",
    "<|user|>",
    "<|return|>",
    "<|EOT|>",
    "<end_of_turn>",
    "<start_of_turn>",
    "<eos>",
    "</s>",
    "[INST]",
    "<\uff5cend▁of▁sentence\uff5c>",
    "<\uff5cUser\uff5c>",
)
"""What ends a message, or begins the next one: the answer is over."""

THOUGHTS: Final = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("<seed:think>", "</seed:think>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<|channel|>analysis<|message|>", "<|end|>"),
)
"""What begins and ends what a model says to itself."""

STRAY: Final = (
    "<|channel|>final<|message|>",
    "<|channel|>commentary<|message|>",
    "<|start|>assistant",
)
"""What means nothing to people: the name of a channel."""

OPENINGS: Final = (
    "<|im_start|>assistant",
    "<|start_header_id|>assistant<|end_header_id|>",
    "<|assistant|>",
    "<start_of_turn>model",
    "<\uff5cAssistant\uff5c>",
    "<\uff5cbegin▁of▁sentence\uff5c>",
    "<|begin_of_text|>",
    "<bos>",
    "<s>",
    "[/INST]",
)
"""The end of the prompt, where a model repeats it before it answers."""

ASKERS: Final = (
    "<|im_start|>user\n",
    "<|start_header_id|>user<|end_header_id|>\n\n",
    "<|user|>\n",
    "<start_of_turn>user\n",
    "<\uff5cUser\uff5c>",
    "[INST] ",
    "User: ",
    "user: ",
    "user\n",
    "Human: ",
    "Question: ",
    "Q: ",
)
"""What may stand before the person's words, where a model repeats those."""

SPEAKERS: Final = ("assistant", "solo")
"""Names by which a model announces its own line, before a colon or a line break."""
