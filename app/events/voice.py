"""Hearing and speaking.

Positions in audio are sample indexes at 16 kHz from the first sample the microphone ever gave
(`HEARING_RATE`); samples themselves never travel in events, only ids of streams.
"""

from __future__ import annotations

from typing import ClassVar, Final, Literal, NamedTuple, TypeAlias

from app.events.base import Answer, Fact, Request

HEARING_RATE: Final = 16_000
"""Samples per second of everything that Solo hears."""

WakeReason: TypeAlias = Literal["wake", "key", "always", "follow_up"]
SpeechState: TypeAlias = Literal["asleep", "listening", "hearing", "thinking", "speaking"]


class AudioDeviceEvent(Fact):
    """A microphone or loudspeaker became ready, was lost, or is not there."""

    role: Literal["microphone", "speaker"]
    state: Literal["ready", "lost", "absent"]
    device: str
    reason: str = ""


class EchoEvent(Fact):
    """How the taking out of Solo's own voice stands: it began, ended, or is in trouble.

    reason: what is wrong, in a sentence; attenuation_db: how much quieter that voice becomes;
    delay_ms: from loudspeaker to microphone; None: not known (yet).
    """

    engine: str
    state: Literal["off", "idle", "cancelling", "degraded"]
    reason: str = ""
    attenuation_db: float | None = None
    delay_ms: float | None = None


class PausesLearntEvent(Fact):
    """What is known of how long the owner pauses in the middle of what they say, in milliseconds, from so
    many pauses; stretch: by what waits are multiplied for it."""

    average_ms: float
    count: int
    stretch: float


class WakeWordEvent(Fact):
    """A wake word was heard and confirmed by the second look. `sample`: where it ended."""

    word: str
    score: float
    sample: int
    engine: str


class PushToTalkEvent(Fact):
    """The talk key went down (`pressed`) or up; from the hotkey, the API or the CLI."""

    urgent: ClassVar[bool] = True

    pressed: bool
    source: Literal["hotkey", "api", "cli"] = "api"


class AttentionEvent(Fact):
    """What the ear is doing now; shown to people."""

    state: SpeechState
    reason: str = ""


class SpeechStartedEvent(Fact):
    """The person began to speak. `sample`: the first voiced one."""

    sample: int


class SpeechEndedEvent(Fact):
    """The person's turn is over. `voiced_until`: the last voiced sample; `decided_at`: the sample
    at which that was decided, so `decided_at - voiced_until` is the wait."""

    voiced_until: int
    decided_at: int
    reason: str


class LevelEvent(Fact):
    """Loudness of the microphone, for a meter; dBFS."""

    droppable: ClassVar[bool] = True

    dbfs: float
    speech: float


class SpeculationEvent(Fact):
    """An answer was begun before it was decided that the turn is over. kept: it was, so this much was
    won (`ahead_ms`); else the person went on, and as much work was thrown away."""

    kept: bool
    ahead_ms: float


class TranscribeEvent(Request):
    """Audio to be turned into text → one STTEvent. `stream`: id of a stream of float32 mono
    arrays at 16 kHz, closed when complete. partial: of somebody who still speaks.

    language: that of the speech; None: as set, or recognised. before: what the conversation was held
    in so far, for words that could be of two languages. words: when each word was said is wanted, too.
    """

    part: ClassVar[str] = "ear"

    stream: str
    language: str | None = None
    before: str | None = None
    hints: tuple[str, ...] = ()
    partial: bool = False
    words: bool = False


class PartialTranscriptEvent(Fact):
    """What a person has said so far, while they speak. sure: what will hardly change any more; rest:
    what may; text: both; language: in which it was heard."""

    droppable: ClassVar[bool] = True

    text: str
    language: str | None = None
    sure: str = ""
    rest: str = ""


class HeardWord(NamedTuple):
    """A word as it was said. start, end: seconds from the beginning of the recording."""

    text: str
    start: float
    end: float


class STTEvent(Answer):
    """A transcript: the answer to TranscribeEvent, and published as a fact for a turn.

    text: empty when nothing was said, then `reason` says why (silence, noise, invention).
    seconds: length of the audio; took_ms: time the engine needed. words: where they were asked for and
    the engine can tell.
    """

    text: str
    language: str
    seconds: float
    took_ms: float
    final: bool = True
    reason: str = ""
    no_speech: float = 0.0
    log_probability: float = 0.0
    words: tuple[HeardWord, ...] = ()


class NoSpeechEvent(Fact):
    """A turn was opened and nothing came of it. not_meant: after an answer somebody spoke, but not to
    Solo; what they said is told to nobody. farewell: "Thanks, that's all." """

    reason: Literal["silence", "noise", "not_understood", "cancelled", "not_meant", "farewell"]


class FillerEvent(Fact):
    """An answer takes long: a word or two are said meanwhile ("One moment."). No part of the answer, and
    no PlaybackEvent tells of it."""

    text: str


class SpeakEvent(Request):
    """Text to be spoken → a TTSEvent for each stretch of it, as its audio becomes ready.

    text: the whole text, or, when `text_stream` is given, the id of a stream of str deltas.
    sink: "speaker", or the id of a stream that gets the audio (float32 mono arrays at the rate
    given in the first TTSEvent). voice: a certain one. language: that of the text: it is spoken with
    the voice for it, if there is one; None: that of the voice. speed: times the usual one.
    """

    part: ClassVar[str] = "voice"

    text: str = ""
    text_stream: str | None = None
    sink: str = "speaker"
    voice: str | None = None
    language: str | None = None
    speed: float = 1.0


class SpokenWord(NamedTuple):
    """A word as it sounds. sounds: in the voice's own signs (IPA), with the punctuation behind it;
    start, end: samples from the beginning of the piece."""

    sounds: str
    start: int
    end: int


class TTSEvent(Answer):
    """A stretch of speech. `start`: index of its first sample in this speech, at `rate`.

    text: of the piece that it belongs to; index: that piece's number; whole: samples that the piece will
    have, as far as is known by now; last: the piece ends with it; took_ms: what the piece took so far.
    words: when words sound of which that was not known before, if the voice says so; they need not be those
    of the text ("$5"), and may lie in later stretches.
    """

    text: str
    index: int
    rate: int
    start: int
    samples: int
    took_ms: float
    whole: int = 0
    last: bool = True
    words: tuple[SpokenWord, ...] = ()


class NoVoiceEvent(Fact):
    """A language is spoken with Solo's usual voice, which speaks another one. reason: why, and the way
    out, in sentences; told once for each language."""

    language: str
    reason: str


class UnspokenEvent(Fact):
    """There was something to say, and it could not be spoken. reason: why, in a sentence."""

    reason: str


class NoJudgeEvent(Fact):
    """The sound of a pause tells nothing: silence and words alone say when a turn is over, so it takes
    longer. reason: why, and the way out, in sentences."""

    reason: str


class PlaybackEvent(Fact):
    """The loudspeaker began, finished or was stopped. `played_ms`: how much of the turn's speech
    has really been heard; `audible_at`: clock time of the first audible sample."""

    state: Literal["started", "finished", "stopped"]
    played_ms: float = 0.0
    audible_at: float | None = None


class BargeInEvent(Fact):
    """The person spoke over Solo (or said the wake word, or pressed the key): `turn` is the turn
    that was interrupted; playback is silent already."""

    urgent: ClassVar[bool] = True

    reason: Literal["speech", "wake", "key", "stop"]
    sample: int = 0


class ReplySpokenEvent(Fact):
    """What of a reply was heard and what was not, when its playback is over."""

    heard: str
    unheard: str = ""


class StopSpeakingEvent(Fact):
    """Be silent now, whoever asked."""

    urgent: ClassVar[bool] = True
