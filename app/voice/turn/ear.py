"""What the ear is told: frames, calls and keys, and what Solo itself says meanwhile.

What comes of it is the floor's (floor.py); here stands whom a frame is for.
"""

from __future__ import annotations

from app.voice.audio.frames import Frame, samples_of
from app.voice.turn.floor import Floor
from app.voice.turn.opening import KEY_MS, RINGING_MS
from app.voice.turn.states import State, Trigger
from app.voice.turn.wakecut import LOOK_BACK, after_wake


class Ear(Floor):
    """See the module. One per run of the turn service."""

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

    def _key_up(self) -> None:
        hearing = self._hearing
        if hearing is not None and hearing.segmenter.held:
            if hearing.segmenter.voiced:
                self._decided(hearing, "key")
            else:
                self._nothing(hearing, "silence")

    # -- while Solo speaks -----------------------------------------------------------------------

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
