"""Voice, stage by stage: read this first.

     microphone ─frames─▶ hub ─┬─▶ wake ──WakeWordEvent──▶ turn ──TranscribeEvent──▶ stt
                               └──────────frames─────────▶  │ ◀──────STTEvent─────────┘
     hotkey ──PushToTalkEvent─────────────────────────────▶ │
                                                            ├──UserSaidEvent──▶ (dialogue)
                                                            │ ◀──ReplyDeltaEvents──┘
                                                            └──SpeakEvent──▶ tts ──▶ playback ─▶ speaker
     (skills) ──AnnounceEvent──▶ announce ───────────────────────SpeakEvent──▶ │

* microphone: sound in frames of 32 ms, each with its score of voice activity
* wake:       hears the wake word
* turn:       knows whose turn it is; the only stage that talks with dialogue
* stt:        sound into text, on request
* tts:        text into sound, on request, clause by clause
* announce:   says what Solo has to say by itself: a timer rings
* speaker:    plays, and knows what has been heard
* chimes:     small sounds beside the speech
* hotkey:     the talk key

The stages do not know each other: they meet on the bus, at the hub (sound in) and at the playback
(sound out).  Each is a service of its own and may be down: without a microphone Solo still speaks,
without a loudspeaker it still hears and shows its answers, without speech recognition it says so.
Only the wake word is of no use without a microphone.

Nothing is loaded here: the factories import their engines when the supervisor calls them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from app.config.settings import Settings
from app.config.voice import TtsSettings, VoiceSettings
from app.kernel.errors import Bug, SoloError
from app.kernel.languages import code_of
from app.kernel.lifecycle import Service, ServiceSpec
from app.kernel.runtime import Runtime
from app.voice.audio.duplex import Duplex
from app.voice.audio.echo.played import Played
from app.voice.audio.hub import FrameHub
from app.voice.audio.pace import NoPace, Pace
from app.voice.audio.playback import Playback
from app.voice.audio.port import AudioSink, AudioSource, VoiceActivity
from app.voice.tts.port import TextToSpeech

STAGES = ("microphone", "speaker", "wake", "stt", "tts", "turn", "announce", "chimes", "hotkey")
"""Names of the services, in the order in which they are listed."""


@dataclass(frozen=True, slots=True)
class Roads:
    """What outlives the services: where sound comes from and goes to, and how.

    source, sink: make the device; called whenever its service is started (again).  learns: who is heard is
    the person who lives here, so what is learnt of how they speak is kept.
    """

    source: Callable[[], AudioSource]
    sink: Callable[[], AudioSink]
    hub: FrameHub = field(default_factory=FrameHub)
    playback: Playback = field(default_factory=Playback)
    played: Played = field(default_factory=Played)
    pace: Pace = field(default_factory=NoPace)
    learns: bool = True

    @classmethod
    def devices(cls, settings: VoiceSettings) -> Roads:
        """Microphone and loudspeaker of this machine, as set."""

        def source() -> AudioSource:
            from app.voice.audio.microphone import Microphone

            return Microphone(settings.audio.microphone)

        def sink() -> AudioSink:
            from app.voice.audio.loudspeaker import Loudspeaker

            audio = settings.audio
            return Loudspeaker(audio.speaker, ahead_ms=audio.output_latency_ms)

        return cls(source, sink)

    @classmethod
    def files(cls, duplex: Duplex, pace: Pace) -> Roads:
        """A file is the microphone, another what the loudspeaker played; the pace is the one that
        the duplex was made with."""
        return cls(lambda: duplex.source, lambda: duplex.sink, pace=pace, learns=False)


def voice_specs(
    runtime: Runtime, settings: Settings, roads: Roads, *, only: frozenset[str] | None = None
) -> list[ServiceSpec]:
    """The services of voice, for the supervisor. only: just these of STAGES."""
    wanted = set(STAGES if only is None else only)
    if settings.voice.wake.engine == "none":
        wanted.discard("wake")  # always listening
    if not settings.voice.chimes.enabled:
        wanted.discard("chimes")
    if not settings.voice.hotkey.key:
        wanted.discard("hotkey")
    make = _Factories(runtime, settings, roads)
    specs = [
        ServiceSpec("microphone", make.microphone),
        ServiceSpec("speaker", make.speaker),
        ServiceSpec("wake", make.wake, needs=("microphone",)),
        ServiceSpec("stt", make.stt),
        ServiceSpec("tts", make.tts),
        ServiceSpec("turn", make.turn),
        ServiceSpec("announce", make.announce),
        ServiceSpec("chimes", make.chimes),
        ServiceSpec("hotkey", make.hotkey),
    ]
    if wanted & {"tts", "turn"} and "speaker" not in wanted:
        roads.playback.detach(deaf=True)  # nothing may wait for a loudspeaker that never comes
    return [spec for spec in specs if spec.name in wanted and set(spec.needs) <= wanted]


@dataclass(frozen=True, slots=True)
class _Factories:
    """One method for each service; engines are imported in here."""

    runtime: Runtime
    settings: Settings
    roads: Roads

    def microphone(self) -> Service:
        from app.voice.audio.echo.engines import build
        from app.voice.audio.echo.guard import EchoGuard
        from app.voice.audio.service import MicrophoneService

        roads, voice = self.roads, self.settings.voice
        guard = EchoGuard(build(voice.echo), roads.played)
        return MicrophoneService(
            self.runtime, voice, roads.source(), self._vad(), roads.hub, roads.pace, guard
        )

    def speaker(self) -> Service:
        from app.voice.audio.service import SpeakerService

        roads = self.roads
        try:
            sink = roads.sink()
        except SoloError:
            roads.playback.detach(deaf=True)
            raise
        voice = self.settings.voice
        return SpeakerService(self.runtime, voice, sink, roads.playback, roads.pace, roads.played)

    def wake(self) -> Service:
        from app.voice.wake.engines import make_engine
        from app.voice.wake.service import WakeService

        wake = self.settings.voice.wake
        engine = make_engine(wake)
        if engine is None:
            raise Bug("A wake service was made although no wake word is wanted.")
        return WakeService(self.runtime, wake, engine, self.roads.hub, self.roads.pace)

    def stt(self) -> Service:
        from app.voice.stt.engines import build
        from app.voice.stt.service import SttService

        stt = self.settings.voice.stt
        return SttService(self.runtime, stt, build(stt, self.settings.models_dir))

    def tts(self) -> Service:
        from app.voice.tts.engines import build
        from app.voice.tts.service import TtsService

        tts = self.settings.voice.tts
        models = self.settings.models_dir

        def another(voice: str) -> TextToSpeech:
            return build(tts.model_copy(update={"voice": voice}), models)

        return TtsService(self.runtime, tts, build(tts, models), self.roads.playback, another)

    def turn(self) -> Service:
        from app.voice.turn.engines import build
        from app.voice.turn.habits import Habits
        from app.voice.turn.service import TurnService

        voice, roads = self.settings.voice, self.roads
        judge = build(voice.turn, self.settings.models_dir)
        habits = Habits(self.settings.data_dir) if roads.learns else None
        return TurnService(
            self.runtime, voice, roads.hub, roads.playback, roads.pace, judge=judge, habits=habits
        )

    def announce(self) -> Service:
        from app.voice.announce.service import AnnounceService

        return AnnounceService(self.runtime, self.roads.playback)

    def chimes(self) -> Service:
        from app.voice.chimes.service import ChimeService

        voice, roads = self.settings.voice, self.roads
        # where a file waits while Solo thinks nobody waits for Solo
        languages = languages_of(voice.tts) if isinstance(roads.pace, NoPace) else ()
        return ChimeService(self.runtime, voice.chimes, roads.playback, languages)

    def hotkey(self) -> Service:
        from app.voice.wake.hotkey import HotkeyService

        return HotkeyService(self.runtime, self.settings.voice.hotkey)

    def _vad(self) -> VoiceActivity:
        from app.assets.locate import locate
        from app.voice.audio.vad import SileroVad

        own = self.settings.voice.vad_model
        path = own or locate(self.settings.models_dir, "silero-vad", what="voice activity model")
        return SileroVad(path)


def languages_of(tts: TtsSettings) -> tuple[str, ...]:
    """Those that there are voices for, that of the usual voice first; none where that is not known."""
    usual = language_of(tts.voice)
    return (usual, *(code_of(language) for language in tts.voices)) if usual else ()


def language_of(voice: str) -> str:
    """The language of a voice by its name ("en_US-joe-medium", or a file of that name); empty: unknown."""
    language = Path(voice).name.split("_")[0]
    return language.lower() if len(language) == 2 else ""
