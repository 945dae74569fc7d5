"""What a tool of a server says, as text for a model: pictures, sound and files are named in words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mcp_types import CallToolResult, ContentBlock

LONGEST = 200_000
"""Characters; whoever asks cuts further."""
NAME = 200
NOTHING = "It was done; the tool says nothing."


def text_of(result: CallToolResult) -> str:
    """All that it says, its data as JSON where no text says the same."""
    parts: list[str] = []
    room = LONGEST
    for block in result.content:
        if room <= 0:
            break
        parts.append(_words(block)[:room])
        room -= len(parts[-1])
    data = result.structured_content
    if data is not None and room > 0 and not _said(data, parts):
        parts.append(json.dumps(data, ensure_ascii=False)[:room])
    text = "\n".join(part for part in parts if part)
    return text or NOTHING


def _words(block: ContentBlock) -> str:
    if block.type == "text":
        return block.text
    if block.type == "image":
        return f"[an image, {_cut(block.mime_type)}, {_size(block.data)}]"
    if block.type == "audio":
        return f"[a sound, {_cut(block.mime_type)}, {_size(block.data)}]"
    if block.type == "resource_link":
        return f"[a link to {_cut(block.name)}: {_cut(block.uri)}]"
    inner = block.resource
    blob: str | None = getattr(inner, "blob", None)
    if blob is None:
        return f"[{_cut(inner.uri)}]\n{getattr(inner, 'text', '')}"
    return f"[a file, {_cut(inner.uri)}, {_cut(inner.mime_type or 'of unknown type')}, {_size(blob)}]"


def _said(data: Any, parts: list[str]) -> bool:
    """A text says the same as the data: servers give both, for clients that read only one."""
    simple = data.get("result") if isinstance(data, dict) and len(data) == 1 else None
    for part in parts:
        if simple is not None and part == (simple if isinstance(simple, str) else json.dumps(simple)):
            return True
        try:
            if part[:1] in ("{", "[") and json.loads(part) == data:
                return True
        except (ValueError, RecursionError):
            continue
    return False


def _size(base64: str) -> str:
    size = len(base64) * 3 // 4
    return f"{size} bytes" if size < 1000 else f"{round(size / 1000)} kB"


def _cut(text: object) -> str:
    words = "".join(c if c.isprintable() else " " for c in str(text)[: NAME + 1])
    return words if len(words) <= NAME else f"{words[: NAME - 1]}…"
