"""The conversation by voice: which state it is in, and what frames, calls and silences do to it.

Everything here happens in one step of the event loop, so nothing can come in between; work that
takes time runs in tasks of the group that is handed in.
"""

from __future__ import annotations

import structlog
from anyio.abc import TaskGroup

from app.config.voice import VoiceSettings
from app.events.voice import NoSpeechEvent, WakeReason
from app.kernel.runtime import Runtime
from app.voice.audio.frames import Frame, samples_of
from app.voice.audio.pace import Pace
from app.voice.audio.playback import Playback
from app.voice.turn.answering import Answering, nothing_in
from app.voice.turn.answers import Answers
from app.voice.turn.asked import LastWord, is_question
from app.voice.turn.attention import Attention
from app.voice.turn.hearing import Hearing, Means
from app.voice.turn.opening import KEY_MS, OVERLAP_MS, RINGING_MS, Numbers, numbers
from app.voice.turn.patience import Patience
from app.voice.turn.phrases import is_echo
from app.voice.turn.port import EndOfTurn
from app.voice.turn.preroll import Preroll
from app.voice.turn.segmenter import Heard
from app.voice.turn.speaking import Interruption, Speaking
from app.voice.turn.states import State, Trigger
from app.voice.turn.wakecut import LOOK_BACK, after_wake
from app.voice.turn.window import Window

log = structlog.get_logger("solo.turn")


class Ear:
    """See the module. One per run of the turn service."""

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

    # -- what comes in ---------------------------------------------------------------------------

    def frame(self, frame: Frame) -> None:
        """The next 32 ms."""
        self._deaf = False
        self._preroll.add(frame)
        self._answers.keep_pace()
        self._notice_playback()
        if self._speaking.turn is not None and not self._in_midst():
            self._over_speech(frame, self._speaking.turn)
        elif self._hearing is not None:
            self._heard(self._hearing, self._hearing.hear(frame))
            self._notice_persistence()

    def wake(self, sample: int) -> None:
        """The wake word was said, up to this sample."""
        if self._speaking.turn is not None and self._settings.turn.interrupt == "off":
            return
        self._interrupt("wake", sample)
        self._open("wake", after_wake(self._preroll.since(sample - LOOK_BACK), sample))

    def key(self, *, pressed: bool) -> None:
        """The talk key went down or up."""
        if not pressed:
            self._key_up()
            return
        overlap = 0 if self._speaking.turn is not None else samples_of(KEY_MS)
        self._interrupt("key", self._preroll.end)
        self._open("key", self._preroll.end - overlap, held=True)

    def stop(self) -> None:
        """Be silent now."""
        playing = self._speaking.now
        if self._answers.paused is not None:
            self._interrupt("stop", self._preroll.end)
            self._close(Trigger.NOTHING, "told to be silent")
        elif self._answers.current is not None and self._attention.answering:
            self._interrupt("stop", self._preroll.end)
            self._close(Trigger.SILENCED, "told to be silent")
        elif playing is not None:
            self._speaking.silence(playing, "stop", self._preroll.end)

    def audible(self, turn: str) -> None:
        """The loudspeaker began with this turn."""
        current = self._answers.current
        if current is not None and current.turn == turn and self._attention.answering:
            self._attention.go(Trigger.AUDIBLE)

    def filler(self, text: str) -> None:
        """This is said while Solo thinks."""
        self._filler = text

    def cancelled(self, turn: str) -> None:
        """Dialogue called this turn off."""
        self._answers.call_off(turn)

    def microphone_lost(self) -> None:
        """No more frames for now: what was said so far is the turn."""
        hearing, self._deaf = self._hearing, True
        if hearing is None or self._attention.answering:
            return
        if hearing.segmenter.began_at is not None:
            self._decided(hearing, "microphone_lost")
        elif not self._always:
            self._nothing(hearing, "silence")

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

    def _key_up(self) -> None:
        hearing = self._hearing
        if hearing is not None and hearing.segmenter.held:
            if hearing.segmenter.voiced:
                self._decided(hearing, "key")
            else:
                self._nothing(hearing, "silence")

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

    def _notice_playback(self) -> None:
        if not self._speaking.changed():
            return
        if self._speaking.turn is None:
            if self._answers.current is None and self._hearing is None:
                self._listen_again()
            elif self._hearing is not None and self._attention.answering:
                self._hearing.segmenter.skip_to(self._preroll.end + samples_of(RINGING_MS))
        elif self._hearing is not None and not self._in_midst() and not self._answers.waited_for:
            self._shut()

    def _listen_again(self) -> None:
        """Something that was no answer (a text spoken on demand) is over."""
        if self._always:
            self.rest()
        elif self._attention.state is State.LISTENING:
            self._attention.go(Trigger.NOTHING)

    def _in_midst(self) -> bool:
        """The person is in the middle of a turn."""
        return self._hearing is not None and self._hearing.begun and not self._attention.answering

    def _over_speech(self, frame: Frame, playing: str) -> None:
        began = self._speaking.hear(frame)
        if began is None or self._settings.turn.interrupt != "speech":
            return
        current = self._answers.current
        said = ""
        if current is None:
            self._speaking.silence(playing, "speech", began)
        else:
            said = self._filler if self._answers.waited_for else current.text
            if self._settings.turn.resume:
                self._answers.pause(began)
            else:
                self._interrupt("speech", began)
        self._over = said
        self._open_over(began)

    def _notice_persistence(self) -> None:
        """Who speaks on over the answer means it, whatever they say."""
        hearing = self._hearing
        if self._answers.paused is None or hearing is None or hearing.segmenter.began_at is None:
            return
        if hearing.segmenter.voiced_until - hearing.segmenter.began_at >= self._numbers.persistent:
            self._answers.yield_to_voice()

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
