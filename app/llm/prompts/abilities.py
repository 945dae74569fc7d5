"""Finds out what a template can render, by letting it render a few small conversations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from app.kernel.errors import BadInput, BrokenFile
from app.llm.prompts.folding import Abilities
from app.llm.prompts.sandbox import HostileTemplate, compiled

Plain = dict[str, Any]
_ASKED: Final = "solo-asked"
_TOLD: Final = "solo-told"
_LATE: Final = "solo-late"
_FOUND: Final = "solo-found"
_CALLED: Final = "solo_call"
_NEEDS: Final = "solo-needs"
_CHOICE: Final = {"type": "function", "function": {"name": _CALLED, "description": _CALLED, "parameters": {}}}


@lru_cache(maxsize=32)
def abilities(source: str, bos: str, eos: str) -> Abilities:
    """What the template can do. Raises BrokenFile when it cannot render one question, or is not to be
    trusted with one."""
    template = compiled(source)

    def shown(messages: Sequence[Plain], **more: Any) -> str:
        values: Mapping[str, Any] = {
            "messages": list(messages),
            "bos_token": bos,
            "eos_token": eos,
            "add_generation_prompt": True,
            "enable_thinking": False,
            **more,
        }
        return template.render(values)

    parts = _wants_parts(shown)

    def has(words: Sequence[str], *messages: Plain, **more: Any) -> bool:
        return _has(shown, words, [_content(message, parts) for message in messages], more)

    user = _message("user", _ASKED)
    answer = _message("assistant", "Yes.")
    if not has([_ASKED], user):
        raise _mute()
    objects, tools = _tools(has, user)
    return Abilities(
        system=has([_TOLD, _ASKED], _message("system", _TOLD), user),
        late_system=has([_LATE, _ASKED], user, answer, _message("system", _LATE), user),
        tools=tools,
        free=has([_ASKED, _LATE], user, _message("user", _LATE)) and has([_ASKED, "Yes."], answer, user),
        objects=objects,
        parts=parts,
    )


def _tools(has: Callable[..., bool], user: Plain) -> tuple[bool, bool]:
    """Are arguments objects, and are there tools at all?"""
    found = {**_message("tool", _FOUND), "tool_call_id": "call00001", "name": _CALLED}
    for arguments in ({_NEEDS: 1}, f'{{"{_NEEDS}": 1}}'):
        function = {"name": _CALLED, "arguments": arguments}
        called = {
            **_message("assistant", ""),
            "tool_calls": [{"id": "call00001", "type": "function", "function": function}],
        }
        if has([_CALLED, _NEEDS, _FOUND], user, called, found, tools=[_CHOICE]) and has(
            [_CALLED, _ASKED], user, tools=[_CHOICE]
        ):
            return not isinstance(arguments, str), True
    return True, False


def _wants_parts(shown: Callable[..., str]) -> bool:
    """Templates of models that see want contents as lists; most that read want texts."""
    if _has(shown, [_ASKED], [_message("user", _ASKED)], {}):
        return False
    return _has(shown, [_ASKED], [_content(_message("user", _ASKED), True)], {})


def _has(
    shown: Callable[..., str], words: Sequence[str], messages: Sequence[Plain], more: Mapping[str, Any]
) -> bool:
    """Does it render that, with these words in it? One that wants too much raises BrokenFile."""
    try:
        text = shown(messages, **more)
    except HostileTemplate:
        raise
    except (BadInput, BrokenFile):
        return False
    return all(word in text for word in words)


def _message(role: str, content: str) -> Plain:
    return {"role": role, "content": content}


def _content(message: Plain, parts: bool) -> Plain:
    if not parts:
        return message
    return {**message, "content": [{"type": "text", "text": message["content"]}]}


def _mute() -> BrokenFile:
    return BrokenFile("The model's chat template does not show what a person says.")
