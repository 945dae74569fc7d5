"""Whisper by faster-whisper (CTranslate2): int8 on a CPU, or a GPU when there is one.

Sound is heard in pieces of up to twenty seconds, each in a window no longer than it needs (see
encoder.py), by the encoder and decoder directly; what looped, by faster-whisper's own loop over
30 s windows.  Nothing is ever downloaded.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import numpy as np
import structlog

from app.assets import choose
from app.assets.locate import locate
from app.config.voice import SttSettings
from app.kernel.errors import BadInput, BadSettings, BrokenFile, MissingExtra, Unsupported
from app.voice.audio.frames import RATE, Samples
from app.voice.stt.aligned import later, of_segments, word_times
from app.voice.stt.encoder import Encoder, window_for
from app.voice.stt.pieces import loops, most_tokens, pieces, unrolled
from app.voice.stt.port import SttCapabilities, Transcript, never
from app.voice.stt.recognised import recognised

log = structlog.get_logger("solo.stt")

NEEDED: Final = ("model.bin", "config.json", "tokenizer.json")
LONGEST_PROMPT: Final = 200
"""Tokens of hints; the model takes half of its 448 at most."""
LONGEST_ANSWER: Final = 448
MOST_THREADS: Final = 4
"""A short window gains next to nothing from a second thread, and others have work at that moment."""


class FasterWhisper:
    """One Whisper model; call it from one thread at a time."""

    name = "faster-whisper"

    def __init__(self, settings: SttSettings, models_dir: Path) -> None:
        self.capabilities = SttCapabilities(hints=True, words=True)
        self._settings = settings
        self._name = choose.stt(settings.model, settings.language)
        self._models_dir = models_dir
        self._model: Any = None
        self._encoder: Encoder | None = None
        self._tokenizers: dict[str, Any] = {}

    # -- loading -------------------------------------------------------------------------------

    def load(self) -> None:
        folder = locate(self._models_dir, self._name, what="speech model")
        _check(folder)
        device = self._device()
        try:
            self._open(folder, device)
        except BrokenFile:
            if device != "cuda" or self._settings.device != "auto":
                raise
            # A GPU without its libraries shows itself only now; the CPU will do.
            log.warning("gpu_refused", model=folder.name)
            self._open(folder, "cpu")

    def _open(self, folder: Path, device: str) -> None:
        whisper = _library().WhisperModel
        threads = self._settings.threads or max(1, min(MOST_THREADS, (os.cpu_count() or 1) // 2))
        compute = self._settings.compute_type if device == "cpu" else "auto"
        try:
            self._model = whisper(
                str(folder), device=device, compute_type=compute, cpu_threads=threads, local_files_only=True
            )
            self._encoder = Encoder(self._model, whole=device != "cpu")
            self._set_capabilities()
            self._check_language(folder.name)
            self._encoder.prepare()
            self._hear(np.zeros(RATE, np.float32), self._code(None) or "en", ())
        except ValueError as error:
            if "compute type" in str(error):
                raise BadSettings(
                    f"CTranslate2 cannot compute in {compute!r} on this {device}.",
                    hint="Set SOLO_VOICE__STT__COMPUTE_TYPE to int8 or float32.",
                ) from error
            raise _broken(folder, error) from error
        except (RuntimeError, OSError, KeyError) as error:
            raise _broken(folder, error) from error

    def _set_capabilities(self) -> None:
        languages = tuple(self._model.supported_languages)
        detects = self._model.model.is_multilingual
        self.capabilities = SttCapabilities(languages, detects=detects, hints=True, words=True)

    def _device(self) -> str:
        wanted = self._settings.device
        if wanted == "cpu":
            return wanted
        _library()
        import ctranslate2

        present = bool(ctranslate2.get_cuda_device_count())
        if wanted == "cuda" and not present:
            raise Unsupported(
                "Speech recognition is set to the GPU, but CTranslate2 sees none.",
                hint="Set SOLO_VOICE__STT__DEVICE=auto.",
            )
        return "cuda" if present else "cpu"

    def _check_language(self, model: str) -> None:
        wanted = self._settings.language
        known, several = self.capabilities.languages, self._settings.languages
        if several and wanted != "auto":
            raise BadSettings(
                f"The languages {', '.join(several)} are set, but the language is set to {wanted!r}.",
                hint="Set SOLO_VOICE__STT__LANGUAGE=auto to have them recognised.",
            )
        if wanted == "auto" and not self.capabilities.detects:
            log.warning(
                "english_only", model=model, hint="Languages are not recognised: choose whisper-base."
            )
        strange = [code for code in (several or (wanted,)) if code not in known and code != "auto"]
        if not strange:
            return
        wanted = strange[0]
        if known == ("en",):
            raise BadSettings(
                f"The speech model {model} knows English only, and the language is set to {wanted!r}.",
                hint="Set SOLO_VOICE__STT__LANGUAGE=en, or another model: solo models list",
            )
        near = get_close_matches(wanted, known, n=1)
        hint = f"Did you mean {near[0]}?" if near else "Use a code such as en, de or fr, or auto."
        raise BadSettings(f"The speech model {model} does not know the language {wanted!r}.", hint=hint)

    def close(self) -> None:
        self._model = self._encoder = None
        self._tokenizers.clear()

    # -- hearing -------------------------------------------------------------------------------

    def transcribe(
        self,
        audio: Samples,
        language: str | None,
        hints: tuple[str, ...],
        given_up: Callable[[], bool] = never,
        before: str | None = None,
        *,
        words: bool = False,
    ) -> Transcript:
        code = self._code(language)
        if audio.size == 0:
            return Transcript("", code or before or "en", no_speech=1.0)
        heard: list[Transcript] = []
        begin = 0
        for piece in pieces(audio):
            if given_up():
                return Transcript("", code or before or "en", no_speech=1.0)
            said = self._hear_piece(piece, code, hints, given_up, before, words=words)
            heard.append(replace(said, words=later(said.words, begin / RATE)))
            begin += piece.size
        return heard[0] if len(heard) == 1 else _joined(heard)

    def _hear_piece(
        self,
        audio: Samples,
        language: str | None,
        hints: tuple[str, ...],
        given_up: Callable[[], bool],
        before: str | None,
        *,
        words: bool,
    ) -> Transcript:
        heard = self._hear(audio, language, hints, given_up, before, words=words)
        if heard is None:
            language = language or self._recognised(self._encode(audio), audio.size, before)
            heard = self._hear_strictly(audio, language, hints, words=words)
        return heard

    def _recognised(self, encoded: Any, samples: int, before: str | None) -> str:
        found = self._model.model.detect_language(encoded)[0]
        chances = [(str(token).strip("<|>"), chance) for token, chance in found]
        return recognised(chances, self._settings.languages, before, samples / RATE)

    def _code(self, language: str | None) -> str | None:
        """The language to be heard; None when it is to be found out."""
        wanted = language or self._settings.language
        if wanted == "auto":
            return None if self.capabilities.detects else "en"
        if wanted not in self.capabilities.languages:
            raise BadInput(
                f"The speech model {self._name} does not know the language {wanted!r}.",
                hint="Another model may: solo models list",
            )
        return wanted

    def _hear(
        self,
        audio: Samples,
        language: str | None,
        hints: tuple[str, ...],
        given_up: Callable[[], bool] = never,
        before: str | None = None,
        *,
        words: bool = False,
    ) -> Transcript | None:
        """One window just long enough; None when that did not work."""
        seconds = audio.size / RATE
        window = window_for(seconds)
        if window is None:
            return None
        encoded = self._encode(audio, window)
        if given_up():
            return Transcript("", language or "en", no_speech=1.0)
        if language is None:
            language = self._recognised(encoded, audio.size, before)
        tokenizer = self._tokenizer(language)
        prompt = self._model.get_prompt(
            tokenizer, [], without_timestamps=True, hotwords=_hotwords(tokenizer, hints)
        )
        limit = most_tokens(seconds)
        result = self._model.model.generate(
            encoded,
            [prompt],
            beam_size=self._settings.beam_size,
            max_length=min(LONGEST_ANSWER, len(prompt) + limit),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_tokens=self._suppressed(tokenizer),
        )[0]
        tokens = [token for token in result.sequences_ids[0] if token < tokenizer.eot]
        if len(tokens) >= limit:  # it missed the end
            tokens = unrolled(tokens)
            if not tokens:
                return None
        elif loops(tokens):
            return None
        # The score is the mean over the tokens; the end token belongs to them.
        probability = result.scores[0] * len(tokens) / (len(tokens) + 1)
        text = tokenizer.decode(tokens).strip()
        times = word_times(self._model, tokenizer, tokens, encoded, audio.size) if words else ()
        return Transcript(text, language, result.no_speech_prob, probability, times)

    def _hear_strictly(
        self, audio: Samples, language: str, hints: tuple[str, ...], *, words: bool
    ) -> Transcript:
        """In the whole window, with timestamps; decoded again, at a higher temperature, where it loops."""
        segments, info = self._model.transcribe(
            audio,
            language=language,
            beam_size=self._settings.beam_size,
            best_of=1,
            temperature=(0.0, 0.4),
            condition_on_previous_text=False,
            hotwords=" ".join(hints) or None,
            word_timestamps=words,
        )
        heard = list(segments)
        if not heard:
            return Transcript("", info.language, no_speech=1.0)
        length = sum(len(segment.tokens) for segment in heard) or 1
        return Transcript(
            " ".join(segment.text.strip() for segment in heard),
            info.language,
            min(segment.no_speech_prob for segment in heard),
            sum(segment.avg_logprob * len(segment.tokens) for segment in heard) / length,
            of_segments(heard),
        )

    def _encode(self, audio: Samples, window: float | None = None) -> Any:
        """window: None for the whole one."""
        assert self._encoder is not None  # noqa: S101  (load has made it)
        return self._encoder.encode(audio, window) if window else self._encoder.encode(audio)

    def _tokenizer(self, language: str) -> Any:
        if language not in self._tokenizers:
            from faster_whisper.tokenizer import Tokenizer

            self._tokenizers[language] = Tokenizer(
                self._model.hf_tokenizer,
                self._model.model.is_multilingual,
                task="transcribe",
                language=language,
            )
        return self._tokenizers[language]

    def _suppressed(self, tokenizer: Any) -> list[int]:
        return sorted({-1, tokenizer.transcribe, tokenizer.translate, tokenizer.sot, tokenizer.sot_prev})


def _joined(heard: list[Transcript]) -> Transcript:
    """One transcript of pieces; what is empty says nothing about the language or the certainty."""
    said = [piece for piece in heard if piece.text]
    if not said:
        return heard[0]
    longest = max(said, key=lambda piece: len(piece.text))
    letters = sum(len(piece.text) for piece in said)
    return Transcript(
        " ".join(piece.text for piece in said),
        longest.language,
        min(piece.no_speech for piece in said),
        sum(piece.log_probability * len(piece.text) for piece in said) / letters,
        tuple(word for piece in said for word in piece.words),
    )


def _library() -> Any:
    try:
        import faster_whisper
    except ModuleNotFoundError as error:
        raise MissingExtra(
            f"Speech recognition needs the package {error.name}, which is not installed.",
            hint="Install Solo again: ./scripts/setup_dev.sh",
        ) from error
    return faster_whisper


def _check(folder: Path) -> None:
    """Is everything there, and are the small files whole?"""
    for name in NEEDED:
        if not (folder / name).is_file():
            raise BrokenFile(
                f"The speech model {folder.name} lacks {name}.",
                hint=f"Pull it: solo models pull {folder.name}",
            )
    try:
        json.loads((folder / "config.json").read_bytes())
        json.loads((folder / "tokenizer.json").read_bytes())
    except ValueError as error:
        raise _broken(folder, error) from error


def _broken(folder: Path, error: Exception) -> BrokenFile:
    return BrokenFile(
        f"The speech model {folder.name} cannot be loaded ({str(error).strip() or type(error).__name__}).",
        hint=f"Pull it again: solo models pull {folder.name}",
    )


def _hotwords(tokenizer: Any, hints: tuple[str, ...]) -> str | None:
    """As many of the hints as there is room for."""
    words = list(hints)
    while words and len(tokenizer.encode(" " + ", ".join(words))) > LONGEST_PROMPT:
        words.pop()
    return ", ".join(words) or None
