"""The shapes of everything that goes in and out over HTTP; imports pydantic only.

/status and /health hold counts, times and ids, never what people said.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.api.wishes import AskOptions


class Schema(BaseModel):
    """A frozen shape; unknown fields in a request are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ErrorBody(Schema):
    """code: stable, for programs; message: one sentence; hint: the way out, or empty."""

    code: str
    message: str
    hint: str = ""


class ErrorReport(Schema):
    """What every refused or failed request is answered with."""

    error: ErrorBody


# -- /status -----------------------------------------------------------------------------------


class ServiceReport(Schema):
    """A service. uptime_seconds: since it became ready, None while it is not."""

    name: str
    state: str
    reason: str = ""
    restarts: int = 0
    last_error: str = ""
    uptime_seconds: float | None = None


class GpuReport(Schema):
    """A graphics processor; percent and bytes."""

    name: str
    load_percent: float
    memory_used: int
    memory_total: int


class SystemReport(Schema):
    """The machine, and Solo's process on it; percent of one core for the process, of all for the
    machine; bytes."""

    cores: int
    cpu_percent: float
    memory_used: int
    memory_total: int
    process_cpu_percent: float
    process_memory: int
    process_threads: int
    gpus: tuple[GpuReport, ...] = ()


class LlmReport(Schema):
    """The language model. tokens_per_second: of the last turn that had any; recent: of the last
    turns, oldest first; roles: who answers for each, in the order in which they are tried."""

    model: str
    slots: int
    tokens_per_second: float = 0.0
    recent: tuple[float, ...] = ()
    completion_tokens: int = 0
    roles: dict[str, tuple[str, ...]] = {}


class DeviceReport(Schema):
    """A microphone or loudspeaker."""

    role: str
    state: str
    device: str
    reason: str = ""


class EchoReport(Schema):
    """How the taking out of Solo's own voice stands: off, idle, cancelling, or degraded for a reason."""

    engine: str
    state: str
    reason: str = ""
    attenuation_db: float | None = None
    delay_ms: float | None = None


class PausesReport(Schema):
    """How long the person pauses in the middle of what they say, in milliseconds, from so many pauses;
    stretch: by what the waits for the end of a turn are multiplied for it."""

    average_ms: float
    count: int
    stretch: float


class VoiceReport(Schema):
    """Hearing and speaking. attention: what the ear does now, "off" without voice; attention_reason: why,
    "follow_up" while it is open after an answer; no_voice: languages that are spoken with a voice of another
    one, and why; no_judge: why the sound of a pause does not help to tell the end of a turn."""

    enabled: bool
    attention: str
    attention_reason: str = ""
    wake_engine: str
    wake_words: tuple[str, ...]
    devices: tuple[DeviceReport, ...] = ()
    echo: EchoReport | None = None
    pauses: PausesReport | None = None
    no_voice: dict[str, str] = {}
    no_judge: str = ""


class CountersReport(Schema):
    """What a subscription, or an owner of requests, has seen."""

    delivered: int = 0
    dropped: int = 0
    overruns: int = 0
    failed: int = 0
    cancelled: int = 0


class BusReport(Schema):
    """The bus. published: facts so far; roads: counters by name."""

    published: int
    roads: dict[str, CountersReport]


class SpanReport(Schema):
    """A stretch of a turn, in milliseconds from its beginning."""

    name: str
    start_ms: float
    end_ms: float


class TurnReport(Schema):
    """Where the time of a turn went. at: ISO 8601, UTC, when its trace was complete."""

    turn: str
    at: str
    channel: str
    total_ms: float
    tokens_per_second: float = 0.0
    spans: tuple[SpanReport, ...] = ()


class EarlyReport(Schema):
    """Answers that were begun before their turn was decided: how many counted and how many were
    thrown away, and the milliseconds of work in each."""

    kept: int = 0
    dropped: int = 0
    kept_ms: float = 0.0
    dropped_ms: float = 0.0


class TurnsReport(Schema):
    """Turns since the start, by how they ended, and the traces of the last ones, oldest first. unanswered:
    what was heard and got no answer, by the reason."""

    ended: dict[str, int]
    unanswered: dict[str, int] = {}
    early: EarlyReport = EarlyReport()
    last: tuple[TurnReport, ...] = ()


class ToolsReport(Schema):
    """How often tools ran since the start, and how often that came to nothing."""

    called: int = 0
    failed: int = 0


class StatusReport(Schema):
    """How Solo is. ready_seconds: how long its start took, None before."""

    version: str
    pid: int
    started_at: str
    uptime_seconds: float
    ready: bool
    ready_seconds: float | None = None
    services: tuple[ServiceReport, ...]
    system: SystemReport
    llm: LlmReport
    voice: VoiceReport
    bus: BusReport
    turns: TurnsReport
    tools: ToolsReport = ToolsReport()


class LiveReport(Schema):
    """The process answers."""

    status: Literal["alive"] = "alive"
    pid: int
    version: str


class ReadyReport(Schema):
    """Whether Solo can be talked to. waiting: services that are still on their way;
    degraded: those that gave up, with the reason."""

    ready: bool
    waiting: tuple[str, ...] = ()
    degraded: dict[str, str] = {}


# -- /api/v1 -----------------------------------------------------------------------------------


class AskBody(Schema):
    """Something to be answered. dialogue: the conversation to go on with; stream: as
    server-sent events, while it is being written; recall: draw on what is remembered; options: how it
    is to be answered."""

    text: str = Field(min_length=1)
    dialogue: str | None = Field(None, min_length=1, max_length=64)
    stream: bool = False
    recall: bool = True
    options: AskOptions = AskOptions.model_validate({})


class AskReply(Schema):
    """The whole answer. finish: stop, length or cancelled; cost: in US dollars, 0 where it costs nothing
    or that is not known."""

    turn: str
    dialogue: str
    text: str
    finish: str
    model: str = ""
    provider: str = ""
    queue_ms: float = 0.0
    first_token_ms: float = 0.0
    tokens_per_second: float = 0.0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    cost: float = 0.0


class SayBody(Schema):
    """Text to be spoken. play: on Solo's loudspeaker, instead of being sent back as a WAV."""

    text: str = Field(min_length=1)
    voice: str | None = Field(None, min_length=1, max_length=200)
    play: bool = False


class SayReply(Schema):
    """What was handed to the loudspeaker; first_audio_ms: until its first piece was ready."""

    turn: str
    seconds: float
    pieces: int
    first_audio_ms: float


class Transcript(Schema):
    """What was said. text is empty when nothing was, then `reason` says why."""

    text: str
    language: str
    seconds: float
    took_ms: float
    reason: str = ""


class TalkKey(Schema):
    """State of the talk key after the request."""

    pressed: bool


class Done(Schema):
    """It was passed on."""

    done: bool = True


class SearchBody(Schema):
    """What to look for in the memories, and how many to give at most."""

    query: str = Field(min_length=1)
    limit: int = Field(12, ge=1, le=200)


class MemoryLine(Schema):
    """A remembered line; score: higher fits better; created_at: ISO 8601, UTC."""

    id: str
    text: str
    created_at: str
    score: float


class SearchReply(Schema):
    """Memories, best first. index: what found them."""

    memories: tuple[MemoryLine, ...]
    took_ms: float
    index: str


class ForgetBody(Schema):
    """Ids of memories to be forgotten for good."""

    ids: tuple[str, ...] = Field(min_length=1, max_length=1000)


class ForgetReply(Schema):
    """How many of them there were."""

    forgotten: int


class MessageLine(Schema):
    """One message of a dialogue."""

    id: str
    dialogue: str
    role: str
    content: str
    channel: str
    created_at: str


class DialoguesReply(Schema):
    """The latest messages, oldest first."""

    messages: tuple[MessageLine, ...]


class EventEnvelope(Schema):
    """An event as it travels to clients. at: monotonic seconds of the process; type: its class."""

    sequence: int
    at: float
    type: str
    event: dict[str, Any]
