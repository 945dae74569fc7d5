"""SOLO_VOICE__…: hearing and speaking."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import SecretStr

from app.config.section import Section, setting


class AudioSettings(Section):
    """Microphone and loudspeaker."""

    microphone: str = setting(
        "", "name (or part of it) or number of the input device; empty: the system's default"
    )
    speaker: str = setting(
        "", "name (or part of it) or number of the output device; empty: the system's default"
    )
    volume: float = setting(1.0, "loudness of Solo's voice", ge=0, le=2)
    lift_db: float = setting(
        0.0, "lift a microphone that is too quiet, slowly, by at most so many decibels; 0: never", ge=0, le=40
    )
    output_latency_ms: int = setting(
        60, "how much sound is handed to the loudspeaker ahead of time", ge=20, le=500
    )


class WakeSettings(Section):
    """The wake word."""

    engine: str = setting(
        "microwakeword", "microwakeword, openwakeword, porcupine, scripted, or none (always listening)"
    )
    words: tuple[str, ...] = setting(
        ("hey_jarvis",), "what Solo answers to: names the engine knows, or files"
    )
    threshold: float | None = setting(
        None, "0 to 1, higher is stricter; empty: what the word's own model recommends", ge=0, le=1
    )
    thresholds: dict[str, float] = setting({}, 'a threshold for single words, as JSON: {"alexa": 0.9}')
    second_look: bool = setting(True, "let voice activity and loudness confirm a wake before it counts")
    access_key: SecretStr = setting(SecretStr(""), "Porcupine's AccessKey")


class VadSettings(Section):
    """Voice activity."""

    threshold: float = setting(0.5, "speech begins at this probability", ge=0.05, le=0.95)
    start_ms: int = setting(96, "this much speech makes a beginning", ge=32, le=1000)
    preroll_ms: int = setting(
        600, "sound kept from before the beginning, so that no syllable is lost", ge=0, le=2000
    )
    minimum_dbfs: float = setting(-55.0, "anything quieter is never speech", ge=-90, le=-10)


class TurnSettings(Section):
    """When it is whose turn."""

    end: str = setting(
        "smart_turn", "who judges by the sound whether you have finished: smart_turn, silence or scripted"
    )
    model: str = setting("smart-turn-v3.2", "name in the catalogue, or a Smart Turn .onnx file")
    silence_ms: int = setting(544, "silence that ends a turn", ge=100, le=5000)
    brief_silence_ms: int = setting(
        320,
        "silence that ends a turn when nothing is missing: a whole question, a command, a short answer",
        ge=100,
        le=5000,
    )
    doubtful_silence_ms: int = setting(
        1000, "silence that ends a turn when you may not have finished, by the sound", ge=100, le=10000
    )
    unfinished_silence_ms: int = setting(
        1300, "silence that ends a turn when you do not sound as if you had finished", ge=100, le=10000
    )
    long_silence_ms: int = setting(
        1600, "silence that ends a turn when your words lead on to something", ge=100, le=10000
    )
    sure_probability: float = setting(
        0.82, "from this probability on, by the sound, it counts as the end", ge=0, le=1
    )
    unsure_probability: float = setting(
        0.35, "below this probability, by the sound, it counts as the middle", ge=0, le=1
    )
    learn_pauses: bool = setting(
        True, "learn how long you pause in the middle of what you say, and wait longer or shorter for it"
    )
    speculate_ms: int = setting(
        64, "silence after which transcription starts, to be thrown away if you go on", ge=60, le=5000
    )
    begin_early: bool = setting(
        True, "think about an answer before it is certain that you have finished, unheard until it is"
    )
    follow_up_seconds: float = setting(
        6.0, "after an answer, listen so long without the wake word; 0: do not", ge=0, le=60
    )
    follow_up_test: bool = setting(
        True, "meanwhile answer only what seems to be meant for Solo, not for others in the room"
    )
    follow_up_weights: dict[str, float] = setting(
        {}, 'what single signs of that are worth, as JSON: {"always": 1} answers more, {"always": -1} less'
    )
    no_speech_seconds: float = setting(
        6.0, "after the wake word, wait this long for you to begin", ge=1, le=60
    )
    longest_seconds: float = setting(60.0, "a turn is cut here", ge=5, le=600)
    interrupt: Literal["speech", "wake", "off"] = setting(
        "speech", "what silences Solo while it talks: speech, only the wake word, or nothing"
    )
    resume: bool = setting(
        True, "go on with the answer when it was only a cough or an uh-huh that was said over it"
    )
    interrupt_ms: int = setting(150, "this much speech interrupts", ge=64, le=2000)
    duck_ms: int = setting(96, "at this much speech Solo speaks softer; 0: never", ge=0, le=2000)


class SttSettings(Section):
    """Speech to text."""

    engine: str = setting("faster-whisper", "faster-whisper or scripted")
    model: str = setting(
        "auto", "name in the catalogue, a CTranslate2 folder, or auto: the best for your language"
    )
    language: str = setting("en", "the language you speak, or auto: recognised for each turn")
    languages: tuple[str, ...] = setting(
        (), "with auto, the languages that are spoken where Solo is, as codes: en,de; empty: any"
    )
    device: Literal["auto", "cpu", "cuda"] = setting("auto", "where it runs")
    compute_type: str = setting("int8", "CTranslate2's number format on a CPU")
    threads: int = setting(0, "CPU threads; 0: half of the cores, at most four", ge=0, le=64)
    beam_size: int = setting(1, "wider is slower and, outside English, better", ge=1, le=10)
    hints: tuple[str, ...] = setting((), "names and words to expect")
    partial_ms: int = setting(
        -1,
        "while you speak, what you said so far is transcribed this often; 0: never; -1: every 700 ms where "
        "there are two cores or more",
        ge=-1,
        le=10_000,
    )


class TtsSettings(Section):
    """Text to speech."""

    engine: str = setting("piper", "piper or scripted")
    voice: str = setting("en_US-joe-medium", "name in the catalogue, or a .onnx file of Piper")
    voices: dict[str, str] = setting(
        {}, 'voices for other languages than that voice\'s, as JSON: {"de": "de_DE-thorsten-medium"}'
    )
    speed: float = setting(1.0, "1.2 is a fifth faster", ge=0.5, le=2.0)


class ChimeSettings(Section):
    """Small sounds."""

    enabled: bool = setting(True, "a soft sound when Solo was called, listens on, needs a while, or gave up")
    dbfs: float = setting(-30.0, "how loud they are", ge=-60, le=0)
    thinking_seconds: float = setting(1.2, "when an answer takes longer, it is heard that it is coming", gt=0)
    filler: bool = setting(True, "say a word or two then (“One moment.”) instead of the first sound")
    follow_up: Literal["both", "opening", "off"] = setting(
        "opening", "tell when Solo begins to listen on after an answer, and when it stops"
    )


class EchoSettings(Section):
    """Taking Solo's own voice out of what the microphone hears."""

    engine: str = setting(
        "auto", "auto, kalman, scripted, or none (headphones, or a sound system that cancels echo itself)"
    )


class HotkeySettings(Section):
    """Push-to-talk by a global key."""

    key: str = setting("<ctrl>+<alt>+s", "the key combination; empty: none")
    mode: Literal["hold", "toggle"] = setting("hold", "talk while it is held, or between two presses")


class VoiceSettings(Section):
    """Everything about voice."""

    enabled: bool = setting(True, "listen and speak at all")
    audio: AudioSettings = setting(AudioSettings(), "microphone and loudspeaker")
    wake: WakeSettings = setting(WakeSettings(), "the wake word")
    echo: EchoSettings = setting(EchoSettings(), "Solo's own voice in the microphone")
    vad: VadSettings = setting(VadSettings(), "voice activity")
    turn: TurnSettings = setting(TurnSettings(), "when it is whose turn")
    stt: SttSettings = setting(SttSettings(), "speech to text")
    tts: TtsSettings = setting(TtsSettings(), "text to speech")
    chimes: ChimeSettings = setting(ChimeSettings(), "small sounds")
    hotkey: HotkeySettings = setting(HotkeySettings(), "push-to-talk by a global key")
    vad_model: Path | None = setting(None, "another Silero file than the catalogue's")
