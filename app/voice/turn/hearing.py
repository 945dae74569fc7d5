"""One turn of the person, while it is being heard.

At the first silence the transcription starts, and the judgement whether that was the end, and when
both say that it may be, the answer; all of it to be thrown away if the person goes on.  So when the
silence has lasted long enough, the words are there, and often the first clause of the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import anyio
import structlog
from anyio.abc import TaskGroup

from app.config.voice import SttSettings
from app.events.voice import SpeechEndedEvent, SpeechStartedEvent, STTEvent, WakeReason
from app.kernel.errors import SoloError, Unavailable
from app.kernel.runtime import Runtime
from app.voice.audio.frames import Frame, Samples
from app.voice.audio.pace import Pace
from app.voice.turn.forms import Shape
from app.voice.turn.languages import shape_of
from app.voice.turn.melody import Melody
from app.voice.turn.partial import Partials
from app.voice.turn.patience import AT_ONCE, Evidence, Patience
from app.voice.turn.port import EndOfTurn
from app.voice.turn.segmenter import Heard, Segmenter
from app.voice.turn.sentences import Sentences
from app.voice.turn.tongue import Tongue
from app.voice.turn.transcribing import set_language, transcribe
from app.voice.turn.window import Refusal, Window

log = structlog.get_logger("solo.turn")


class Guess:
    """What has been said up to a pause, and whether that was all; under one revision."""

    def __init__(self) -> None:
        self.scope = anyio.CancelScope()
        self.heard: anyio.Event = anyio.Event()
        self.text: STTEvent | None = None
        self.error: SoloError | None = None
        self.probability: float | None = None
        self.judged = False
        self.undo: Callable[[], None] | None = None
        """Takes back what was built on it."""

    async def transcript(self) -> STTEvent:
        """The words, when they are there. Raises what the transcription failed with."""
        await self.heard.wait()
        if self.text is None:
            raise self.error or Unavailable("The transcription was called off.")
        return self.text


@dataclass(frozen=True, slots=True)
class Means:
    """What every turn is heard with. weighed: called when it is known how long to wait."""

    runtime: Runtime
    settings: SttSettings
    judge: EndOfTurn
    patience: Patience
    pace: Pace
    group: TaskGroup
    weighed: Callable[[Hearing], None]
    tongue: Tongue = field(default_factory=Tongue)


class Hearing:
    """See the module. over: what Solo was saying when this turn interrupted it; asked: Solo had just asked
    something; window: the open ear after an answer, in which it began without a call."""

    def __init__(
        self,
        means: Means,
        segmenter: Segmenter,
        *,
        turn: str,
        why: WakeReason,
        over: str = "",
        asked: bool = False,
        window: Window | None = None,
    ) -> None:
        self.turn = turn
        self.why: WakeReason = why
        self.over = over
        self.asked = asked
        self.window = window
        self.segmenter = segmenter
        self.revision = 0
        self.opened_at = segmenter.position
        self.said_until = segmenter.position
        """Last voiced sample before the decision that the turn is over."""
        self._means = means
        self._guess: Guess | None = None
        self._melody = Melody(means.runtime, means.judge, means.group)
        self._sentences = Sentences()
        self._partials = Partials(means.runtime, means.settings, means.group, means.tongue, self._sentences)
        self._settled = False

    def hear(self, frame: Frame) -> Heard | None:
        """The next frame; what it meant."""
        mark = self.segmenter.hear(frame)
        self._melody.hear(self.segmenter)
        if self.window is None or not self.window.tested:
            # whom it is meant for is not known before it is whole
            self._partials.hear(self.segmenter, self.turn, self.revision)
        if mark is Heard.PAUSED:
            self._start_guess()
        elif mark is Heard.RESUMED:
            if not self.segmenter.held:
                self._means.patience.went_on(self.segmenter.paused_for)
            self._sentences.went_on(self.words, self.segmenter)
            self.drop_guess()
            self.revision += 1
            self._settled = False
        return mark

    def settle(self, *, for_good: bool) -> None:
        """The turn is decided to be over. Unless it is for good, the person may yet go on: then
        the next speech means that it was not."""
        self._settled = True
        self._partials.stop()
        self._means.tongue.heard(self.words)
        self.said_until = self.segmenter.voiced_until
        if not for_good:
            self.segmenter.reopen()

    @property
    def begun(self) -> bool:
        """The person is in the middle of it: they speak, or hold the key."""
        return self.segmenter.held or self.segmenter.began_at is not None

    def started(self) -> SpeechStartedEvent:
        """That the person began to speak."""
        return SpeechStartedEvent(turn=self.turn, sample=self.segmenter.began_at or 0)

    def ended(self, reason: str) -> SpeechEndedEvent:
        """That the turn is over as of now."""
        until, position = self.segmenter.voiced_until, self.segmenter.position
        return SpeechEndedEvent(
            turn=self.turn, revision=self.revision, voiced_until=until, decided_at=position, reason=reason
        )

    @property
    def due(self) -> bool:
        """The silence has lasted long enough for what is known by now."""
        cut = self.segmenter
        return cut.paused and not cut.over and not cut.held and cut.silence >= cut.wait

    def drop_guess(self) -> None:
        """The person goes on, or nobody listens any more: what was guessed is of no use; idempotent."""
        self._partials.stop()
        guess, self._guess = self._guess, None
        if guess is not None:
            guess.scope.cancel()
            if guess.undo is not None:
                guess.undo()

    @property
    def words(self) -> STTEvent | None:
        """What has been said up to the pause; None while that is not known."""
        return self._guess.text if self._guess is not None else None

    @property
    def language(self) -> str | None:
        """In which the conversation is held, as far as is known."""
        told, means = self.words, self._means
        return (told.language if told else means.tongue.language) or set_language(means.settings)

    @property
    def promising(self) -> bool:
        """There are words, and nothing says yet that more will come: an answer may be begun."""
        guess = self._guess
        if guess is None or guess.text is None or not guess.text.text or self.segmenter.held:
            return False
        return guess.undo is None and self._shape(guess) is not Shape.OPEN

    def refusal(self, said: STTEvent) -> Refusal:
        """Why these words get no answer although they may make sense; empty: they get one."""
        if self.window is None:
            return ""
        refusal = self.window.refusal(said, self.segmenter)
        if refusal == "not_meant":
            verdict = self.window.verdict(said, self.segmenter)
            log.info("not_meant", turn=self.turn, score=round(verdict.score, 1), signs=verdict.signs)
        return refusal

    def build(self, undo: Callable[[], None]) -> None:
        """Something is being built on what is guessed; undo: called when the guess is dropped."""
        if self._guess is not None:
            self._guess.undo = undo

    async def transcript(self) -> STTEvent:
        """What was said, once the turn is over. Raises SoloError."""
        if self._guess is None:
            self._start_guess()
        assert self._guess is not None  # noqa: S101  (just made)
        said = await self._guess.transcript()
        if self._settled:
            self._means.tongue.heard(said)
        return said

    # -- guessing --------------------------------------------------------------------------------

    def _start_guess(self) -> None:
        self.drop_guess()
        guess = self._guess = Guess()
        audio = self.segmenter.audio(self._sentences.since)
        self.segmenter.wait = self._means.patience.longest
        self._means.group.start_soon(self._run_guess, guess, audio, self.revision, name="turn:guess")

    async def _run_guess(self, guess: Guess, audio: Samples, revision: int) -> None:
        with self._means.pace.busy(), guess.scope:
            await self._transcribe(guess, audio, revision)
            if not self.segmenter.held:
                guess.probability, guess.judged = await self._melody.of(self.segmenter), True
                self._weigh(guess)
        guess.heard.set()

    async def _transcribe(self, guess: Guess, audio: Samples, revision: int) -> None:
        try:
            before = self._means.tongue.language
            heard = await transcribe(
                self._means.runtime,
                self._means.settings,
                audio,
                turn=self.turn,
                revision=revision,
                before=before,
            )
            guess.text = self._sentences.then(heard)
        except SoloError as error:
            guess.error = error
        guess.heard.set()
        self._weigh(guess)

    def _weigh(self, guess: Guess) -> None:
        """Until the words are there nothing could be answered, and until the sound is judged the
        silence may as well turn out to be a pause, unless the words alone say that nothing is missing."""
        if guess is not self._guess or self._settled or not guess.heard.is_set():
            return
        form = self._shape(guess)
        if guess.judged or form in AT_ONCE:
            evidence = Evidence(form, guess.probability, self.asked)
            self.segmenter.wait = self._means.patience.wait(evidence)
        self._means.weighed(self)

    def _shape(self, guess: Guess) -> Shape:
        return shape_of(guess.text.text, guess.text.language) if guess.text else Shape.PLAIN
