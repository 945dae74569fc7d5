from __future__ import annotations

from typing import Any

import pytest
from mcp_types import CallToolResult

from app.skills.tools.mcp.content import LONGEST, NOTHING, text_of


def said(*content: dict[str, Any], **more: Any) -> str:
    return text_of(CallToolResult.model_validate({"content": content, **more}))


def test_texts_are_joined_by_lines() -> None:
    assert said({"type": "text", "text": "One."}, {"type": "text", "text": "Zwei 🌍"}) == "One.\nZwei 🌍"


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({"type": "image", "data": "A" * 26_668, "mimeType": "image/png"}, "[an image, image/png, 20 kB]"),
        ({"type": "audio", "data": "AAAA", "mimeType": "audio/wav"}, "[a sound, audio/wav, 3 bytes]"),
        ({"type": "resource_link", "name": "notes", "uri": "file:///n"}, "[a link to notes: file:///n]"),
        ({"type": "resource", "resource": {"uri": "file:///n", "text": "Hi"}}, "[file:///n]\nHi"),
        (
            {"type": "resource", "resource": {"uri": "file:///n", "blob": "AAAA"}},
            "[a file, file:///n, of unknown type, 3 bytes]",
        ),
    ],
)
def test_what_is_no_text_is_named_in_words(block: dict[str, Any], words: str) -> None:
    assert said(block) == words


def test_data_are_told_once() -> None:
    data = {"city": "Rom", "degrees": 21}
    assert said(structuredContent=data) == '{"city": "Rom", "degrees": 21}'
    text = '{\n "degrees": 21, "city": "Rom"}'
    assert said({"type": "text", "text": text}, structuredContent=data) == text
    assert said({"type": "text", "text": "21 °"}, structuredContent={"result": "21 °"}) == "21 °"
    assert said({"type": "text", "text": "In Rom:"}, structuredContent=data).endswith("21}")


def test_nothing_is_said_in_words() -> None:
    assert said() == NOTHING


def test_it_has_an_end_and_names_do_not_break_lines() -> None:
    assert len(said(*[{"type": "text", "text": "x" * 90_000}] * 5)) <= LONGEST + 5
    assert "\n" not in said({"type": "image", "data": "", "mimeType": "a\nb" * 500})
