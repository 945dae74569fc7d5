"""The shapes of OpenAI's requests, as far as Solo serves them; imports pydantic only.

Three kinds of fields: those that are heeded; those that change nothing here and are taken and forgotten,
as OpenAI does with many (`IGNORED`); and those that would change the answer and cannot be had, which
asked.py refuses by name.  What is in none of them is refused as unknown.
Source: OpenAI's API reference for chat completions, completions, embeddings and speech.
"""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

MOST_CHOICES: Final = 16
"""Answers that one request may ask for side by side."""
MOST_STOPS: Final = 16
"""Texts that may end an answer."""
MOST_TEXTS: Final = 2048
"""Texts of one request for embeddings."""

Json: TypeAlias = dict[str, Any]


class Wire(BaseModel):
    """A frozen shape; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Loose(BaseModel):
    """A frozen shape of which only these fields count: clients send back what they were sent."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Part(Loose):
    """A part of a message."""

    type: str
    text: str | None = None


class CalledFunction(Loose):
    """What an assistant called. arguments: JSON, as the model wrote it."""

    name: str = Field(max_length=200)
    arguments: str = "{}"


class Called(Loose):
    """One call of a tool."""

    id: str = Field(max_length=200)
    type: str = "function"
    function: CalledFunction | None = None


class Message(Loose):
    """One message."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | tuple[Part, ...] | None = None
    tool_calls: tuple[Called, ...] | None = None
    tool_call_id: str | None = Field(None, max_length=200)


class Function(Loose):
    """A function that may be called."""

    name: str = Field(min_length=1, max_length=200, pattern=r"^[a-zA-Z0-9_.-]+$")
    description: str | None = None
    parameters: Json | None = None


class Tool(Loose):
    """A tool that may be called."""

    type: str
    function: Function | None = None


class JsonSchema(Loose):
    """What the answer must look like."""

    name: str = Field("answer", max_length=200)
    schema_: Json | None = Field(None, alias="schema")


class Format(Loose):
    """In which form the answer is wanted."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchema | None = None


class StreamOptions(Loose):
    """include_usage: a last chunk tells what it cost."""

    include_usage: bool = False


class Ignored(Wire):
    """What changes nothing here."""

    user: Any = None
    metadata: Any = None
    store: Any = None
    safety_identifier: Any = None
    prompt_cache_retention: Any = None
    reasoning_effort: Any = None
    verbosity: Any = None
    prediction: Any = None


class Sampled(Ignored):
    """What both kinds of completions have. top_k, min_p, repeat_penalty: what OpenAI has not and local
    engines have. service_tier: with `flex` others go first. prompt_cache_key: requests with the same one
    go on with the same text."""

    model: str = Field("", max_length=300)
    max_tokens: int | None = Field(None, ge=1)
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, ge=0, le=1)
    top_k: int | None = Field(None, ge=0)
    min_p: float | None = Field(None, ge=0, le=1)
    repeat_penalty: float | None = Field(None, ge=0, le=10)
    frequency_penalty: float | None = Field(None, ge=-2, le=2)
    presence_penalty: float | None = Field(None, ge=-2, le=2)
    n: int | None = Field(None, ge=1, le=MOST_CHOICES)
    seed: int | None = None
    stop: str | tuple[str, ...] | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    service_tier: str | None = None
    prompt_cache_key: str | None = Field(None, max_length=200)
    logit_bias: Any = None


class ChatBody(Sampled):
    """Messages to be continued."""

    messages: tuple[Message, ...] = Field(min_length=1, max_length=4096)
    max_completion_tokens: int | None = Field(None, ge=1)
    tools: tuple[Tool, ...] | None = Field(None, max_length=128)
    tool_choice: str | Json | None = None
    parallel_tool_calls: bool | None = None
    response_format: Format | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = Field(None, ge=0, le=20)
    audio: Any = None
    modalities: Any = None
    web_search_options: Any = None
    functions: Any = None
    function_call: Any = None


class CompletionBody(Sampled):
    """Text to be gone on with."""

    prompt: str | tuple[str, ...] | tuple[int, ...] | tuple[tuple[int, ...], ...]
    echo: bool | None = None
    logprobs: int | None = Field(None, ge=0, le=5)
    best_of: int | None = None
    suffix: str | None = None


class EmbeddingBody(Ignored):
    """Texts to be turned into vectors. input_type: a question finds passages."""

    input: str | tuple[str, ...] | tuple[int, ...] | tuple[tuple[int, ...], ...]
    model: str = Field("", max_length=300)
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = Field(None, ge=1)
    input_type: Literal["passage", "query"] = "passage"


class VoiceId(Loose):
    """A voice by its name."""

    id: str = Field(max_length=200)


class SpeechBody(Wire):
    """Text to be spoken. instructions: taken and forgotten; language: of the text."""

    input: str = Field(min_length=1)
    model: str = Field("", max_length=300)
    voice: str | VoiceId = Field("")
    response_format: Literal["mp3", "opus", "aac", "flac", "wav", "pcm"] = "mp3"
    speed: float = Field(1.0, ge=0.25, le=4.0)
    stream_format: Literal["audio", "sse"] = "audio"
    instructions: Any = None
    language: str | None = Field(None, min_length=2, max_length=16)
