"""What may stand in a conversation test.

    about: A question after the wake word is answered aloud.
    play:
      - name: question
        say: Hey Jarvis, what is the capital of France?
        at: 1 s
    expect:
      - turns: 1
      - answer: {contains: Paris}
      - answered: {after: question, within_ms: 1500}

Frozen models, each field with its explanation; read.py reads the file, moments.py what stands behind
`at`, `from` and `until`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from app.voice.evals.moments import Moment, parse_moment

LONGEST_SECONDS = 600.0
"""No conversation test goes on for longer than that, by the microphone's clock."""

Text: TypeAlias = Annotated[str, Field(min_length=1, max_length=500)]
Name: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
FileName: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]
VoiceName: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,80}$")]
Seconds: TypeAlias = Annotated[float, Field(ge=0, le=LONGEST_SECONDS, allow_inf_nan=False)]
Pause: TypeAlias = Annotated[float, Field(ge=0, le=60, allow_inf_nan=False, strict=True)]
Decibels: TypeAlias = Annotated[float, Field(ge=-90, le=40, allow_inf_nan=False)]
Milliseconds: TypeAlias = Annotated[float, Field(ge=0, le=LONGEST_SECONDS * 1000, allow_inf_nan=False)]
Noise: TypeAlias = Literal["white", "pink", "hum"]
At: TypeAlias = Annotated[Moment, BeforeValidator(parse_moment)]


class Part(BaseModel):
    """A piece of a conversation test; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


def _one_of(part: Part, names: tuple[str, ...], what: str) -> str:
    """The one of these fields that is given. Raises ValueError unless it is exactly one."""
    given = [name for name in names if getattr(part, name) is not None]
    if len(given) != 1:
        found = " and ".join(given) if given else "nothing"
        raise ValueError(f"{what} needs exactly one of {', '.join(names)}; there is {found}")
    return given[0]


class Hum(Part):
    """Something in the background. dbfs: its loudness; snr_db: how far it lies below what is said."""

    noise: Noise | None = None
    file: FileName | None = None
    dbfs: Decibels | None = None
    snr_db: Decibels | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        _one_of(self, ("noise", "file"), "noise")
        if self.dbfs is not None and self.snr_db is not None:
            raise ValueError("its loudness is said twice: by dbfs and by snr_db")
        return self


class Echo(Part):
    """The way from the loudspeaker back into the microphone. room_ms: how long the room rings."""

    delay_ms: Annotated[float, Field(ge=0, le=1000)] = 80.0
    gain_db: Annotated[float, Field(ge=-90, le=12)] = -12.0
    room_ms: Annotated[float, Field(ge=0, le=1500)] = 0.0


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


class Step(Hum):
    """Something that the microphone hears: said by a voice, a file, or a noise.

    say: a text, or a list of texts and of seconds between them. at: when; the first begins after a
    second.
    """

    name: Name | None = None
    at: At | None = None
    say: Annotated[
        tuple[Annotated[Pause | Text, Field(union_mode="left_to_right")], ...] | None,
        BeforeValidator(lambda value: None if value is None else _as_list(value)),
        Field(min_length=1, max_length=20),
    ] = None
    voice: VoiceName | None = None
    speed: Annotated[float, Field(ge=0.5, le=2)] = 1.0
    seconds: Seconds | None = None
    gain_db: Decibels = 0.0

    @model_validator(mode="after")
    def _complete(self) -> Self:
        kind = _one_of(self, ("say", "file", "noise"), "a step")
        if kind == "noise" and self.seconds is None:
            raise ValueError("a noise needs seconds: how long it lasts")
        if kind != "noise" and (self.dbfs is not None or self.snr_db is not None):
            raise ValueError("dbfs and snr_db belong to a noise; what is said has gain_db")
        if kind != "say" and (self.voice is not None or self.speed != 1.0):
            raise ValueError("voice and speed belong to what is said")
        return self


class Count(Part):
    """How often; a plain number means exactly."""

    at_least: Annotated[int, Field(ge=0, le=1000)] = 0
    at_most: Annotated[int, Field(ge=0, le=1000)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        return {"at_least": value, "at_most": value} if isinstance(value, int | str) else value


class Words(Part):
    """What a text must be like; a plain text means that it is contained. Upper and lower case and
    punctuation do not count. matches: `*` stands for any words, `a|b` for one of several.
    wrong_words: how many words may be put in, left out or changed against `equals`;
    word_errors: the same as a share of its words."""

    equals: Text | None = None
    contains: Text | None = None
    matches: Text | None = None
    lacks: Text | None = None
    wrong_words: Annotated[int, Field(ge=0, le=100)] | None = None
    word_errors: Annotated[float, Field(ge=0, le=1)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        return {"contains": value} if isinstance(value, str | int | float) else value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not (self.equals or self.contains or self.matches or self.lacks):
            raise ValueError("say what the text must be like: equals, contains, matches or lacks")
        if self.equals is None and (self.wrong_words is not None or self.word_errors is not None):
            raise ValueError("wrong_words and word_errors are counted against equals")
        return self


class Answered(Part):
    """The first sound of an answer comes so soon after the last voiced sample of a step (default: of
    what was said last before it). In real time only."""

    within_ms: Milliseconds
    after: Name | None = None


class Silent(Part):
    """The loudspeaker is silent so soon after that moment."""

    within_ms: Milliseconds
    after: At


class Absent(Part):
    """Nothing is heard from the loudspeaker from … until …; default: ever."""

    model_config = ConfigDict(populate_by_name=False)

    since: At | None = Field(None, alias="from")
    until: At | None = None


class SpanLimit(Part):
    """A stage of the turn takes at most so long. In real time only."""

    name: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]
    at_most_ms: Milliseconds


CHECKS = (
    "wakes",
    "turns",
    "answers",
    "interruptions",
    "heard",
    "answer",
    "spoken",
    "answered",
    "silent",
    "absent",
    "span",
)


class Expectation(Part):
    """One thing that must be so.

    wakes, turns, answers, interruptions: how often. heard: what was understood; answer: what Solo
    wrote; spoken: what of it was heard, as the history holds it. turn: of which turn (from 1);
    without it some turn must be so, and none may have what `lacks` says.
    """

    wakes: Count | None = None
    turns: Count | None = None
    answers: Count | None = None
    interruptions: Count | None = None
    heard: Words | None = None
    answer: Words | None = None
    spoken: Words | None = None
    answered: Answered | None = None
    silent: Silent | None = None
    absent: Absent | None = None
    span: SpanLimit | None = None
    turn: Annotated[int, Field(ge=1, le=1000)] | None = None

    @property
    def check(self) -> str:
        """Which of CHECKS it is."""
        return _one_of(self, CHECKS, "an expectation")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        kind = _one_of(self, CHECKS, "an expectation")
        if self.turn is not None and kind not in ("heard", "answer", "spoken", "answered", "span"):
            raise ValueError(f"{kind} is of the whole conversation: it has no turn")
        return self


class RecordedTurn(Part):
    """A turn of a recorded talk, as it was. Positions in seconds of the recording."""

    heard: Annotated[str, Field(max_length=5000)] | None = None
    answer: Annotated[str, Field(max_length=20000)] | None = None
    spoken: Annotated[str, Field(max_length=20000)] | None = None
    outcome: Annotated[str, Field(max_length=40)] = ""
    voiced_until: Seconds | None = None
    audible: Seconds | None = None
    gap_ms: float | None = None
    interrupted: bool = False
    spans: dict[Annotated[str, Field(max_length=40)], float] = Field({}, max_length=40)


class Recorded(Part):
    """Where a recorded conversation came from and what happened in it; nothing is judged by it."""

    solo: Annotated[str, Field(max_length=60)]
    at: Annotated[str, Field(max_length=40)]
    seconds: Seconds
    microphone: Annotated[str, Field(max_length=200)] = ""
    loudspeaker: FileName | None = None
    redacted: bool = False
    wakes: tuple[Seconds, ...] = Field((), max_length=1000)
    turns: tuple[RecordedTurn, ...] = Field((), max_length=1000)


class Scenario(Part):
    """A conversation test. settings: dotted name → value, of those that read.py allows; room: what is
    heard beneath everything; seconds: when it is cut off at the latest."""

    about: Annotated[str, Field(min_length=1, max_length=300)]
    settings: dict[str, Any] = Field({}, max_length=40)
    realtime: bool = False
    room: Hum | None = None
    echo: Echo | None = None
    seconds: Annotated[float, Field(ge=1, le=LONGEST_SECONDS)] = 120.0
    play: tuple[Step, ...] = Field(max_length=100)
    expect: tuple[Expectation, ...] = Field(min_length=1, max_length=100)
    recorded: Recorded | None = None
