"""Who has the floor: what words, silences and answers do to a conversation by voice.

Everything happens in one step of the event loop, so nothing can come in between; work that takes time
runs in tasks of the group that is handed in.
"""

from __future__ import annotations

import structlog
from anyio.abc import TaskGroup

from app.config.voice import VoiceSettings
from app.events.voice import NoSpeechEvent, WakeReason
from app.kernel.runtime import Runtime
from app.voice.audio.frames import samples_of
from app.voice.audio.pace import Pace
from app.voice.audio.playback import Playback
from app.voice.turn.answering import Answering, nothing_in
from app.voice.turn.answers import Answers
from app.voice.turn.asked import LastWord, is_question
from app.voice.turn.attention import Attention
from app.voice.turn.hearing import Hearing, Means
from app.voice.turn.opening import OVERLAP_MS, RINGING_MS, Numbers, numbers
from app.voice.turn.patience import Patience
from app.voice.turn.phrases import is_echo
from app.voice.turn.port import EndOfTurn
from app.voice.turn.preroll import Preroll
from app.voice.turn.segmenter import Heard
from app.voice.turn.speaking import Interruption, Speaking
from app.voice.turn.states import State, Trigger
from app.voice.turn.window import Window

log = structlog.get_logger("solo.turn")


class Floor:
    """See the module. `Ear` tells it what is heard and called."""

    def __init__(
        self,
        runtime: Runtime,
        settings: VoiceSettings,
        playback: Playback,
        judge: EndOfTurn,
        pace: Pace,
        group: TaskGroup,
        patience: Patience,
    ) -> None:
        self._attention = Attention(runtime.bus)
        self._runtime = runtime
        self._settings = settings
        self._always = settings.wake.engine == "none"
        self._numbers: Numbers = numbers(settings)
        self._means = Means(runtime, settings.stt, judge, patience, pace, group, self._weighed)
        self._preroll = Preroll(self._numbers.kept)
        self._speaking = Speaking(runtime.bus, playback, self._numbers.interrupt)
        self._hearing: Hearing | None = None
        self._answers = Answers(
            runtime, playback, pace, group, self._speaking, worded=self._worded, over=self._answered
        )
        self._over = ""
        self._said = LastWord()
        self._filler = ""
        self._deaf = False

    def rest(self) -> None:
        """Wait to be called, or for the next word when there is no wake word."""
        if self._always:
            self._open("always", self._preroll.end + samples_of(RINGING_MS))

    # -- hearing ---------------------------------------------------------------------------------

    def _open(
        self,
        why: WakeReason,
        floor: int,
        *,
        held: bool = False,
        interrupting: bool = False,
        turn: str = "",
        window: Window | None = None,
    ) -> None:
        """Begin to listen for a turn that starts at `floor` at the earliest."""
        self._shut()
        patience = self._numbers.no_speech if interrupting else self._numbers.patience(why)
        patience = window.until - floor if window else patience
        segmenter = self._numbers.segmenter(why, floor, held=held, patience=patience)
        turn = turn or self._runtime.clock.new_id()
        asked = self._said.asks(floor) or is_question(self._over)
        hearing = self._hearing = Hearing(
            self._means, segmenter, turn=turn, why=why, over=self._over, asked=asked, window=window
        )
        self._over = ""
        own = interrupting and self._attention.answering
        self._attention.go(Trigger.INTERRUPTED if own else Trigger.CALLED, why)
        for frame in self._preroll.since(floor):
            if self._hearing is hearing:
                self._heard(hearing, hearing.hear(frame))

    def _heard(self, hearing: Hearing, mark: Heard | None) -> None:
        match mark:
            case Heard.BEGAN:
                self._began(hearing)
            case Heard.RESUMED if self._attention.state is State.THINKING:
                self._went_on(hearing)
            case Heard.ENDED:
                self._decided(hearing, "silence")
            case Heard.TOO_LONG:
                self._decided(hearing, "too_long")
            case Heard.NOTHING:
                self._nothing(hearing, "silence")
            case _:
                pass

    def _began(self, hearing: Hearing) -> None:
        if self._attention.state is State.LISTENING:
            self._attention.go(Trigger.SPEECH)
        self._runtime.bus.publish(hearing.started())

    def _weighed(self, hearing: Hearing) -> None:
        if hearing is not self._hearing or self._attention.state is not State.HEARING:
            return
        if self._answers.paused is not None and (words := hearing.words) is not None:
            if nothing_in(words, hearing.over) in ("", "cancelled"):
                self._answers.yield_to_voice()
            else:
                self._resume(hearing)
                return
        if hearing.due:
            self._decided(hearing, "silence")
        elif self._settings.turn.begin_early and hearing.promising:
            self._answers.begin_early(hearing)

    def _nothing(self, hearing: Hearing, reason: str) -> None:
        """Nobody said anything."""
        if self._answers.paused is not None:
            self._resume(hearing)
            return
        if hearing.why != "follow_up":
            silent = "noise" if reason == "noise" else "silence"
            self._runtime.bus.publish(NoSpeechEvent(turn=hearing.turn, reason=silent))
        self._close(Trigger.NOTHING, "follow_up_over" if hearing.window else reason)

    # -- deciding and answering ------------------------------------------------------------------

    def _decided(self, hearing: Hearing, reason: str) -> None:
        self._runtime.bus.publish(hearing.ended(reason))
        self._attention.go(Trigger.DECIDED, reason)
        hearing.settle(for_good=reason != "silence")
        self._hearing = hearing if reason == "silence" else None
        self._answers.begin(hearing)

    def _went_on(self, hearing: Hearing) -> None:
        """The person speaks while Solo thinks: going on, or, after a while, something new."""
        resumed = hearing.segmenter.resumed_at
        if resumed - hearing.said_until < self._numbers.same_turn:
            self._take_back(hearing)
            return
        self._interrupt("speech", resumed)
        self._open_over(resumed)

    def _take_back(self, hearing: Hearing) -> None:
        """The person went on before anything was heard of the answer: it was one turn."""
        log.info("taken_back", turn=hearing.turn)
        self._hearing = None
        self._interrupt("speech", hearing.segmenter.position)
        hearing.turn = self._runtime.clock.new_id()
        hearing.segmenter.wait = self._numbers.longest
        self._hearing = hearing
        self._attention.go(Trigger.INTERRUPTED, "resumed")
        self._began(hearing)

    def _answered(self, answering: Answering) -> None:
        """The answer is over, one way or another."""
        hearing = answering.hearing
        if answering.text:
            self._said = LastWord(answering.text, self._preroll.end)
        if answering.empty:
            self._unsaid(hearing, answering)
        elif self._numbers.follow_up and not (answering.cut or self._always or self._deaf):
            self._shut()
            self._attention.go(Trigger.FOLLOW_UP, "follow_up")
            window = self._numbers.window(answering.text, hearing, self._preroll.end)
            self._open("follow_up", self._preroll.end + samples_of(RINGING_MS), window=window)
        else:
            self._close(Trigger.ANSWERED, "")

    def _unsaid(self, hearing: Hearing, answering: Answering) -> None:
        """No words, or none that want an answer. In an ear that waits for words a cough may go before."""
        if not answering.dismissed and self._numbers.left(hearing, self._preroll.end) > 0:
            self._shut()
            self._attention.go(Trigger.AGAIN, "again")
            self._open(hearing.why, self._preroll.end, turn=hearing.turn, window=hearing.window)
            return
        if self._answers.paused is not None:
            self._resume(hearing)
            return
        if hearing.over and answering.empty == "noise":
            self._speaking.was_echo()  # it was Solo's own voice
        self._runtime.bus.publish(NoSpeechEvent(turn=hearing.turn, reason=answering.empty or "silence"))
        self._close(Trigger.NOTHING, answering.empty or "")

    # -- interrupting ----------------------------------------------------------------------------

    def _worded(self, answering: Answering) -> None:
        """It is known what was said, perhaps over an answer."""
        if answering.empty in ("", "cancelled"):
            self._answers.yield_to_voice()

    def _resume(self, hearing: Hearing) -> None:
        """Nobody meant to interrupt: go on with the answer."""
        words = hearing.words
        if words is not None and is_echo(words.text, hearing.over):
            self._speaking.was_echo()
        self._runtime.bus.publish(NoSpeechEvent(turn=hearing.turn, reason="noise"))
        self._shut()
        self._attention.go(Trigger.RESUMED)
        self._answers.resume()

    def _open_over(self, began: int) -> None:
        """The interrupting speech is a turn of its own."""
        why: WakeReason = "always" if self._always else "follow_up"
        self._open(why, began - samples_of(OVERLAP_MS), interrupting=True)

    def _interrupt(self, reason: Interruption, sample: int) -> None:
        """Silence the answer that is being made or heard, if any."""
        text = self._answers.interrupt(reason, sample)
        self._over = text if reason == "speech" else ""

    # -- states ----------------------------------------------------------------------------------

    def _close(self, trigger: Trigger, reason: str) -> None:
        self._shut()
        self._attention.go(trigger, reason)
        self.rest()

    def _shut(self) -> None:
        if self._hearing is not None:
            self._hearing.drop_guess()
            self._hearing = None
