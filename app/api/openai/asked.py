"""From OpenAI's requests to Solo's. A rule file: shapes in, events out.

What would change the answer and cannot be had is refused by name; nothing is left out in silence.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

from app.api.openai.errors import BadParameter
from app.api.openai.schemas import (
    MOST_CHOICES,
    MOST_STOPS,
    ChatBody,
    CompletionBody,
    Format,
    Message,
    Part,
    Sampled,
    Tool,
)
from app.events.llm import (
    ChatMessage,
    LLMRequestEvent,
    Priority,
    Role,
    Sampling,
    Shape,
    ToolCall,
    ToolSpec,
)
from app.kernel.errors import TooLarge

UNHEARD: Final = {
    "logit_bias": "Solo does not weigh single tokens.",
    "audio": "Solo's answers are text; its voice is at /v1/audio/speech.",
    "web_search_options": "Solo does not search the web.",
    "functions": "Functions are named in `tools`.",
    "function_call": "Functions are chosen by `tool_choice`.",
    "suffix": "Solo does not fill in text between two others.",
}
"""Parameters that would change the answer, and why they are refused."""


def chat(body: ChatBody, model: str, role: Role, most_chars: int) -> LLMRequestEvent:
    """What the model is asked. model, role: see names.py. Raises BadParameter, TooLarge."""
    _refuse(body)
    if body.modalities not in (None, ["text"]):
        raise BadParameter("Solo's answers are text.", "modalities")
    messages = tuple(_message(message, place) for place, message in enumerate(body.messages))
    check_length((message.content for message in messages), most_chars)
    if body.top_logprobs is not None and not body.logprobs:
        raise BadParameter("`top_logprobs` needs `logprobs`.", "top_logprobs")
    tools = tuple(_tool(tool, place) for place, tool in enumerate(body.tools or ()))
    return LLMRequestEvent(
        messages=messages,
        role=role,
        model=model,
        max_tokens=body.max_completion_tokens or body.max_tokens,
        tools=tools,
        tool_choice=_choice(body.tool_choice, tools),
        shape=_shape(body.response_format),
        logprobs=max(1, body.top_logprobs or 0) if body.logprobs else None,
        **_common(body),
    )


def completions(body: CompletionBody, model: str, role: Role, most_chars: int) -> list[LLMRequestEvent]:
    """One request for each prompt. Raises BadParameter, TooLarge."""
    _refuse(body)
    if body.best_of not in (None, 1, body.n):
        raise BadParameter("Solo does not throw answers away: `best_of` must be `n`.", "best_of")
    texts = prompts(body)
    if len(texts) * (body.n or 1) > MOST_CHOICES:
        raise BadParameter(f"That is more than {MOST_CHOICES} answers at once.", "prompt")
    check_length(texts, most_chars)
    return [
        LLMRequestEvent(
            messages=(ChatMessage(role="user", content=text),),
            role=role,
            model=model,
            max_tokens=body.max_tokens,
            logprobs=None if body.logprobs is None else max(1, body.logprobs),
            **_common(body),
        )
        for text in texts
    ]


def prompts(body: CompletionBody) -> tuple[str, ...]:
    """The texts to be gone on with."""
    return texts_of(body.prompt, "prompt")


def texts_of(given: Any, param: str) -> tuple[str, ...]:
    """One text or several. Raises BadParameter for tokens, and for nothing at all."""
    texts = (given,) if isinstance(given, str) else tuple(given)
    if not texts or not all(isinstance(text, str) for text in texts):
        raise BadParameter(f"`{param}` must be text; numbers of tokens are not taken.", param)
    if "" in texts:
        raise BadParameter(f"`{param}` is empty.", param)
    return texts


def check_length(texts: Any, most: int) -> None:
    """Raise TooLarge when they have more characters together."""
    length = sum(len(text) for text in texts)
    if length > most:
        raise TooLarge(
            f"The text is {length} characters long; the limit is {most}.",
            hint="Raise it with SOLO_API__MAX_PROMPT_CHARS.",
        )


def thread(body: Sampled, request: LLMRequestEvent) -> str:
    """What requests of one conversation have in common, so that what the model has read of it counts:
    their `prompt_cache_key`, else how they begin (a client sends the whole conversation each time)."""
    parts = [request.model, request.role, body.prompt_cache_key or ""]
    if not body.prompt_cache_key:
        for message in request.messages:
            parts.append(message.content)
            if message.role == "user":
                break
    return "v1:" + hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


def _common(body: Sampled) -> dict[str, Any]:
    priority: Priority = "maintenance" if body.service_tier == "flex" else "chat"
    stop = (body.stop,) if isinstance(body.stop, str) else body.stop or ()
    if len(stop) > MOST_STOPS:
        raise BadParameter(f"`stop` takes {MOST_STOPS} texts at most.", "stop")
    return {
        "priority": priority,
        "temperature": body.temperature,
        "seed": body.seed,
        "stop": tuple(mark for mark in stop if mark),
        "sampling": Sampling(
            top_p=body.top_p,
            top_k=body.top_k,
            min_p=body.min_p,
            repeat_penalty=body.repeat_penalty,
            frequency_penalty=body.frequency_penalty,
            presence_penalty=body.presence_penalty,
        ),
    }


def _refuse(body: Sampled) -> None:
    for name, why in UNHEARD.items():
        if getattr(body, name, None):
            raise BadParameter(f"The parameter `{name}` cannot be served. {why}", name)


def _message(message: Message, place: int) -> ChatMessage:
    where = f"messages.{place}"
    if message.role == "tool" and not message.tool_call_id:
        raise BadParameter("A tool's message must say which call it answers.", f"{where}.tool_call_id")
    calls: list[ToolCall] = []
    for call in message.tool_calls or ():
        if call.function is None:
            raise BadParameter("Only functions can be called.", f"{where}.tool_calls")
        calls.append(ToolCall(id=call.id, name=call.function.name, arguments=call.function.arguments))
    return ChatMessage(
        role="system" if message.role == "developer" else message.role,
        content=_text(message.content, where),
        tool_calls=tuple(calls),
        tool_call_id=message.tool_call_id or "",
    )


def _text(content: str | tuple[Part, ...] | None, where: str) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    strange = next((part.type for part in content if part.type != "text" or part.text is None), None)
    if strange is not None:
        raise BadParameter(f"Solo reads text; a part of type {strange!r} is not taken.", f"{where}.content")
    return "\n".join(part.text or "" for part in content)


def _tool(tool: Tool, place: int) -> ToolSpec:
    if tool.type != "function" or tool.function is None:
        raise BadParameter(f"Tools are functions; {tool.type!r} is not taken.", f"tools.{place}")
    function = tool.function
    parameters = {"type": "object", "properties": {}} | (function.parameters or {})
    return ToolSpec(
        name=function.name, description=function.description or "", parameters=json.dumps(parameters)
    )


def _choice(choice: Any, tools: tuple[ToolSpec, ...]) -> str:
    names = {tool.name for tool in tools}
    if isinstance(choice, dict):
        choice = (choice.get("function") or {}).get("name") if choice.get("type") == "function" else None
        if choice in names:
            return str(choice)
    elif choice in (None, "auto", "none"):
        return choice or "auto"
    elif choice == "required" and names:
        return "required"
    raise BadParameter("`tool_choice` is auto, none, required, or one function of `tools`.", "tool_choice")


def _shape(form: Format | None) -> Shape | None:
    if form is None or form.type == "text":
        return None
    if form.type == "json_object":
        return Shape(kind="json")
    if form.json_schema is None or form.json_schema.schema_ is None:
        raise BadParameter("There is no schema in `response_format`.", "response_format.json_schema.schema")
    return Shape(kind="schema", text=json.dumps(form.json_schema.schema_))
